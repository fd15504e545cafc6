"""A clock that cannot be right: what is issued by it counts nowhere else."""

from datetime import UTC, datetime, timedelta

from pfwizard.pki.ledger_entries import Issued
from pfwizard.pki.validity import BACKDATED
from pfwizard.plan.draft import AnySketch
from pfwizard.plan.plan import Finding, refusal, warning

WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this there was no pfwizard: machines without a battery begin in 1970 at every start."""

LONG_AFTER = WRITTEN + timedelta(days=20 * 365)
"""From then on a clock is rather wrong than right; yet that cannot be known here."""

SET_THE_CLOCK = "Set the clock of this machine, as with timedatectl, and run pfwizard again."


def judge_clock(sketch: AnySketch) -> AnySketch:
    """Refuse to issue anything in the past, and warn of the far future.

    A revocation is not held up by the time of day.
    """
    now = sketch.circumstances.now
    if not any(isinstance(entry, Issued) for entry in sketch.entries):
        return sketch
    if now < WRITTEN:
        return sketch.with_finding(_too_early(now))
    if now >= LONG_AFTER:
        sketch = sketch.with_finding(_too_late(now))
    last = max((entry.at for entry in sketch.ledger.entries), default=now)
    return sketch if last - now <= BACKDATED else sketch.with_finding(_turned_back(now, last))


def _too_early(now: datetime) -> Finding:
    return refusal(
        "clock-wrong",
        f"this machine says it is {now:%Y-%m-%d %H:%M} UTC, which cannot be: certificates made "
        "now would have the wrong dates",
        SET_THE_CLOCK,
    )


def _too_late(now: datetime) -> Finding:
    return warning(
        "clock-far-ahead",
        f"this machine says it is {now:%Y-%m-%d %H:%M} UTC: where clocks say something else, a "
        "certificate made now is not valid yet",
        SET_THE_CLOCK,
    )


def _turned_back(now: datetime, last: datetime) -> Finding:
    return warning(
        "clock-turned-back",
        f"this machine says it is {now:%Y-%m-%d %H:%M} UTC, and the ledger of certificates has an "
        f"entry of {last:%Y-%m-%d %H:%M}: one of the two times is wrong",
        "Where it is the present one: set the clock of this machine, and run pfwizard again.",
    )

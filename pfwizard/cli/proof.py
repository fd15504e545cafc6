"""The proof of a change that is live: somebody logs in, or it is taken back."""

from collections.abc import Callable

from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.transaction import RolledBack
from pfwizard.engine import Application, Job, Planned, plan_rollback
from pfwizard.prove.live_proof import proved_for_history
from pfwizard.prove.means import Means
from pfwizard.prove.verdict import (
    LOGIN,
    Excuse,
    Outcome,
    Verdict,
    failures_among,
    why_taken_back,
    why_unproven,
)


class NotProven(RolledBack):
    """The change was live, and is taken back; ``outcomes`` are those of the probes."""

    def __init__(self, why: str, remedy: str, outcomes: tuple[Outcome, ...] = ()) -> None:
        super().__init__(f"{why}. The old configuration is back in place.", remedy)
        self.outcomes = outcomes


def found_live(
    job: Job,
    transaction: TransactionId,
    planned: Planned,
    means: Means,
    announce: Callable[[str], None],
) -> tuple[Outcome, ...]:
    """What the probes of the live servers find, which the history keeps."""
    if means.login is not None:
        announce(f"Logging in as {means.login.user}")
    found = proved_for_history(job.state, transaction, planned.plan, planned.facts, means)
    if means.login is not None:
        _tell_where_no_login_is_proven(found, announce)
        _tell_what_was_refused_before(found, announce)
    return found


def _tell_where_no_login_is_proven(
    outcomes: tuple[Outcome, ...], announce: Callable[[str], None]
) -> None:
    logins = [each for each in outcomes if each.probe == LOGIN]
    if logins and all(each.verdict is Verdict.SKIPPED for each in logins):
        first = logins[0]
        announce(f"No login is proven: at {first.target} {first.detail}. {first.remedy}".rstrip())


def _tell_what_was_refused_before(
    outcomes: tuple[Outcome, ...], announce: Callable[[str], None]
) -> None:
    for each in outcomes:
        if each.probe == LOGIN and each.excuse is Excuse.AS_BEFORE:
            announce(f"Not taken back for {each.target}: {each.detail}. {each.remedy}".rstrip())


def proven(
    job: Job,
    transaction: TransactionId,
    planned: Planned,
    means: Means,
    announce: Callable[[str], None],
) -> tuple[Outcome, ...]:
    """What the probes of the live servers have found, none of which failed.

    Raises NotProven when one did, or they could not be made, and the change is taken back; and
    whatever a rollback raises.
    """
    try:
        outcomes = found_live(job, transaction, planned, means, announce)
    except Exception as error:
        unproven = why_unproven(error)
        ended = NotProven(unproven.message, unproven.remedy)
    else:
        failures = failures_among(outcomes)
        if not failures:
            return outcomes
        ended = NotProven(why_taken_back(failures[0]), failures[0].remedy, outcomes)
    announce("Taking the change back")
    Application(job, plan_rollback(job, transaction), announce).carry_out()
    ended.transaction = transaction
    raise ended

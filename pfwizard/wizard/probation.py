"""What every face says of a change on probation, and how long that lasts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfwizard.apply.manifest import TransactionId
    from pfwizard.plan.plan import Plan

DEFAULT_PROBATION = 120.0
"""Seconds: half a minute is too short to look at a mail server, as users of others have said."""

IF_THE_LINE_DROPS = (
    "If this connection drops now, the engine goes on without it; nothing stays half done. The "
    "change is then taken back by itself, unless you log in again in time and keep it: run "
    "pfwizard, or pfwizard confirm."
)

TRY_IT = (
    "The {change} is live. Now try it from another window: send mail, and log in if users do. Then "
    "keep it or roll it back."
)

NOT_AT_BOOT = (
    "A restart of this machine counts as not confirmed, but nothing here takes the change back "
    "before Postfix starts (pfwizard-recover.service would): run pfwizard recover then."
)
"""To be said where the change that waits is not recovered at boot."""


def what_waits(undoes: "TransactionId | None") -> str:
    """What is on probation, by the transaction that it takes back."""
    return "change" if undoes is None else "rollback"


def what_comes_back(undoes: "TransactionId | None") -> str:
    """What is in place again when nobody confirms it."""
    return "the old configuration" if undoes is None else f"the change of transaction {undoes}"


AWAITED = "certificate-awaited"
"""The finding of a plan that ends with a request."""


def awaits_a_certificate(plan: "Plan") -> bool:
    """Whether nothing that is in use changes until another CA has signed."""
    return AWAITED in {finding.identifier for finding in plan.findings}


def probation_of(plan: "Plan", seconds: float) -> float | None:
    """How long the plan is on probation; None where there is nothing to try."""
    return None if awaits_a_certificate(plan) else seconds

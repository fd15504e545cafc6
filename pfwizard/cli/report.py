"""What a run has to report, whoever reads it."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from pfwizard.errors import ExitStatus, PfwizardError, Refused, defect
from pfwizard.expiry.judgement import Level

if TYPE_CHECKING:
    from pfwizard.apply.history import Entry
    from pfwizard.check.checking import Checked
    from pfwizard.expiry.status import Status
    from pfwizard.plan.clients.client_list import KnownClient
    from pfwizard.plan.plan import Plan
    from pfwizard.prove.verdict import Outcome
    from pfwizard.publishing.published import Published


class Result(Enum):
    """How a run ended; the values are those of the JSON output."""

    UNCHANGED = "unchanged"
    PENDING = "pending"
    APPLIED = "applied"
    ROLLED_BACK = "rolled-back"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Report:
    """The end of a run: its plan if one was made, the transaction, what went wrong.

    ``words`` say how a command ended that has no plan. ``entries`` are the transactions that it
    was asked for, which are listed, and shown as diffs with ``in_full``. ``demonstration`` is the
    temporary tree that a demonstration has left for looking at. ``options`` are those by which
    another run finds the same transactions. ``plan_was_shown``: people have read the plan already,
    when the change went on probation. ``undoes`` is the transaction that this one has taken back.
    ``status`` is how the certificates are, whose level is the exit status then. ``clients`` are
    those that ``client list`` lists, ``published`` what ``publish`` tells, ``outcomes`` what probes
    of the servers have found. ``checked`` is what is wrong in the configuration, ``explanation``
    the lines that explain a rule of it.
    """

    result: Result
    exit_status: ExitStatus | Level
    plan: "Plan | None" = None
    transaction: str | None = None
    error: PfwizardError | None = None
    words: str = ""
    entries: "tuple[Entry, ...]" = ()
    in_full: bool = False
    options: str = ""
    plan_was_shown: bool = False
    undoes: str | None = None
    demonstration: Path | None = None
    status: "Status | None" = None
    clients: "tuple[KnownClient, ...] | None" = None
    published: "Published | None" = None
    checked: "Checked | None" = None
    explanation: tuple[str, ...] = ()
    outcomes: "tuple[Outcome, ...]" = ()


RESULTS = {
    ExitStatus.ROLLED_BACK: Result.ROLLED_BACK,
    ExitStatus.USAGE: Result.REFUSED,
    ExitStatus.BUSY: Result.REFUSED,
}
"""How errors end in the JSON output; all others have failed."""


def failure(error: Exception) -> Report:
    """The end of a run by an error; one that is not our own is a defect, and may hold secrets."""
    found = error if isinstance(error, PfwizardError) else defect(error)
    refused = isinstance(found, Refused)
    result = Result.REFUSED if refused else RESULTS.get(found.exit_status, Result.FAILED)
    return Report(result, found.exit_status, transaction=found.transaction, error=found)

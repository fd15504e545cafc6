"""What a run has to report, whoever reads it."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pfwizard.errors import ExitStatus, PfwizardError
from pfwizard.plan.plan import Plan


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

    ``history`` is where the transaction's old files are kept, and ``replaced`` are these with the
    places that they come from; ``demonstration`` is the temporary tree that a demonstration has
    left for looking at.
    """

    result: Result
    exit_status: ExitStatus
    plan: Plan | None = None
    transaction: str | None = None
    history: Path | None = None
    replaced: tuple[tuple[Path, Path], ...] = ()
    error: PfwizardError | None = None
    demonstration: Path | None = None

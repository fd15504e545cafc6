"""How a walk ended, whichever face it had."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfwizard.errors import ExitStatus, PfwizardError

if TYPE_CHECKING:
    from pfwizard.plan.plan import Plan

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True)
class Outcome:
    """What the shell is told, and what stays to be read when the screen is gone.

    ``plan`` is the one that was applied as ``transaction``, or that took one back. ``afterwards``
    are the lines of the last page, with commands that are to be copied whole. ``undoes`` is the
    transaction that was taken back, if it was a rollback.
    """

    exit_status: ExitStatus
    words: str = ""
    plan: "Plan | None" = None
    transaction: str | None = None
    error: PfwizardError | None = None
    afterwards: tuple[str, ...] = ()
    undoes: str | None = None


def left(saved_as: str = "") -> Outcome:
    """The operator went away before anything was applied."""
    words = f"The answers are in {saved_as}. {NOTHING_CHANGED}" if saved_as else NOTHING_CHANGED
    return Outcome(ExitStatus.FAILED, words)

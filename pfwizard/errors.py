"""The one family of errors.

Each says what happened, where, and what to do about it, and knows the exit status it leads to.

    PfwizardError
    ├── UsageError        2  the command line makes no sense
    ├── InvalidAnswers    2  the answers file is wrong, with every mistake in it
    ├── Refused           1  the plan would do harm, nothing was touched
    ├── Failed            1  a step failed, nothing changed or everything was put back
    ├── NeedsHuman        5  the tree is in a state only a person can judge
    └── Busy              6  another run holds the lock

InputProblem stands beside the family: it is about one value and knows neither file nor field, so
it ends nothing. Whoever asked for the value collects it and names the place.
"""

import traceback
from enum import IntEnum


class ExitStatus(IntEnum):
    """What the process says when it ends; scripts rely on these numbers."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PENDING = 3
    ROLLED_BACK = 4
    NEEDS_HUMAN = 5
    BUSY = 6


class PfwizardError(Exception):
    """Something an operator must read: what happened and where, then the remedy.

    ``transaction`` names the transaction that got so far that its history tells of it.
    """

    exit_status = ExitStatus.FAILED
    transaction: str | None = None

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class UsageError(PfwizardError):
    """The command line makes no sense."""

    exit_status = ExitStatus.USAGE


class Failed(PfwizardError):
    """A step failed; nothing changed, or everything was put back."""


class Refused(PfwizardError):
    """The plan would do harm; nothing was touched."""


class NeedsHuman(PfwizardError):
    """Only a person can decide how to go on; the message says what was touched."""

    exit_status = ExitStatus.NEEDS_HUMAN


class Busy(PfwizardError):
    """Another run holds the lock."""

    exit_status = ExitStatus.BUSY


def defect(error: BaseException) -> Failed:
    """What cannot happen has happened: its place, because its own words may be secret."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return Failed(
        f"internal error: {type(error).__name__} in {place.name}, line {place.lineno} of "
        f"{place.filename}",
        "This is a defect of pfwizard. Please report the line above; it holds nothing secret.",
    )


class InputProblem(ValueError):
    """A value that cannot be used: what is wrong with it, then what would be right."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}"

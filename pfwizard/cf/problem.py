"""What is wrong with a configuration file, in the words of the program that reads it."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """FATAL: the program refuses to work. WARNING: it goes on, maybe not as intended."""

    FATAL = "fatal"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """One complaint about one line (counted from 1) of a file."""

    line: int
    message: str
    severity: Severity = Severity.FATAL


def fatal(line: int, message: str) -> Problem:
    return Problem(line, message, Severity.FATAL)


def warning(line: int, message: str) -> Problem:
    return Problem(line, message, Severity.WARNING)

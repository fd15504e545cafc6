"""The form of a rule, and of what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.check.inspection import Inspection
from pfwizard.check.place import NOWHERE, Place
from pfwizard.plan.plan import Finding, Severity


@dataclass(frozen=True)
class Occurrence:
    """One case of what a rule is about.

    ``in_force`` is the effective value, as ``name = value``, where one parameter decides.
    """

    message: str
    remedy: str
    place: Place = NOWHERE
    in_force: str = ""


Find = Callable[[Inspection], Iterable[Occurrence]]


@dataclass(frozen=True)
class Rule:
    """Something that may be wrong: how bad it is, why, and the function that finds its cases.

    A refusal is for what does not work at all or opens the server to everybody.
    """

    identifier: str
    severity: Severity
    title: str
    explanation: str
    find: Find


@dataclass(frozen=True)
class PlacedFinding(Finding):
    """A finding about a place in the configuration, with the value that is in force there."""

    place: Place = NOWHERE
    in_force: str = ""


def finding_of(rule: Rule, occurrence: Occurrence) -> PlacedFinding:
    """What a rule has found, as every other finding of pfwizard is."""
    return PlacedFinding(
        rule.identifier,
        rule.severity,
        occurrence.message,
        occurrence.remedy,
        occurrence.place,
        occurrence.in_force,
    )


def in_file(path: PurePosixPath, line: int | None = None) -> Place:
    """A place that is a file, or a line of it."""
    return Place(path, line)

"""What Postfix says of the files on reading them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.cf.problem import Problem, Severity
from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.plan.plan import Severity as Weight

HALF_UNCOMMENTED = "a service is commented out here"
OVERRIDING = "overriding earlier entry: "
DUPLICATE = "duplicate master.cf entry"
SURPLUS = "unexpected command-line argument: "
NO_EQUALS = 'invalid "-o '

SUBJECTS_OF_THEIR_OWN = (HALF_UNCOMMENTED, OVERRIDING, DUPLICATE, SURPLUS, NO_EQUALS)
"""How complaints begin that another rule explains better."""

PASSED_OVER = ("logical line must not start with whitespace", "text after null byte")


def problems(inspection: Inspection) -> Iterator[tuple[PurePosixPath, Problem]]:
    """Every complaint about main.cf and master.cf, with the file."""
    for problem in inspection.main.problems():
        yield inspection.main_path, problem
    for problem in inspection.master.problems():
        yield inspection.master_path, problem


def problems_about(inspection: Inspection, *starts: str) -> Iterator[tuple[Place, str]]:
    """The complaints that begin so, with the line."""
    for path, problem in problems(inspection):
        if problem.message.startswith(starts):
            yield Place(path, problem.line), problem.message


def _unreadable(inspection: Inspection) -> Iterator[Occurrence]:
    for path, problem in problems(inspection):
        is_told_elsewhere = problem.message.startswith(SUBJECTS_OF_THEIR_OWN)
        if problem.severity is Severity.FATAL and not is_told_elsewhere:
            yield Occurrence(
                f"Postfix cannot read this line: {problem.message}",
                "Correct the line, or put a # before it.",
                Place(path, problem.line),
            )


def _ignored(inspection: Inspection) -> Iterator[Occurrence]:
    for place, message in problems_about(inspection, *PASSED_OVER):
        yield Occurrence(
            f"Postfix passes over this text: {message}",
            "Begin the line in the first column, or take it out.",
            place,
        )


def _broken(inspection: Inspection) -> Iterator[Occurrence]:
    told = (*PASSED_OVER, *SUBJECTS_OF_THEIR_OWN)
    for path, problem in problems(inspection):
        if problem.severity is Severity.WARNING and not problem.message.startswith(told):
            yield Occurrence(
                f"a program that uses this value gives up on it: {problem.message}",
                "Write $name or ${name}, close every brace, and $$ for a dollar sign.",
                Place(path, problem.line),
            )


RULES = (
    Rule(
        "unreadable-line",
        Weight.REFUSAL,
        "A line that Postfix cannot read",
        "One such line in main.cf stops every program of Postfix, and one in master.cf stops "
        "the master, or the service to which it belongs.",
        _unreadable,
    ),
    Rule(
        "ignored-line",
        Weight.WARNING,
        "A line that Postfix passes over",
        "A line that begins with blanks continues the one before it. At the beginning of a file "
        "there is none, and the text is dropped; so is what follows a null byte.",
        _ignored,
    ),
    Rule(
        "broken-expansion",
        Weight.WARNING,
        "A value that Postfix gives up on",
        "A reference to another parameter has no end, no name, or leads back to itself. The file "
        "can be read, but each program that uses the value stops.",
        _broken,
    ),
)

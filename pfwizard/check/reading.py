"""What Postfix says of the files on reading them."""

from collections.abc import Container, Iterator

from pfwizard.cf.expansion import BadExpansion, expand, references
from pfwizard.cf.problem import Severity
from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.machine.effective import Effective
from pfwizard.plan.plan import Severity as Weight

HALF_UNCOMMENTED = "a service is commented out here"
OVERRIDING = "overriding earlier entry: "
DUPLICATE = "duplicate master.cf entry"
SURPLUS = "unexpected command-line argument: "
NO_EQUALS = 'invalid "-o '

SUBJECTS_OF_THEIR_OWN = (HALF_UNCOMMENTED, OVERRIDING, DUPLICATE, SURPLUS, NO_EQUALS)
"""How complaints begin that another rule explains better."""

PASSED_OVER = ("logical line must not start with whitespace", "text after null byte")


def problems_about(inspection: Inspection, *starts: str) -> Iterator[tuple[Place, str]]:
    """The complaints that begin so, with the line."""
    for path, problem in inspection.problems:
        if problem.message.startswith(starts):
            yield Place(path, problem.line), problem.message


def _unreadable(inspection: Inspection) -> Iterator[Occurrence]:
    for path, problem in inspection.problems:
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
    for path, problem in inspection.problems:
        if problem.severity is Severity.WARNING and not problem.message.startswith(told):
            yield Occurrence(
                f"a program that uses this value gives up on it: {problem.message}",
                "Write $name or ${name}, close every brace, and $$ for a dollar sign.",
                Place(path, problem.line),
            )
    yield from _without_end(inspection)


def _without_end(inspection: Inspection) -> Iterator[Occurrence]:
    """Values that can be read but not expanded, each cause once."""
    failing = {
        name: complaint
        for name, setting in inspection.settings.items()
        if (complaint := _complaint(setting.value, inspection.effective))
    }
    told = {name for name in failing if not _can_be_read(inspection.settings[name].value)}
    for name in failing:
        way = _way_down(name, inspection, failing)
        if told.isdisjoint(way):
            told.add(way[-1])
            yield _never_expanded(failing[way[-1]], inspection.place_of(way[-1]))
    for daemon in inspection.daemons:
        for option in daemon.service.options:
            is_its_own = _can_be_read(option.value) and failing.keys().isdisjoint(
                references(option.value)
            )
            complaint = _complaint(option.value, daemon.effective) if is_its_own else ""
            if complaint:
                place = inspection.place_of(option.name, daemon.service)
                yield _never_expanded(complaint, place)


def _way_down(name: str, inspection: Inspection, failing: Container[str]) -> list[str]:
    """From a value that cannot be expanded to the first one for which no other is to blame."""
    way = [name]
    while True:
        value = inspection.settings[way[-1]].value
        mentioned = references(value) if _can_be_read(value) else ()
        below = next((each for each in mentioned if each in failing and each not in way), None)
        if below is None:
            return way
        way.append(below)


def _complaint(value: str, effective: Effective) -> str:
    try:
        expand(value, effective.written)
    except BadExpansion as error:
        return str(error)
    return ""


def _can_be_read(value: str) -> bool:
    try:
        references(value)
    except BadExpansion:
        return False
    return True


def _never_expanded(complaint: str, place: Place) -> Occurrence:
    return Occurrence(
        f"a program that uses this value gives up on it: {complaint}",
        "Write out what it is to be. It must not lead back to itself, nor grow with each step.",
        place,
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
        "A reference to another parameter has no end, no name, or leads back to itself; or each of "
        "many has the next one twice, which no memory is enough for. The file can be read, but "
        "each program that uses the value stops.",
        _broken,
    ),
)

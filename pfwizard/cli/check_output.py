"""What is wrong in the configuration, as compilers tell it; and the rules themselves."""

import sys
from collections.abc import Iterable, Iterator

from pfwizard.check.checking import Checked
from pfwizard.check.rule import PlacedFinding, Rule
from pfwizard.check.rules import BY_IDENTIFIER, RULES
from pfwizard.cli.streams import INDENTATION, USUAL_WIDTH, fitted, width_of
from pfwizard.enumeration import listed
from pfwizard.errors import UsageError
from pfwizard.plan.plan import Severity

WORDS = {
    Severity.REFUSAL: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}
"""What each severity is called here, where nothing is asked for that could be refused."""

SHOWN = 300
"""Characters of a value in force that are printed; the whole of it is in the JSON."""


def check_lines(checked: Checked) -> Iterator[str]:
    """Of each finding a line that begins with its place, then the value and the remedy."""
    for finding in checked.findings:
        yield from _lines_of(finding)


def _lines_of(finding: PlacedFinding) -> Iterator[str]:
    place = finding.place
    is_named = finding.message.startswith(place.service)
    service = "" if is_named else place.service
    parts = [str(place), WORDS[finding.severity], service, finding.message]
    yield f"{': '.join(filter(None, parts))} [{finding.identifier}]"
    if finding.in_force:
        yield f"{INDENTATION}In force: {_beginning(finding.in_force)}"
    if finding.remedy:
        yield f"{INDENTATION}{finding.remedy}"


def _beginning(value: str) -> str:
    """A list of networks or domains may be megabytes long, and nobody reads that here."""
    if len(value) <= SHOWN:
        return value
    words = value[:SHOWN].rpartition(" ")[0] or value[:SHOWN]
    return f"{words} ... ({len(value) - len(words)} more characters, which --json has too)"


def summary(checked: Checked) -> str:
    """How much was found, in a sentence."""
    counts = [
        _counted(sum(each.severity is severity for each in checked.findings), word)
        for severity, word in WORDS.items()
    ]
    found = [count for count in counts if count]
    if not found:
        return "Nothing is wrong that can be seen in the configuration."
    return f"{listed(found)}. pfwizard check --explain ID tells more of each."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def explanation_lines(identifier: str) -> Iterator[str]:
    """What a rule is about, or the list of all of them for an empty identifier.

    Raises UsageError for a rule that there is not.
    """
    if not identifier:
        yield from _table(RULES)
        return
    rule = BY_IDENTIFIER.get(identifier)
    if rule is None:
        raise UsageError(
            f"there is no rule {identifier!r}", "pfwizard check --explain lists all of them."
        )
    yield f"{rule.identifier}: {WORDS[rule.severity]}"
    yield f"{INDENTATION}{rule.title}."
    yield from fitted(
        f"{INDENTATION}{rule.explanation}", width_of(sys.stdout) or USUAL_WIDTH
    ).split("\n")


def _table(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        yield f"{WORDS[rule.severity]:<7}  {rule.identifier}"
        yield f"{'':<7}  {rule.title}"


def findings_document(checked: Checked) -> list[dict[str, object]]:
    """The findings for programs: those of every command, with their places."""
    return [_document(each) for each in checked.findings]


def _document(finding: PlacedFinding) -> dict[str, object]:
    place = finding.place
    return {
        "id": finding.identifier,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "file": str(place.file) if place.file else None,
        "line": place.line,
        "service": place.service or None,
        "effective": finding.in_force or None,
    }

"""The rules applied to a machine, and how bad it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pfwizard.check.inspection import Inspection
from pfwizard.check.rule import Occurrence, PlacedFinding, Rule, finding_of
from pfwizard.check.rules import RULES
from pfwizard.errors import Failed
from pfwizard.expiry.judgement import Level
from pfwizard.plan.plan import Severity

URGENCY = (Severity.REFUSAL, Severity.WARNING, Severity.NOTE)

LEVELS = {
    Severity.REFUSAL: Level.CRITICAL,
    Severity.WARNING: Level.WARNING,
    Severity.NOTE: Level.OK,
}


@dataclass(frozen=True)
class Checked:
    """Everything that was found, the worst first, and then in the order of the files."""

    findings: tuple[PlacedFinding, ...]

    @property
    def level(self) -> Level:
        """That of the worst finding; a note is nothing that is wrong."""
        return max((LEVELS[each.severity] for each in self.findings), default=Level.OK)


def check(inspection: Inspection, rules: Iterable[Rule] = RULES) -> Checked:
    """Apply the rules."""
    found = [
        finding_of(rule, occurrence) for rule in rules for occurrence in _cases(rule, inspection)
    ]
    return Checked(tuple(sorted(dict.fromkeys(found), key=_order)))


def _cases(rule: Rule, inspection: Inspection) -> Iterator[Occurrence]:
    """A value that Postfix gives up on has a rule of its own; the others pass over it."""
    try:
        yield from rule.find(inspection)
    except Failed:
        return


def _order(finding: PlacedFinding) -> tuple[int, str, int]:
    place = finding.place
    return URGENCY.index(finding.severity), str(place.file or ""), place.line or 0

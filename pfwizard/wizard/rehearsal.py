"""The rehearsal between the review and the change: what it finds, as lines, as it goes on."""

from collections.abc import Iterator, Sequence

from pfwizard.machine.facts import Facts
from pfwizard.prove.verdict import MARKS, REHEARSAL, Outcome, Verdict, failures_among
from pfwizard.wizard.lines import Line, Style

TITLE = "Rehearsing the change on a private Postfix"

LOGIN_BEFORE = "Logging in, before the change"

PROVING = "Logging in, with the change live"

NOTHING_YET = (
    "Nothing is changed yet: the change is played on a private Postfix that nobody else can reach. "
    "If this connection drops now, everything stays as it was."
)

FAILED = "The rehearsal failed, so nothing was changed."

NOT_POSSIBLE = "It cannot be rehearsed here, and nothing was changed yet: that is yours to decide."

STYLES = {
    Verdict.PASS: Style.ADDED,
    Verdict.FAIL: Style.REFUSAL,
    Verdict.SKIPPED: Style.WARNING,
}


def was_not_possible(outcomes: Sequence[Outcome]) -> bool:
    """Whether all that there is to say is what stays unproven."""
    return [outcome.probe for outcome in outcomes] == [REHEARSAL]


def to_be_decided(outcomes: Sequence[Outcome], facts: Facts) -> str:
    """Why somebody has to say whether the change is made all the same; empty where nobody has to.

    In a tree no rehearsal is possible, and nothing runs that the change could harm.
    """
    if failures_among(outcomes):
        return FAILED
    return NOT_POSSIBLE if was_not_possible(outcomes) and not facts.works_on_a_tree else ""


def failures_last(outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Where the page ends is what is seen."""
    return sorted(outcomes, key=lambda outcome: outcome.verdict is Verdict.FAIL)


def lines_of_rehearsal(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """A line for each; below a failure what it means, and what to do."""
    for outcome in outcomes:
        begin = f"{MARKS[outcome.verdict]:<7} {outcome.probe} at {outcome.target}"
        style = STYLES[outcome.verdict]
        if outcome.verdict is Verdict.FAIL:
            yield Line(begin, style)
            yield from (Line(f"    {text}") for text in (outcome.detail, outcome.remedy) if text)
        else:
            yield Line(f"{begin}: {outcome.detail}", style)

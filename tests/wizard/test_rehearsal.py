"""How the outcomes of a rehearsal read in the wizard."""

import pytest

from pfwizard.prove.verdict import REHEARSAL, Outcome, Statements
from pfwizard.wizard.lines import Style
from pfwizard.wizard.rehearsal import FAILED, NOT_POSSIBLE, lines_of_rehearsal, to_be_decided
from tests.plan.builders import machine

STATEMENTS = Statements("starttls", "rehearsal:25")


@pytest.mark.parametrize(
    ("outcome", "mark", "style"),
    [
        (STATEMENTS.passed("TLS 1.3"), "ok", Style.ADDED),
        (STATEMENTS.failed("no TLS"), "FAILED", Style.REFUSAL),
        (STATEMENTS.skipped("no user"), "skipped", Style.WARNING),
    ],
)
def test_what_came_of_a_probe_is_said_in_a_word_and_in_a_colour(
    outcome: Outcome, mark: str, style: Style
) -> None:
    line = next(lines_of_rehearsal((outcome,)))

    assert line.text.startswith(mark)
    assert line.style is style


def test_below_a_failure_stands_what_it_means_and_what_to_do() -> None:
    _, *below = lines_of_rehearsal((STATEMENTS.failed("it switches TLS off", "Correct the key."),))

    assert [line.text.strip() for line in below] == ["it switches TLS off", "Correct the key."]


PASSED = STATEMENTS.passed("yes")
FAILURE = Statements("auth", "rehearsal:465").failed("no")
NOT_HERE = Statements(REHEARSAL, "Postfix").skipped("only root can start a Postfix")


@pytest.mark.parametrize(
    ("outcomes", "works_on_a_tree", "why"),
    [
        ((PASSED, STATEMENTS.skipped("who knows")), False, ""),
        ((PASSED, FAILURE), False, FAILED),
        ((NOT_HERE,), False, NOT_POSSIBLE),
        ((NOT_HERE,), True, ""),
    ],
    ids=["passed", "failed", "not possible", "not possible in a tree"],
)
def test_what_failed_or_was_not_possible_is_for_the_operator_to_decide(
    outcomes: tuple[Outcome, ...], works_on_a_tree: bool, why: str
) -> None:
    facts = machine(works_on_a_tree=works_on_a_tree)

    assert to_be_decided(outcomes, facts) == why

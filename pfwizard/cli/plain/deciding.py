"""The plan, what it changes, and what to do with it; and again when that has failed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pfwizard.cli import human_output
from pfwizard.cli.interruption import Interruption
from pfwizard.cli.plain.applying import apply
from pfwizard.cli.plain.lines import Lines
from pfwizard.cli.plain.saving import save_answers
from pfwizard.errors import PfwizardError
from pfwizard.wizard.review import review, why_not_applied
from pfwizard.wizard.session import Session

if TYPE_CHECKING:
    from pfwizard.engine import Planned


class Decision(Enum):
    """The words that are offered."""

    APPLY = "apply"
    REVIEW = "review"
    SHOW = "show"
    BACK = "back"
    SAVE = "save"
    QUIT = "quit"


WITH_A_PLAN = (Decision.APPLY, Decision.SHOW, Decision.BACK, Decision.SAVE, Decision.QUIT)

WITHOUT_A_PLAN = (Decision.BACK, Decision.QUIT)

AFTER_A_FAILURE = (Decision.REVIEW, Decision.BACK, Decision.SAVE, Decision.QUIT)
"""What is not shown must not be applied: the review makes the plan anew."""

NOT_IN_PLACE = "The change is not in place. The review makes the plan anew, and shows it."


@dataclass(frozen=True)
class Proposal:
    """What is to be done; ``make_plan`` takes its time, and raises PfwizardError."""

    title: str
    make_plan: "Callable[[], Planned]"


def settle(
    lines: Lines, session: Session, proposal: Proposal, interruption: Interruption
) -> Decision:
    """Show the plan, and do with it what is decided: APPLY is done then, BACK and QUIT are not."""
    decided = _reviewed(lines, session, proposal)
    while not isinstance(decided, Decision):
        if apply(lines, session, decided, interruption):
            return Decision.APPLY
        session.forget_plan()
        lines.say(NOT_IN_PLACE)
        decided = _decided(lines, session, AFTER_A_FAILURE)
        if decided is Decision.REVIEW:
            decided = _reviewed(lines, session, proposal)
    return decided


def _reviewed(lines: Lines, session: Session, proposal: Proposal) -> "Planned | Decision":
    """Show the plan; ends with it when it is to be applied, or with BACK or QUIT."""
    lines.say(f"\n{proposal.title}\nMaking the plan ...")
    try:
        planned = proposal.make_plan()
    except PfwizardError as error:
        lines.say(f"Error: {error}")
        return _decided(lines, session, WITHOUT_A_PLAN)
    for line in review(planned.plan)[0].lines:
        lines.say(line.text)
    why_not = why_not_applied(planned.plan, may_apply=session.may_apply)
    if why_not:
        lines.say(why_not)
    offered = [each for each in WITH_A_PLAN if each is not Decision.APPLY or not why_not]
    while True:
        decided = _decided(lines, session, offered)
        if decided is not Decision.SHOW:
            return planned if decided is Decision.APPLY else decided
        human_output.show_changes(planned.plan)


def _decided(lines: Lines, session: Session, offered: Sequence[Decision]) -> Decision:
    """What is decided, after the answers were saved as often as that is wished."""
    words = tuple(each.value for each in offered)
    while True:
        decided = Decision(lines.choose("What now?", words))
        if decided is not Decision.SAVE:
            return decided
        save_answers(lines, session)

"""Plans for trees of all platforms: by the guide's answers, and by the fewest possible."""

from collections.abc import Callable
from pathlib import Path

from pfwizard.answers.answers import Answers
from pfwizard.answers.assembly import assemble
from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.machine.authdaemond_sockets import SOCKETS
from pfwizard.machine.facts import gather
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import files_of_interest, make_plan
from pfwizard.plan.usual_answers import usual_answers
from tests.plan import builders
from tests.platforms.expectations import expected
from tests.platforms.trees import Fixture

NAMES: dict[str, Value] = {
    "server.names": ("mail.kernel-panic.it",),
    "server.subject.common_name": "mail.kernel-panic.it",
    "ca.subject.common_name": "Mail CA of kernel-panic.it",
}
"""What has no default, because it is the operator's own."""


def guide(root: Path) -> Answers:
    return builders.answers()


def default(root: Path) -> Answers:
    """What an unattended run on this tree does where nothing but the names is answered."""
    defaults = {each.key: each.default for each in QUESTIONS if each.default is not None}
    usual = usual_answers(gather(Tree(root), None, SOCKETS))
    return assemble({**defaults, **NAMES, **usual})


AnswersOn = Callable[[Path], Answers]


def answered(**changes: Value) -> AnswersOn:
    """The guide's answers with others for these questions."""
    return lambda root: builders.answers(**changes)


def plan_for(
    fixture: Fixture,
    root: Path,
    answers: AnswersOn,
    mechanisms: tuple[str, ...] = ("plain", "login"),
) -> Plan:
    fixture.build(root, expected(fixture).plugins, mechanisms)
    return planned(root, answers)


def planned(root: Path, answers_on: AnswersOn) -> Plan:
    answers = answers_on(root)
    facts = gather(Tree(root), None, files_of_interest(answers))
    return make_plan(answers, facts, builders.circumstances())

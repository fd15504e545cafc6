"""Every choice that the table of questions offers is implemented: each has a plan of its own."""

from functools import cache

import pytest

from pfwizard.answers.question import Kind, Question, in_toml
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import parse
from pfwizard.engine import Job, plan_job
from pfwizard.plan.plan import Plan
from tests.answers.builders import answers_file
from tests.cli.program import STOCK

EVERYWHERE = {"sasl.scope": '"everywhere"'}
"""So that logins do not depend on a submission service."""


@cache
def plan_with(key: str, toml: str) -> Plan:
    return plan_job(Job.on(STOCK, None, None), parse(answers_file({**EVERYWHERE, key: toml}))).plan


def traits(plan: Plan) -> tuple[object, ...]:
    """What two plans differ in besides chance: no keys, and no fingerprints."""
    return (
        plan.main_cf,
        plan.master_cf,
        *(
            (change.path, change.summary[:1] and change.summary[0].partition(", SHA")[0])
            for change in plan.changes
        ),
        *(change.after for change in plan.changes if not change.summary),
    )


OFFERING = [question for question in QUESTIONS if question.choices]


def values_of(question: Question) -> list[str]:
    as_list = question.kind is Kind.TEXTS
    return [in_toml((choice,) if as_list else choice) for choice in question.choices]


@pytest.mark.parametrize("question", OFFERING, ids=lambda question: question.key)
def test_every_choice_can_be_planned(question: Question) -> None:
    for value in values_of(question):
        plan = plan_with(question.key, value)
        assert plan.changes
        assert plan.refusals == ()


@pytest.mark.parametrize("question", OFFERING, ids=lambda question: question.key)
def test_no_two_choices_lead_to_the_same_plan(question: Question) -> None:
    plans = [traits(plan_with(question.key, value)) for value in values_of(question)]
    assert all(plan not in plans[:index] for index, plan in enumerate(plans))


SWITCHES = [question for question in QUESTIONS if question.kind is Kind.BOOLEAN]


@pytest.mark.parametrize("question", SWITCHES, ids=lambda question: question.key)
def test_every_switch_makes_a_difference(question: Question) -> None:
    assert traits(plan_with(question.key, "true")) != traits(plan_with(question.key, "false"))

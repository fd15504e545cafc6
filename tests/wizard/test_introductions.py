"""What a step says above its fields."""

import textwrap

import pytest

from pfwizard.answers.questions import QUESTIONS
from pfwizard.wizard.introductions import BY_ANSWER, introduction_of
from pfwizard.wizard.steps import ASKING, Step, StepName, step_of

CHOICES = {question.key: question.choices for question in QUESTIONS}

ROOM = (63, 3)
"""Columns and rows on a terminal of 80x24."""


@pytest.mark.parametrize("name", BY_ANSWER, ids=lambda name: name.value)
def test_an_introduction_depends_on_answers_that_there_are(name: StepName) -> None:
    key, by_answer = BY_ANSWER[name]

    assert set(by_answer) <= set(CHOICES[key])


@pytest.mark.parametrize("step", ASKING, ids=lambda step: step.name.value)
def test_every_introduction_leaves_room_for_the_fields(step: Step) -> None:
    columns, rows = ROOM
    _, by_answer = BY_ANSWER.get(step.name, ("", {}))

    for text in (step.introduction, *by_answer.values()):
        assert len(textwrap.wrap(text, columns)) <= rows, text


def test_a_step_speaks_of_what_was_answered() -> None:
    server = step_of(StepName.SERVER)

    assert "renews" in introduction_of(server, {"server.source": "files"})
    assert "request" in introduction_of(server, {"server.source": "request"})
    assert introduction_of(server, {}) == server.introduction

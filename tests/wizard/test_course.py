"""The way through the steps."""

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.wizard.course import Course, Move, Standing
from pfwizard.wizard.sheet import AnswerSheet
from pfwizard.wizard.steps import ASKING, STEPS, StepName, step_of

SUGGESTED: dict[str, Value] = {
    "server.names": ("mail.example.org",),
    "server.subject.common_name": "mail.example.org",
}


def test_every_question_is_asked_on_exactly_one_step() -> None:
    asked = [key for step in ASKING for key in step.keys]
    assert sorted(asked) == sorted(question.key for question in QUESTIONS)


def test_going_on_leads_through_every_step_to_the_end() -> None:
    course = Course(AnswerSheet())
    way = [course.here, *(course.move(Move.NEXT) for _ in STEPS[1:])]

    assert way == [step.name for step in STEPS]


def test_there_is_nothing_before_the_first_step() -> None:
    course = Course(AnswerSheet())

    assert course.move(Move.BACK) is StepName.WELCOME


def test_what_nobody_has_seen_has_no_problem_yet() -> None:
    course = Course(AnswerSheet(SUGGESTED))

    assert course.standing(step_of(StepName.AUTHORITY)) is Standing.AHEAD


def test_a_step_that_is_left_incomplete_has_a_problem() -> None:
    course = Course(AnswerSheet(SUGGESTED))
    course.go(StepName.AUTHORITY)
    course.go(StepName.TLS)

    assert course.standing(step_of(StepName.AUTHORITY)) is Standing.PROBLEM


def test_a_step_that_is_left_complete_is_complete() -> None:
    course = Course(AnswerSheet(SUGGESTED))
    course.go(StepName.SERVER)
    course.go(StepName.TLS)

    assert course.standing(step_of(StepName.SERVER)) is Standing.COMPLETE


def test_only_fields_that_somebody_has_left_show_what_is_wrong() -> None:
    course = Course(AnswerSheet(SUGGESTED))
    course.go(StepName.AUTHORITY)
    assert not course.problems_to_show()

    course.touch("ca.subject.common_name")

    assert set(course.problems_to_show()) == {"ca.subject.common_name"}

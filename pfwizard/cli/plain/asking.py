"""Asking the questions of one step."""

import textwrap
from enum import Enum

from pfwizard.answers.explanations import explanation_of
from pfwizard.answers.question import Kind, Question
from pfwizard.answers.relevance import is_relevant
from pfwizard.cli.plain.lines import Lines
from pfwizard.errors import InputProblem
from pfwizard.quoting import visible
from pfwizard.wizard.course import Course
from pfwizard.wizard.offered import offered_choices
from pfwizard.wizard.sheet import AnswerSheet
from pfwizard.wizard.steps import STEPS
from pfwizard.wizard.typed_text import NO, YES, shown_choice, value_of

WIDTH = 78

EXPLAIN, BACK, STEP_BACK, NOTHING = "?", "<", "<<", "-"

HOW_TO_ANSWER = (
    "Enter keeps what stands in brackets. "
    f"{EXPLAIN} explains the question, {BACK} goes back one question, {STEP_BACK} one step, "
    f"{NOTHING} leaves an answer empty. Ctrl-D leaves pfwizard; it asks first."
)


class Way(Enum):
    """Where to go after a question or a step."""

    ON = "on"
    BACK = "back"
    STEP_BACK = "step back"


def ask_step(lines: Lines, course: Course) -> Way:
    """Ask until every answer of this step can be used; BACK is for the step before."""
    step, sheet = course.step, course.sheet
    lines.say(f"\nStep {course.number} of {len(STEPS)}: {step.title}\n{step.introduction}\n")
    place = 0
    while True:
        questions = [each for each in step.questions if is_relevant(each, sheet.values())]
        if place >= len(questions):
            wrong = list(sheet.problems_of(step).items())
            if not wrong:
                return Way.ON
            _say_problem(lines, wrong[0][1])
            place = next(n for n, each in enumerate(questions) if each.key == wrong[0][0])
        way = _ask(lines, sheet, questions[place])
        if way is Way.STEP_BACK or (way is Way.BACK and place == 0):
            return Way.BACK
        place += 1 if way is Way.ON else -1


def _ask(lines: Lines, sheet: AnswerSheet, question: Question) -> Way:
    """Ask one question until it has an answer that can be used."""
    lines.say(question.help)
    present = sheet.answered(question.key)
    if present.problem is not None and present.text:
        lines.say(f"The answer that is here cannot be used: {_explained(present.problem)}")
    while True:
        typed = _typed(lines, sheet, question)
        if typed == EXPLAIN:
            lines.say(textwrap.fill(explanation_of(question), WIDTH))
            continue
        if typed in (BACK, STEP_BACK):
            return Way.BACK if typed == BACK else Way.STEP_BACK
        problem = _answer(sheet, question, typed)
        if problem is None:
            return Way.ON
        _say_problem(lines, problem)


def _answer(sheet: AnswerSheet, question: Question, typed: str) -> InputProblem | None:
    """Take an answer, or say what is wrong with it; what is offered then stays what it was."""
    if not typed:
        return sheet.answered(question.key).problem
    text = "" if typed == NOTHING else _meant(question, sheet, typed)
    try:
        value_of(question, text)
    except InputProblem as problem:
        return problem
    sheet.fill(question.key, text)
    return None


def _typed(lines: Lines, sheet: AnswerSheet, question: Question) -> str:
    choices = _choices(question, sheet)
    offered = f" ({', '.join(choices)})" if choices else ""
    present = sheet.answered(question.key)
    if question.kind is Kind.SECRET:
        kept = " [kept]" if present.value else ""
        return lines.ask_secretly(f"{question.label}{kept}: ")
    shown = shown_choice(present.text) if choices else present.text
    if present.problem is not None:
        shown = ""  # nothing that Enter could keep
    return lines.ask(f"{question.label}{offered} [{visible(shown)}]: ")


def _choices(question: Question, sheet: AnswerSheet) -> tuple[str, ...]:
    if question.kind is Kind.BOOLEAN:
        return (YES, NO)
    if not question.choices:
        return ()
    offered = offered_choices(question, sheet.values(), sheet.text(question.key))
    return tuple(map(shown_choice, offered))


def _meant(question: Question, sheet: AnswerSheet, typed: str) -> str:
    """A choice by its first letters, if there is but one; anything else as it is typed."""
    meant = [choice for choice in _choices(question, sheet) if choice.startswith(typed.lower())]
    return meant[0] if len(meant) == 1 and question.kind is Kind.CHOICE else typed


def _say_problem(lines: Lines, problem: InputProblem) -> None:
    lines.say(f"Error: {_explained(problem)}")


def _explained(problem: InputProblem) -> str:
    return f"{problem.message}. {problem.remedy}"

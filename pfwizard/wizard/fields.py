"""Answers by the names of their fields, where somebody walks through the steps."""

from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.wording import Named, Wording
from pfwizard.wizard.steps import STEPS, step_asking
from pfwizard.wizard.typed_text import typed_text

_BY_KEY = {question.key: question for question in QUESTIONS}


def by_field(text: str) -> str:
    """The text with fields and steps in place of the keys that it names."""
    if not isinstance(text, Wording):
        return text
    return "".join(part if isinstance(part, str) else field_of(part) for part in text.parts)


def field_of(named: Named) -> str:
    """The field where this is answered, and its step."""
    step = step_asking(named.key)
    place = f"step {STEPS.index(step) + 1}, {step.short}"
    question = _BY_KEY.get(named.key)
    if question is None:
        return f"the subject in {place}"
    value = "" if named.value is None else f" = {typed_text(question, named.value)}"
    return f'"{question.label}"{value} ({place})'

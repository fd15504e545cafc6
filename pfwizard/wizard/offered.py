"""What can be chosen, where that depends on what is answered."""

from collections.abc import Mapping

from pfwizard.answers.question import Question, Value
from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.plan.sasl.backends import BACKENDS
from pfwizard.wizard.typed_text import elements_of

MECHANISMS = "sasl.mechanisms"

_BY_NAME: Mapping[Value | None, SaslBackend] = {each.value: each for each in SaslBackend}


def offered_choices(question: Question, values: Mapping[str, Value], text: str) -> tuple[str, ...]:
    """The choices of a question: those that are possible, and those in its present ``text``."""
    checker = _BY_NAME.get(values.get("sasl.backend"))
    if question.key != MECHANISMS or checker is None:
        return question.choices
    chosen, backend = elements_of(text), BACKENDS[checker]
    return tuple(
        choice for choice in question.choices if choice in chosen or not backend.why_not(choice)
    )

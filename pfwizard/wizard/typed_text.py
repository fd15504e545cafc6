"""Answers as a person types and reads them: texts without quotes, lists with commas."""

from pfwizard.answers.question import Kind, Question, Value
from pfwizard.cf.words import words_of
from pfwizard.errors import InputProblem

YES, NO = "yes", "no"
WORDS_FOR_YES = frozenset({"yes", "y", "true", "on"})
WORDS_FOR_NO = frozenset({"no", "n", "false", "off"})

NOTHING = "default"
"""How the empty one of several choices is called."""


def typed_text(question: Question, value: object) -> str:
    """How a value looks in a field."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def elements_of(text: str) -> tuple[str, ...]:
    """What stands between the commas of such a text."""
    return tuple(each.strip() for each in text.split(","))


def shown_choice(choice: str) -> str:
    """A choice as it is shown: the empty one has no name of its own."""
    return choice or NOTHING


def value_of(question: Question, text: str) -> Value:
    """The answer that a text means, in its normal form.

    Raises InputProblem when it cannot be used.
    """
    typed = text.strip()
    if not typed and _needs_something(question):
        raise InputProblem(_what_is_needed(question), question.help)
    return question.validated(_READERS.get(question.kind, _as_it_is)(question, typed))


def _needs_something(question: Question) -> bool:
    """Whether an empty field is no answer; choices and some lists say that themselves."""
    if question.kind is Kind.TEXTS:
        return question.is_required
    return question.kind in NEEDED and not question.may_be_empty


NEEDED = {
    Kind.PATH: "a path",
    Kind.INTEGER: "a number from {question.minimum} to {question.maximum}",
    Kind.TEXT: "an answer",
    Kind.TEXTS: "a name",
}
"""What an empty field lacks."""


def _what_is_needed(question: Question) -> str:
    example = f", such as {question.default}" if question.default else ""
    return f"{NEEDED[question.kind].format(question=question)} is needed{example}"


def _as_it_is(question: Question, text: str) -> object:
    return text


def _boolean(question: Question, text: str) -> object:
    word = text.lower()
    if word in WORDS_FOR_YES or word in WORDS_FOR_NO:
        return word in WORDS_FOR_YES
    raise InputProblem(f'"{text}" is neither yes nor no', f"Answer {YES} or {NO}.")


def _integer(question: Question, text: str) -> object:
    if not text:
        return ""
    if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER:
        return int(text)
    example = question.default or question.minimum
    raise InputProblem(
        f'"{text}" is not a number from {question.minimum} to {question.maximum}',
        f"Use digits only, such as {example}.",
    )


LONGEST_NUMBER = 20
"""Digits."""


def _choice(question: Question, text: str) -> object:
    return "" if text == NOTHING else text


def _texts(question: Question, text: str) -> object:
    """Commas separate, and so do blanks where no element can hold one."""
    separators = "," if question.key.endswith("restrictions") else ", \t"
    words = [word.text.strip() for word in words_of(text, separators)]
    return tuple(word for word in words if word)


_READERS = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.CHOICE: _choice,
    Kind.TEXTS: _texts,
}

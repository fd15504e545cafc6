"""What a question is: the one description of a field, whoever asks it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from pfwizard.errors import InputProblem
from pfwizard.pki.quoting import quoted

Value = str | int | bool | tuple[str, ...]
"""An answer as the operator gives it, before it becomes part of the typed answers."""


class Kind(Enum):
    """The form of an answer, in the words of a mistake's remedy."""

    TEXT = "a text in quotes"
    SECRET = "a text in quotes, kept secret"  # noqa: S105 - a description, not a password
    PATH = "an absolute path in quotes"
    INTEGER = "a whole number"
    BOOLEAN = "true or false"
    CHOICE = "one of a few words in quotes"
    TEXTS = 'a list of texts, such as ["one", "two"]'


def _accept(text: str) -> str:
    return text


@dataclass(frozen=True)
class Question:
    """One field: how it is called, explained, answered and checked.

    ``check`` sees a text answer (each element of a list) and returns it normalised, or raises
    InputProblem. A question without a ``default`` must be answered.
    """

    key: str
    label: str
    help: str
    kind: Kind
    default: Value | None = None
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    check: Callable[[str], str] = _accept

    @property
    def section(self) -> str:
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def is_required(self) -> bool:
        return self.default is None

    def validated(self, value: object) -> Value:
        """Return the answer in its normal form.

        Raises InputProblem when it has the wrong form or cannot be used.
        """
        return _VALIDATORS[self.kind](self, value)


def _boolean(question: Question, value: object) -> Value:
    if not isinstance(value, bool):
        raise _wrong_form(question, value)
    return value


def _integer(question: Question, value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_form(question, value)
    if not question.minimum <= value <= question.maximum:
        raise InputProblem(
            f"{value} is out of range",
            f"Use a number from {question.minimum} to {question.maximum}.",
        )
    return value


def _text(question: Question, value: object) -> Value:
    if not isinstance(value, str):
        raise _wrong_form(question, value)
    if question.is_required and not value:
        raise InputProblem("must not be empty", f"Give {question.label.lower()}.")
    return question.check(value) if value else value


def _choice(question: Question, value: object) -> Value:
    if not isinstance(value, str):
        raise _wrong_form(question, value)
    if value not in question.choices:
        raise InputProblem(
            f"{shown(value)} is not one of the choices", f"Use {_alternatives(question)}."
        )
    return value


def _texts(question: Question, value: object) -> Value:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong_form(question, value)
    if question.is_required and not value:
        raise InputProblem("must not be empty", "Name at least one.")
    unknown = [item for item in value if question.choices and item not in question.choices]
    if unknown:
        raise InputProblem(
            f"{shown(unknown[0])} is not one of the choices", f"Use {_alternatives(question)}."
        )
    return tuple(question.check(item) for item in value)


_VALIDATORS: dict[Kind, Callable[[Question, object], Value]] = {
    Kind.TEXT: _text,
    Kind.SECRET: _text,
    Kind.PATH: _text,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.TEXTS: _texts,
}


def _wrong_form(question: Question, value: object) -> InputProblem:
    given = "a secret" if question.kind is Kind.SECRET else shown(value)
    return InputProblem(f"{given} has the wrong form", f"Write {question.kind.value}.")


def _alternatives(question: Question) -> str:
    return " or ".join(f'"{choice}"' for choice in question.choices)


def shown(value: object) -> str:
    """The value for a message: quoted, and without anything a terminal would obey."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    return ascii(value)

"""What a question is: the one description of a field, whoever asks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from pfwizard.errors import InputProblem
from pfwizard.quoting import quoted

Value = str | int | bool | tuple[str, ...]
"""An answer as the operator gives it, before it becomes part of the typed answers."""


class Kind(Enum):
    """The form of an answer, in the words of a mistake's remedy."""

    TEXT = "a text in quotes"
    SECRET = "a text in quotes, kept secret"  # noqa: S105 - a description, not a password
    PATH = "an absolute path in quotes"
    INTEGER = "a whole number without quotes"
    BOOLEAN = "true or false without quotes"
    CHOICE = "one of the choices"
    TEXTS = "a list of texts in quotes"


def _accept(text: str) -> str:
    return text


@dataclass(frozen=True)
class Question:
    """One field: how it is called, explained, answered and checked.

    ``check`` sees a text answer (each element of a list) and returns it normalised, or raises
    InputProblem. A question without a ``default`` must be answered; a text may be left empty where
    empty is the default.
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

    @property
    def may_be_empty(self) -> bool:
        return self.default == ""

    @property
    def as_toml_line(self) -> str:
        """How the answer would be written in its table, with dots for what to fill in."""
        blank = '["..."]' if self.kind is Kind.TEXTS else '"..."'
        return f"{self.name} = {in_toml(self.default) if self.default else blank}"

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
    if question.may_be_empty and value == "":
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_form(question, value)
    if not question.minimum <= value <= question.maximum:
        raise InputProblem(
            f"{shown(value)} is out of range",
            f"Use a number from {question.minimum} to {question.maximum}.",
        )
    return value


def _text(question: Question, value: object) -> Value:
    if not isinstance(value, str):
        raise _wrong_form(question, value)
    if value:
        return question.check(value)
    if not question.may_be_empty:
        raise InputProblem("must not be empty", _instead_of_nothing(question))
    return value


def _choice(question: Question, value: object) -> Value:
    if not isinstance(value, str):
        raise _wrong_form(question, value)
    _refuse_other_than_choices(question, value)
    return value


def _texts(question: Question, value: object) -> Value:
    if not isinstance(value, list | tuple):
        raise _wrong_form(question, value)
    if question.is_required and not value:
        raise InputProblem("must not be empty", "Name at least one.")
    return tuple(dict.fromkeys(_element(question, item) for item in value))


def _element(question: Question, item: object) -> str:
    if not isinstance(item, str):
        raise InputProblem(
            f"{shown(item)} in the list is not a text in quotes", _right_form(question)
        )
    if question.choices:
        _refuse_other_than_choices(question, item)
    return question.check(item)


_VALIDATORS: dict[Kind, Callable[[Question, object], Value]] = {
    Kind.TEXT: _text,
    Kind.SECRET: _text,
    Kind.PATH: _text,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.TEXTS: _texts,
}


def _refuse_other_than_choices(question: Question, value: str) -> None:
    if value not in question.choices:
        raise InputProblem(
            f"{shown(value)} is not one of the choices", f"Use {_alternatives(question.choices)}."
        )


def _wrong_form(question: Question, value: object) -> InputProblem:
    given = "what is given" if question.kind is Kind.SECRET else shown(value)
    return InputProblem(f"{given} is not {question.kind.value}", _right_form(question))


def _right_form(question: Question) -> str:
    if question.kind is Kind.CHOICE:
        return f"Use {_alternatives(question.choices)}."
    example = question.default or (("...", "...") if question.kind is Kind.TEXTS else None)
    if question.kind is Kind.BOOLEAN or not example:
        return f"Write {question.kind.value}."
    return f"Write {question.kind.value}, such as {in_toml(example)}."


def _instead_of_nothing(question: Question) -> str:
    if question.is_required:
        return f"Give one. {question.help}"
    return f"Leave the line out, which means {in_toml(question.default)}, or give another."


def _alternatives(choices: tuple[str, ...]) -> str:
    *others, last = (in_toml(choice) for choice in choices)
    return f"{', '.join(others)} or {last}" if others else last


def in_toml(value: Value | None) -> str:
    """A value of the table of questions as it would stand in an answers file."""
    if isinstance(value, tuple):
        return f"[{', '.join(in_toml(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


LONGEST_NUMBER = 10**20


def shown(value: object) -> str:
    """A value for a message, without anything a terminal would obey.

    What a list or a table holds is not shown: it may be long, and it may be a secret.
    """
    if isinstance(value, bool):
        return in_toml(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, int):
        return str(value) if abs(value) < LONGEST_NUMBER else "this long number"
    return str(value) if isinstance(value, float) else "a date or time"

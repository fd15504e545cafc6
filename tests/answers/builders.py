"""Small answers files: the required answers, and whatever a test wants to be different."""

from collections.abc import Mapping

import pytest

from pfwizard.answers.reading import InvalidAnswers, Mistake, parse

REQUIRED: Mapping[str, str] = {
    "format": "1",
    "ca.subject.common_name": '"Example CA"',
    "server.names": '["mail.example.org"]',
    "server.subject.common_name": '"mail.example.org"',
}
"""TOML values by dotted key: the shortest file that answers everything."""


def answers_file(changes: Mapping[str, str] | None = None, *, without: str = "") -> bytes:
    """The required answers with some more or others, one line each; ``without`` leaves one out."""
    answers = {**REQUIRED, **(changes or {})}
    answers.pop(without, None)
    return "".join(f"{key} = {value}\n" for key, value in answers.items()).encode()


def mistakes_in(content: str | bytes) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidAnswers) as caught:
        parse(content.encode() if isinstance(content, str) else content)
    return caught.value.mistakes


def the_mistake_in(content: str | bytes) -> Mistake:
    (mistake,) = mistakes_in(content)
    return mistake


def the_mistake_with(key: str, toml: str) -> Mistake:
    """What is wrong with a file that gives this value to this key."""
    return the_mistake_in(answers_file({key: toml}))


def message_about(content: str | bytes) -> str:
    """What the operator reads."""
    with pytest.raises(InvalidAnswers) as caught:
        parse(content.encode() if isinstance(content, str) else content, file="answers.toml")
    return str(caught.value)

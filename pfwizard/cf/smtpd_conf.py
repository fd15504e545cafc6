"""The Cyrus SASL library's smtpd.conf: sasl_config_init in its lib/config.c.

One ``key: value`` per line, no continuation; a line whose first character that is not blank is
``#`` is a comment. Keys are case-insensitive and the first occurrence of a key counts. A line
that is none of this makes the library refuse the whole file, and with it every Postfix service
that offers AUTH.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pfwizard.cf.lines import physical_lines, terminated, terminator
from pfwizard.cf.problem import Problem, fatal, warning
from pfwizard.cf.text import WHITE_SPACE, UnwritableValue, decode, encode, writable

# Not even a key is needed in front of the colon.
_LINE = re.compile(
    r"(?P<before>[ \t\v\f\r]*(?P<key>[A-Za-z0-9_-]*):[ \t\v\f\r]*)(?P<value>[^ \t\v\f\r\n][^\n]*)"
)
_KEY = re.compile(r"[A-Za-z0-9_-]+")

# fgets(3) with the library's buffer of 4096 bytes: the rest of a longer line is the next line.
_LONGEST = 4095


@dataclass(frozen=True)
class SmtpdOption:
    """An option as the library reads it; ``key`` is in lower case, ``line`` counts from 1."""

    key: str
    value: str
    line: int


@dataclass(frozen=True)
class SmtpdConf:
    """An immutable smtpd.conf."""

    lines: tuple[str, ...]

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Reads any bytes; what the library would refuse is kept and reported by ``problems``."""
        return cls(tuple(physical_lines(decode(content))))

    def render(self) -> bytes:
        """The file's content, byte for byte."""
        return encode("".join(self.lines))

    @cached_property
    def options(self) -> tuple[SmtpdOption, ...]:
        """The options in file order, those without effect included."""
        readings = (_option(text, number) for number, text in self._texts())
        return tuple(option for option in readings if option is not None)

    def get(self, key: str) -> str | None:
        """The value that the library uses, the first one in the file; None when there is none."""
        found = self._first(key)
        return None if found is None else found.value

    def set(self, key: str, value: str) -> Self:
        """A document in which the library reads this value, and nothing else differs.

        The option is changed where it stands, or else added at the end. Raises UnwritableValue
        for a key or value that the file cannot hold; an empty value is among them.
        """
        value = _writable_option(key, value)
        found = self._first(key)
        if found is None:
            return self._with_added(f"{key}: {value}")
        if found.value == value:
            return self
        return self._with_changed(found.line - 1, key, value)

    def problems(self) -> tuple[Problem, ...]:
        """What the library refuses, and what it reads otherwise than it looks."""
        return tuple(sorted([*self._malformed(), *self._repeated()]))

    def _texts(self) -> Iterator[tuple[int, str]]:
        """What the library takes for lines of content, and the numbers of the real lines."""
        for number, line in enumerate(self.lines, 1):
            for piece in _pieces(line):
                text = piece.partition("\0")[0].strip(WHITE_SPACE)
                if text and not text.startswith("#"):
                    yield number, text

    def _first(self, key: str) -> SmtpdOption | None:
        return next((option for option in self.options if option.key == key.lower()), None)

    def _with_added(self, text: str) -> Self:
        if not self.lines:
            return type(self)((f"{text}\n",))
        model = terminator(self.lines[0]) or "\n"
        before = (*self.lines[:-1], terminated(self.lines[-1], model))
        return type(self)((*before, text + model))

    def _with_changed(self, index: int, key: str, value: str) -> Self:
        line = self.lines[index]
        match = _LINE.match(line)
        if match is not None and match["key"].lower() == key.lower():
            new = [match["before"] + value + terminator(line)]
        else:
            # The option is the rest of a line too long to be read at once: come before it.
            new = [f"{key}: {value}{terminator(line)}", line]
        return type(self)((*self.lines[:index], *new, *self.lines[index + 1 :]))

    def _malformed(self) -> Iterator[Problem]:
        for number, text in self._texts():
            if _option(text, number) is None:
                yield fatal(number, f'not of the form "option: value": "{text[:40]}"')

    def _repeated(self) -> Iterator[Problem]:
        values: dict[str, str] = {}
        for option in self.options:
            if values.setdefault(option.key, option.value) != option.value:
                yield warning(option.line, f"{option.key} was set before; the first value counts")


def _pieces(line: str) -> list[str]:
    content = encode(line)
    if len(content) <= _LONGEST:
        return [line]
    return [decode(content[at : at + _LONGEST]) for at in range(0, len(content), _LONGEST)]


def _option(text: str, line: int) -> SmtpdOption | None:
    match = _LINE.fullmatch(text)
    return None if match is None else SmtpdOption(match["key"].lower(), match["value"], line)


def _writable_option(key: str, value: str) -> str:
    if _KEY.fullmatch(key) is None:
        raise UnwritableValue(f"not an option name: {key!r}")
    value = writable(value)
    if not value:
        raise UnwritableValue(f"{key} would be empty, which the library refuses")
    if len(encode(f"{key}: {value}\r\n")) > _LONGEST:
        raise UnwritableValue(f"the value of {key} is too long for the library")
    return value

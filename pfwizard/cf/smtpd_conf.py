"""The Cyrus SASL library's smtpd.conf: sasl_config_init in its lib/config.c.

One ``key: value`` per line, no continuation, ``#`` for comments in the first column that is not
blank. Keys are case-insensitive and the first occurrence of a key counts. A line that is none of
this makes the library refuse the whole file, and with it every Postfix service that offers AUTH.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pfwizard.cf.lines import physical_lines, terminated, terminator, without_terminator
from pfwizard.cf.problem import Problem, fatal, warning
from pfwizard.cf.text import WHITE_SPACE, UnwritableValue, collapsed, decode, encode, writable

_LINE = re.compile(r"(?P<before>[ \t\v\f\r]*(?P<key>[A-Za-z0-9_-]+):[ \t\v\f\r]*)(?P<value>[^\n]*)")
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_KEY_AT_START = re.compile(r"[ \t\v\f\r]*[A-Za-z0-9_-]*")

# The library reads lines into a buffer of this size, its closing null byte included.
_BUFFER = 4096


@dataclass(frozen=True, slots=True)
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
        return tuple(self._read())

    def get(self, key: str) -> str | None:
        """The value that the library uses, the first one in the file; None when there is none."""
        found = self._first(key)
        return None if found is None else found.value

    def set(self, key: str, value: str) -> Self:
        """A document in which the library reads this value, and nothing else differs.

        The option is changed where it stands, or else added at the end. Raises UnwritableValue
        for a key or value that the file cannot hold; an empty value is among them.
        """
        if _KEY.fullmatch(key) is None:
            raise UnwritableValue(f"not an option name: {key!r}")
        value = writable(value)
        if not value:
            raise UnwritableValue(f"{key} would be empty, which the library refuses")
        found = self._first(key)
        if found is None:
            return self._with_added(f"{key}: {value}")
        if collapsed(found.value) == collapsed(value):
            return self
        return self._with_changed(found.line - 1, value)

    def problems(self) -> tuple[Problem, ...]:
        """What the library refuses, and what it reads otherwise than it looks."""
        return tuple(sorted(self._problems()))

    def _read(self) -> Iterator[SmtpdOption]:
        for number, line in enumerate(self.lines, 1):
            match = _LINE.match(line)
            if match is not None and match["value"].strip(WHITE_SPACE):
                yield SmtpdOption(match["key"].lower(), match["value"].rstrip(WHITE_SPACE), number)

    def _first(self, key: str) -> SmtpdOption | None:
        return next((option for option in self.options if option.key == key.lower()), None)

    def _with_added(self, text: str) -> Self:
        if not self.lines:
            return type(self)((f"{text}\n",))
        model = terminator(self.lines[0]) or "\n"
        before = (*self.lines[:-1], terminated(self.lines[-1], model))
        return type(self)((*before, text + model))

    def _with_changed(self, index: int, value: str) -> Self:
        line = self.lines[index]
        match = _LINE.match(line)
        if match is None:
            raise IndexError(index)
        changed = match["before"] + value + terminator(line)
        return type(self)((*self.lines[:index], changed, *self.lines[index + 1 :]))

    def _problems(self) -> Iterator[Problem]:
        values: dict[str, str] = {}
        for number, line in enumerate(self.lines, 1):
            text = without_terminator(line)
            bare = text.lstrip(WHITE_SPACE)
            if not bare or bare.startswith("#"):
                continue
            match = _LINE.match(line)
            if match is None or not match["value"].strip(WHITE_SPACE):
                yield fatal(number, _complaint(text))
                continue
            if len(encode(line)) >= _BUFFER:
                yield fatal(number, f"line longer than {_BUFFER - 2} bytes")
            key, value = match["key"].lower(), match["value"].rstrip(WHITE_SPACE)
            if values.setdefault(key, value) != value:
                yield warning(number, f"{key} was set before; the first value counts")


def _complaint(text: str) -> str:
    start = _KEY_AT_START.match(text)
    behind = text[start.end() :] if start else text
    if behind.startswith(":"):
        return f'option without a value: "{text.strip(WHITE_SPACE)}"'
    return f'not of the form "option: value": "{text.strip(WHITE_SPACE)}"'

"""On which line of a TOML text each key stands.

The standard library's reader gives values without positions, and a mistake without its line is
hard to find. This is no second TOML parser: it tells keys from values, knows nothing of what a
value means, and stops without complaint where a text is not TOML.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Key = tuple[str, ...]

STRING = (
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)
NAME = r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'"""
DOTTED = rf"(?:{NAME})(?:[ \t]*\.[ \t]*(?:{NAME}))*"

BETWEEN = re.compile(r"[ \t]*(?:(?:#[^\n]*)?\n[ \t]*)*(?:#[^\n]*)?")
"""Blanks, comments and line ends."""

HEADER = re.compile(rf"\[\[?[ \t]*({DOTTED})[ \t]*\]\]?")
PAIR = re.compile(rf"({DOTTED})[ \t]*=[ \t]*")
VALUE = re.compile(rf"(?P<opening>[\[{{])|(?:{STRING})|[^\s,#\[\]{{}}][^,#\[\]{{}}\n]*", re.DOTALL)
COMMA = re.compile(",")
CLOSING = re.compile(r"[\]}]")
BARE = re.compile(r"[A-Za-z0-9_-]+")


def line_numbers(text: str) -> Mapping[str, int]:
    """Map dotted keys, tables included, to the lines, counted from 1, in which they occur first."""
    lines: dict[str, int] = {}
    for key, number in occurrences(text):
        for length in range(1, len(key) + 1):
            lines.setdefault(dotted(key[:length]), number)
    return lines


def dotted(key: Key) -> str:
    """A key as it is written in TOML: names that are more than a word in quotes."""
    return ".".join(name if BARE.fullmatch(name) else _quoted(name) for name in key)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True)
class _Container:
    """A list, or an inline table, that is still open, and the key whose value it is."""

    key: Key
    is_table: bool


def occurrences(text: str) -> Iterator[tuple[Key, int]]:
    """Every key and table header as it occurs, with its line."""
    scan = _Scan(text)
    table: Key = ()
    while not scan.is_at_end:
        number = scan.line
        if header := scan.take(HEADER):
            table = _names(header.group(1))
            yield table, number
        elif pair := scan.take(PAIR):
            key = (*table, *_names(pair.group(1)))
            yield key, number
            yield from _inside(scan, key)
        else:
            return


class _Scan:
    """A text and how far it has been read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self.line = 1
        self.take(BETWEEN)

    @property
    def is_at_end(self) -> bool:
        self.take(BETWEEN)
        return self._position == len(self._text)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._position)
        if match:
            self.line += match.group().count("\n")
            self._position = match.end()
        return match


def _inside(scan: _Scan, key: Key) -> Iterator[tuple[Key, int]]:
    """Read one value to its end; the keys of inline tables in it occur on the way."""
    open_containers: list[_Container] = []
    while True:
        match = scan.take(VALUE)
        if match and match.group("opening"):
            open_containers.append(_Container(key, match.group("opening") == "{"))
        # Behind a value, or an opening: separators and closings, up to the next value.
        while open_containers:
            scan.take(BETWEEN)
            if scan.take(CLOSING):
                open_containers.pop()
            elif not scan.take(COMMA):
                break
        if not open_containers:
            return
        innermost = open_containers[-1]
        key = innermost.key
        number = scan.line
        if innermost.is_table:
            pair = scan.take(PAIR)
            if pair is None:
                return
            key = (*key, *_names(pair.group(1)))
            yield key, number
        elif match is None:
            return


def _names(written: str) -> Key:
    """The names of a dotted key, without their quotes."""
    if '"' not in written and "'" not in written:
        return tuple(name.strip() for name in written.split("."))
    try:
        value: object = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return (written,)
    names = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)

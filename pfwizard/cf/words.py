"""Words in a text, with braces that hold blanks together: Postfix's mystrtokq(3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What master.cf and lists call a blank: vertical tab and form feed are not among them.
BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a text and its place in it."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def words_of(text: str, separators: str = BLANKS) -> Iterator[Word]:
    """The words between separators; separators inside balanced braces do not count.

    A brace that is never closed holds everything up to the end of the text together.
    """
    mark = re.compile(f"[{{}}{re.escape(separators)}]")
    skip = re.compile(f"[{re.escape(separators)}]*")
    start = _end_of(skip, text, 0)
    while start < len(text):
        end = _word_end(mark, text, start)
        yield Word(text[start:end], start)
        start = _end_of(skip, text, end)


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _word_end(mark: re.Pattern[str], text: str, start: int) -> int:
    level = 0
    for match in mark.finditer(text, start):
        if match[0] == "{":
            level += 1
        elif match[0] == "}":
            level = max(level - 1, 0)
        elif level == 0:
            return match.start()
    return len(text)


def braces_balance(text: str) -> bool:
    """Whether every brace in the text has its partner, opening before closing."""
    level = 0
    for character in text:
        if character == "{":
            level += 1
        elif character == "}":
            level -= 1
            if level < 0:
                return False
    return level == 0

"""Words in a text, with braces that hold blanks together: Postfix's mystrtokq(3)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# What master.cf and lists call a blank: vertical tab and form feed are not among them.
BLANKS = " \t\r\n"


class Word(NamedTuple):
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
    if "{" not in text:
        for match in _pattern(f"[^{separators}]+").finditer(text):
            yield Word(match[0], match.start())
        return
    mark, first = _pattern(f"[{{}}{separators}]"), _pattern(f"[^{separators}]")
    found = first.search(text)
    while found is not None:
        end = _word_end(mark, text, found.start())
        yield Word(text[found.start() : end], found.start())
        found = first.search(text, end)


@lru_cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


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

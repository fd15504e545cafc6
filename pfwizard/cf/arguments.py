"""The arguments of a master.cf entry: which of them are options, and where they stand.

master(8) splits the entry at blanks outside braces (master_ent.c) and strips the braces from an
argument that starts with one. The daemon's getopt(3) then reads options up to the first argument
that is none, so that ``-o x=y``, ``-ox=y``, ``-vo x=y``, ``-o {x=y}`` and ``-o { x = y }`` are
the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pfwizard.cf.name_value import BadNameValue, NameValue, split_name_value
from pfwizard.cf.text import WHITE_SPACE
from pfwizard.cf.words import Word

# Options of the servers in master(8)'s libraries (multi_server.c and its sisters) with a value.
_TAKE_A_VALUE = frozenset("imnorst")


class Braced(NamedTuple):
    """The text that master(8) hands on for one word.

    ``start`` is where the text begins in the entry. ``error`` is what is wrong with the braces,
    in Postfix's words, or empty.
    """

    text: str
    start: int
    error: str = ""


class PlacedOption(NamedTuple):
    """An ``-o`` option and its place in the entry.

    ``start`` is that of the letter o's minus sign, or of the letter itself within a cluster such
    as ``-vo``; ``end`` is behind the last character. ``specification`` is the ``name=value``
    text at ``specification_start``; ``pair`` says how it splits.
    """

    start: int
    end: int
    specification: str
    specification_start: int
    pair: NameValue
    braced: bool

    @property
    def value_start(self) -> int:
        return self.specification_start + self.pair.start

    @property
    def value_end(self) -> int:
        return self.specification_start + self.pair.end


class BadOption(NamedTuple):
    """An ``-o`` that makes the daemon give up, and why."""

    start: int
    reason: str


class Arguments(NamedTuple):
    """What a daemon makes of its arguments. ``rest`` starts with the first that is no option."""

    options: tuple[PlacedOption, ...]
    bad_options: tuple[BadOption, ...]
    rest: tuple[Word, ...]


def without_braces(word: Word) -> Braced:
    """A word as master(8) hands it on: extpar(3) with EXTPAR_FLAG_STRIP."""
    if not word.text.startswith("{"):
        return Braced(word.text, word.start)
    end = _closing_brace(word.text)
    inside = word.text[1:end]
    start = word.start + 1 + len(inside) - len(inside.lstrip(WHITE_SPACE))
    error = ""
    if end is None:
        error = f"missing '}}' in \"{word.text}\""
    elif end < len(word.text) - 1:
        error = f"syntax error after '}}' in \"{word.text}\""
    return Braced(inside.strip(WHITE_SPACE), start, error)


def read_arguments(words: Sequence[Word]) -> Arguments:
    """Reads what follows the command, up to the first argument that is no option."""
    options: list[PlacedOption] = []
    bad: list[BadOption] = []
    used = 0
    while used < len(words) and _is_option(words[used]):
        cluster = words[used]
        letter = _letter_with_value(cluster.text)
        used += 1
        if letter is None:
            continue
        value = _rest_of(cluster, letter + 1)
        if value is None and used < len(words):
            value = without_braces(words[used])
            used += 1
        start = cluster.start if letter == 1 else cluster.start + letter
        if value is None:
            bad.append(BadOption(start, f"invalid option: {cluster.text[letter]}"))
        elif cluster.text[letter] == "o":
            try:
                options.append(_placed(start, words[used - 1], value))
            except BadNameValue as error:
                bad.append(BadOption(start, f'invalid "-o {value.text}" option value: {error}'))
    return Arguments(tuple(options), tuple(bad), tuple(words[used:]))


def _is_option(word: Word) -> bool:
    return word.text.startswith("-") and word.text not in ("-", "--")


def _letter_with_value(cluster: str) -> int | None:
    """Where in a word like ``-vo`` the first letter is that takes a value."""
    places = (place for place, letter in enumerate(cluster) if letter in _TAKE_A_VALUE)
    return next(places, None)


def _rest_of(cluster: Word, start: int) -> Braced | None:
    """The value within the option's own word; braces have no meaning there."""
    text = cluster.text[start:]
    return Braced(text, cluster.start + start) if text else None


def _placed(start: int, last: Word, specification: Braced) -> PlacedOption:
    pair = split_name_value(specification.text)
    braced = last.text.startswith("{")
    return PlacedOption(start, last.end, specification.text, specification.start, pair, braced)


def _closing_brace(text: str) -> int | None:
    """Where the brace that opens the text is closed: balpar(3)."""
    level = 0
    for index, character in enumerate(text):
        level += (character == "{") - (character == "}")
        if level == 0:
            return index
    return None

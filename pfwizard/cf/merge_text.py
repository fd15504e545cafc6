"""Merging lines: diff3(1) for texts whose meaning is checked afterwards."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise, takewhile
from typing import NamedTuple

from pfwizard.cf.lines import physical_lines, terminated, terminator, without_terminator
from pfwizard.cf.merge_rule import Versions
from pfwizard.cf.text import decode, encode


class _Hunk(NamedTuple):
    """Lines of a text, from ``start`` up to ``end``, and what somebody put in their place."""

    start: int
    end: int
    lines: tuple[str, ...]


def merged_text(contents: Versions[bytes]) -> bytes | None:
    """Their text with our change taken out line by line; None if the two meet.

    Changes of adjacent lines do not meet, as the meaning of the result is checked anyway; two
    insertions at the same place do, for nothing says which comes first.
    """
    lines = contents.each(lambda content: physical_lines(decode(content)))
    # A change that both sides made counts once.
    hunks = sorted({*_hunks(lines.base, lines.ours), *_hunks(lines.base, lines.theirs)})
    if any(_meet(one, other) for one, other in pairwise(hunks)):
        return None
    merged = list(_applied(lines.base, hunks))
    if not all(line.endswith("\n") for line in merged[:-1]):
        return None
    return encode("".join(merged))


def same_but_line_ends(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether lines differ in their terminators at most."""
    return [*map(without_terminator, one)] == [*map(without_terminator, other)]


def with_line_ends_of(lines: Sequence[str], model: Sequence[str]) -> tuple[str, ...]:
    """The lines, ready to take the place of the model's in its file."""
    *inner, last = map(without_terminator, lines)
    line_end = terminated(terminator(model[0]))
    return (*(line + line_end for line in inner), last + terminator(model[-1]))


def _hunks(base: Sequence[str], changed: Sequence[str]) -> Iterator[_Hunk]:
    # Stock files consist of comments that are much alike: the matcher gets what differs only.
    front = _in_common(base, changed)
    back = _in_common(base[front:][::-1], changed[front:][::-1])
    old, new = base[front : len(base) - back], changed[front : len(changed) - back]
    for tag, start, end, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if tag != "equal":
            yield _Hunk(front + start, front + end, tuple(new[first:last]))


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _meet(one: _Hunk, other: _Hunk) -> bool:
    """Whether two hunks, the first of which does not start later, cannot both be applied."""
    return other.start < one.end or (one.start, one.end) == (other.start, other.end)


def _applied(base: Sequence[str], hunks: Sequence[_Hunk]) -> Iterator[str]:
    place = 0
    for hunk in hunks:
        yield from base[place : hunk.start]
        yield from hunk.lines
        place = hunk.end
    yield from base[place:]

"""Giving a value that is laid out over several lines a new content.

The words that stay keep their own lines, with the comments between them; new words get lines of
their own in the style of their neighbours.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from pfwizard.cf.lines import is_filler, terminated, without_terminator
from pfwizard.cf.lists import items_of
from pfwizard.cf.text import collapsed

_GAP_AND_WORD = re.compile(r"([ \t\v\f\r]*)([^ \t\v\f\r\n]+)")


class _Cell(NamedTuple):
    """A word of the value and the white space in front of it."""

    gap: str
    word: str


class _Row(NamedTuple):
    """A line with words of the value; the entry's first line has its name as the head."""

    head: str
    cells: tuple[_Cell, ...]
    tail: str

    def line(self) -> str:
        return self.head + "".join(cell.gap + cell.word for cell in self.cells) + self.tail


class _Change(NamedTuple):
    """How to get from the old words to the new ones.

    The words before ``start`` and from ``end`` on stay, if perhaps with another comma; those in
    between make place for the ``fresh`` ones.
    """

    start: int
    end: int
    fresh: tuple[str, ...]


def rearranged(lines: Sequence[str], value_starts: int, value: str) -> tuple[str, ...] | None:
    """The lines of an entry with a new value, in the layout of the old one.

    ``value_starts`` is the column of the first line from which on it is value. Answers None when
    the layout has nothing to give: the old value stands on one line, or fewer than half of its
    words stay.
    """
    parts = list(_parts(lines, value_starts))
    rows = [part for part in parts if isinstance(part, _Row)]
    old = [cell.word for row in rows for cell in row.cells]
    new = collapsed(value).split(" ")
    # A line that starts with a number sign would be a comment.
    if not value or len(rows) < 2 or any(word.startswith("#") for word in new):
        return None
    change = _change(old, new)
    staying = len(old) - (change.end - change.start)
    if staying == 0 or 2 * staying < len(old):
        return None
    behind = new[len(new) - (len(old) - change.end) :]
    spelled = [*new[: change.start], *old[change.start : change.end], *behind]
    changed = _exchanged(_respelled(parts, spelled), change)
    return tuple(part.line() if isinstance(part, _Row) else part for part in changed)


def _parts(lines: Sequence[str], value_starts: int) -> Iterator[_Row | str]:
    """The entry's lines as rows; comments and blank lines stay strings."""
    for index, line in enumerate(lines):
        if is_filler(line):
            yield line
            continue
        start = value_starts if index == 0 else 0
        end = len(without_terminator(line))
        cells = tuple(_Cell(m[1], m[2]) for m in _GAP_AND_WORD.finditer(line, start, end))
        used = sum(len(cell.gap) + len(cell.word) for cell in cells)
        yield _Row(line[:start], cells, line[start + used :])


def _change(old: Sequence[str], new: Sequence[str]) -> _Change:
    front = _in_common(old, new)
    back = _in_common(old[front:][::-1], new[front:][::-1])
    return _Change(front, len(old) - back, tuple(new[front : len(new) - back]))


def _in_common(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].strip(",") == pair[1].strip(","), pairs))


def _respelled(parts: Sequence[_Row | str], words: Sequence[str]) -> list[_Row | str]:
    spelling = iter(words)
    return [
        part._replace(cells=tuple(cell._replace(word=next(spelling)) for cell in part.cells))
        if isinstance(part, _Row)
        else part
        for part in parts
    ]


def _exchanged(parts: list[_Row | str], change: _Change) -> list[_Row | str]:
    """The parts with the fresh words in place of the removed ones."""
    place, column = _place(parts, change)
    cleared = _without(parts, change.start, change.end)
    result: list[_Row | str] = []
    for index, part in enumerate(cleared):
        if isinstance(part, str):
            result.append(part)
        elif index == place and change.fresh:
            result += _row_with(part, column, change.fresh, _model(parts))
        elif part.cells or part.head:
            result.append(part)
    return _ended(result)


def _place(parts: Sequence[_Row | str], change: _Change) -> tuple[int, int]:
    """The part and the cell in it before which the fresh words belong.

    That is where the first removed word stood, or else right behind the last word that stays in
    front, so that a comment above the next word stays with it.
    """
    anchor = change.start if change.end > change.start or change.start == 0 else change.start - 1
    seen = 0
    for index, part in enumerate(parts):
        if isinstance(part, _Row):
            if anchor < seen + len(part.cells):
                return index, change.start - seen
            seen += len(part.cells)
    raise IndexError(anchor)


def _without(parts: Sequence[_Row | str], start: int, end: int) -> Iterator[_Row | str]:
    seen = 0
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        numbered = enumerate(part.cells, seen)
        seen += len(part.cells)
        yield part._replace(cells=tuple(cell for n, cell in numbered if not start <= n < end))


def _row_with(row: _Row, column: int, fresh: Sequence[str], model: _Row) -> Iterator[_Row]:
    """The row, and the rows that the fresh words make around it."""
    before, after = row.cells[:column], row.cells[column:]
    items = [_row_like(model, item) for item in items_of(fresh)]
    if before and after:
        inside = tuple(_Cell(" ", word) for word in fresh)
        yield row._replace(cells=(*before, *inside, *after))
        return
    if row.head and not before:
        first, *items = items
        cells = tuple(cell._replace(gap=" ") for cell in first.cells)
        yield row._replace(cells=cells)
    elif before:
        yield row
    yield from items
    if after:
        leading = after[0]._replace(gap=model.cells[0].gap)
        yield row._replace(head="", cells=(leading, *after[1:]))


def _model(parts: Sequence[_Row | str]) -> _Row:
    """The first line that continues the entry: its indentation is the style."""
    return next(part for part in parts if isinstance(part, _Row) and not part.head)


def _row_like(model: _Row, words: Sequence[str]) -> _Row:
    gaps = (model.cells[0].gap, *(" " for _ in words[1:]))
    cells = tuple(_Cell(gap, word) for gap, word in zip(gaps, words, strict=True))
    line_end = terminated(model.tail)
    return _Row("", cells, line_end[len(line_end.rstrip("\r\n")) :])


def _ended(parts: list[_Row | str]) -> list[_Row | str]:
    """The parts, each but the last with a line feed at its end."""
    ended = [
        part._replace(tail=terminated(part.tail)) if isinstance(part, _Row) else part
        for part in parts[:-1]
    ]
    return [*ended, *parts[-1:]]

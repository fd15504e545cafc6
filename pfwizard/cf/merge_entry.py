"""The parts of a master.cf entry that are merged each on its own, and putting one back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from pfwizard.cf.entry import FIELD_COUNT, Entry
from pfwizard.cf.lines import LogicalLine, without_terminator
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service, ServiceField
from pfwizard.cf.text import WHITE_SPACE, collapsed
from pfwizard.cf.words import words_of


class PartKind(Enum):
    """What a part of an entry is: one column, every ``-o`` of one name, all other arguments."""

    COLUMN = "column"
    OPTION = "option"
    ARGUMENTS = "arguments"


class Part(NamedTuple):
    """A part of an entry, by the name of its column or option."""

    kind: PartKind
    name: str

    def __str__(self) -> str:
        return f"-o {self.name}" if self.kind is PartKind.OPTION else self.name


ARGUMENTS = Part(PartKind.ARGUMENTS, "arguments")

Parts = Mapping[Part, tuple[str, ...]]
"""What an entry says, white space collapsed: an option has every value that it is given."""


def parts_of(entry: Entry) -> Parts:
    """The parts that an entry has."""
    parts: dict[Part, tuple[str, ...]] = {}
    for field, text in zip(ServiceField, entry.fields, strict=True):
        parts[Part(PartKind.COLUMN, field.value)] = (text,)
    for option in entry.arguments.options:
        part = Part(PartKind.OPTION, option.pair.name)
        parts[part] = (*parts.get(part, ()), collapsed(option.pair.value))
    others = tuple(_arguments_besides_options(entry))
    if others:
        parts[ARGUMENTS] = others
    return parts


def shown(part: Part, texts: tuple[str, ...]) -> str | None:
    """What a person takes a part for: of several values the one that counts."""
    if not texts:
        return None
    return texts[-1] if part.kind is PartKind.OPTION else " ".join(texts)


def line_of(service: Service, entry: Entry, part: Part) -> int:
    """The number of the line that a part stands on, 0 when the entry has no such part."""
    offset = next(_offsets(entry, part), None)
    return 0 if offset is None else service.line + entry.logical.position(offset).line


@dataclass(frozen=True)
class PartChange:
    """A part that is to be put back to what another entry, the source, says."""

    part: Part
    service: Service
    source: Service


def with_part_put_back(document: MasterCf, change: PartChange) -> MasterCf:
    """The document with one part of one entry as it is in the source.

    Where that cannot be done the document comes back as it was. Raises UnwritableValue.
    """
    return _WAYS[change.part.kind](document, change)


def _with_column(document: MasterCf, change: PartChange) -> MasterCf:
    field = ServiceField(change.part.name)
    return document.with_field(change.service, field, change.source.field(field))


def _with_option(document: MasterCf, change: PartChange) -> MasterCf:
    value = change.source.option(change.part.name)
    if value is not None:
        return document.with_option(change.service, change.part.name, value)
    lines = _without_option(document.lines_of(change.service), change.part.name)
    return document.with_lines_of(change.service, lines)


def _with_arguments(document: MasterCf, change: PartChange) -> MasterCf:
    # Their order has a meaning that only the daemon knows: they come back as lines or not at all.
    return document


_WAYS: Mapping[PartKind, Callable[[MasterCf, PartChange], MasterCf]] = {
    PartKind.COLUMN: _with_column,
    PartKind.OPTION: _with_option,
    PartKind.ARGUMENTS: _with_arguments,
}


def _arguments_besides_options(entry: Entry) -> Iterator[str]:
    text = entry.logical.text
    start = entry.words[FIELD_COUNT - 1].end
    pieces = []
    for option in entry.arguments.options:
        pieces.append(text[start : option.start])
        start = option.end
    pieces.append(text[start:])
    for word in words_of(" ".join(pieces)):
        yield collapsed(word.text)


def _offsets(entry: Entry, part: Part) -> Iterator[int]:
    """Where a part stands in the entry's logical line; of several places the one that counts."""
    if part.kind is PartKind.COLUMN:
        yield entry.words[ServiceField(part.name).column].start
    elif part.kind is PartKind.OPTION:
        options = reversed(entry.arguments.options)
        yield from (option.start for option in options if option.pair.name == part.name)
    else:
        # An argument may share its word with an option, as in -vo x=y.
        starts = {option.start for option in entry.arguments.options}
        yield from (word.start for word in entry.words[FIELD_COUNT:] if word.start not in starts)


def _without_option(lines: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The lines of an entry without any ``-o`` for a parameter."""
    while True:
        entry = Entry(lines)
        placed = [option for option in entry.arguments.options if option.pair.name == name]
        if not placed:
            return lines
        lines = _cut(entry.logical, placed[-1].start, placed[-1].end)


def _cut(logical: LogicalLine, start: int, end: int) -> tuple[str, ...]:
    """The lines without some words, and without the blanks that set these off in their line."""
    first, last = logical.position(start), logical.position(end - 1)
    before = logical.lines[first.line][: first.column]
    behind = without_terminator(logical.lines[last.line])[last.column + 1 :]
    if before.strip(WHITE_SPACE):
        start -= len(before) - len(before.rstrip(WHITE_SPACE))
    elif first.line == last.line:
        end += len(behind) - len(behind.lstrip(WHITE_SPACE))
    return logical.replaced(start, end, "")

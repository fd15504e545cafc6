"""Physical and logical lines, as Postfix's readllines(3) understands them.

Only LF ends a physical line. A logical line starts with text in the first column; a line that
starts with white space continues it. Comments and blank lines may stand between the two without
ending the logical line. White space at the start of the file continues nothing: Postfix warns
about such text and ignores it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from pfwizard.cf.text import WHITE_SPACE


class Role(Enum):
    """What a block of lines is to Postfix."""

    ENTRY = "entry"
    FILLER = "filler"
    ORPHAN = "orphan"


class Block(NamedTuple):
    """Adjacent physical lines with one meaning.

    An ENTRY is one logical line, from its first to its last line of content, with the comments
    and blank lines in between. An ORPHAN is a logical line that starts with white space. FILLER
    is a run of comments and blank lines that belongs to the file rather than to an entry.
    """

    role: Role
    lines: tuple[str, ...]


def physical_lines(text: str) -> list[str]:
    """The lines of a text with their terminators; the last one may have none."""
    pieces = text.split("\n")
    last = pieces.pop()
    lines = [f"{piece}\n" for piece in pieces]
    if last:
        lines.append(last)
    return lines


def terminator(line: str) -> str:
    """What ends the line: LF, CR LF, or nothing at the end of the file."""
    return line[len(without_terminator(line)) :]


def without_terminator(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def terminated(line: str, model: str = "\n") -> str:
    """The line, ended with the model's terminator if it had none."""
    if line.endswith("\n"):
        return line
    return f"{line}\n" if line.endswith("\r") else line + model


def is_filler(line: str) -> bool:
    """Whether Postfix skips this physical line: empty, blank, or a comment."""
    first = line[:1]
    if first not in WHITE_SPACE:
        return first == "#"
    bare = line.lstrip(WHITE_SPACE)
    return not bare or bare[0] == "#"


def blocks_of(lines: Iterable[str]) -> Iterator[Block]:
    """Groups physical lines into blocks, in one pass."""
    role = Role.ENTRY
    content: list[str] = []
    filler: list[str] = []
    for line in lines:
        if is_filler(line):
            filler.append(line)
        elif content and line[0] in WHITE_SPACE:
            content += filler
            content.append(line)
            filler = []
        else:
            if content:
                yield Block(role, tuple(content))
            if filler:
                yield Block(Role.FILLER, tuple(filler))
                filler = []
            role = Role.ORPHAN if line[0] in WHITE_SPACE else Role.ENTRY
            content = [line]
    if content:
        yield Block(role, tuple(content))
    if filler:
        yield Block(Role.FILLER, tuple(filler))


class Position(NamedTuple):
    """A character's place in a block: which physical line, which column, both from 0."""

    line: int
    column: int


@dataclass(frozen=True)
class LogicalLine:
    """A block's content as one line, and the way from each character back to its own place."""

    lines: tuple[str, ...]

    @cached_property
    def _content(self) -> tuple[int, ...]:
        """Which of the lines are content."""
        return tuple(index for index, line in enumerate(self.lines) if not is_filler(line))

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        """Where in ``text`` each line of content starts."""
        lengths = (len(self.lines[index].removesuffix("\n")) for index in self._content)
        return tuple(accumulate(lengths, initial=0))[:-1]

    @cached_property
    def text(self) -> str:
        """The content with the line feeds dropped and nothing put in their place.

        Text after a null byte is left out: Postfix's strings end there.
        """
        joined = "".join(self.lines[index].removesuffix("\n") for index in self._content)
        return joined.partition("\0")[0]

    def position(self, offset: int) -> Position:
        """Where the character at this offset of ``text`` stands."""
        piece = bisect_right(self._offsets, offset) - 1
        return Position(self._content[piece], offset - self._offsets[piece])

    def replaced(self, start: int, end: int, text: str) -> tuple[str, ...]:
        """The physical lines with ``text`` in place of the characters from start to end.

        The new text goes where the first replaced character stood. A line that has no content
        left disappears, unless it is the first.
        """
        lines = list(self.lines)
        first, last = self.position(start), self.position(end - 1)
        for index in self._content:
            if not first.line <= index <= last.line:
                continue
            line = lines[index]
            head = line[: first.column] + text if index == first.line else ""
            if index == last.line:
                lines[index] = head + line[last.column + 1 :]
            else:
                lines[index] = head + terminator(line)
        return tuple(
            line
            for index, line in enumerate(lines)
            if index == 0 or line is self.lines[index] or line.strip(WHITE_SPACE)
        )

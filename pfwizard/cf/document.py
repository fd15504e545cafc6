"""What main.cf and master.cf have in common: a file made of blocks of lines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pfwizard.cf.lines import (
    Block,
    LogicalLine,
    Role,
    blocks_of,
    physical_lines,
    terminated,
    terminator,
)
from pfwizard.cf.problem import Problem, warning
from pfwizard.cf.text import decode, encode


@dataclass(frozen=True)
class Document:
    """An immutable configuration file."""

    blocks: tuple[Block, ...]

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Reads any bytes; what Postfix would refuse is kept and reported by ``problems``."""
        return cls(tuple(blocks_of(physical_lines(decode(content)))))

    def render(self) -> bytes:
        """The file's content, byte for byte."""
        return encode("".join(line for block in self.blocks for line in block.lines))

    @cached_property
    def first_lines(self) -> tuple[int, ...]:
        """For each block the number of its first physical line, counted from 1."""
        numbers = []
        number = 1
        for block in self.blocks:
            numbers.append(number)
            number += len(block.lines)
        return tuple(numbers)

    def line_problems(self) -> Iterator[Problem]:
        """What readllines(3) warns about in any of Postfix's files."""
        for block, line in zip(self.blocks, self.first_lines, strict=True):
            if block.role is Role.ORPHAN:
                text = LogicalLine(block.lines).text
                start = text[:30] + ("..." if len(text) > 30 else "")
                yield warning(line, f'logical line must not start with whitespace: "{start}"')
            if block.role is not Role.FILLER and any("\0" in text for text in block.lines):
                yield warning(line, "text after null byte may be ignored")

    def with_block_lines(self, index: int, lines: Iterable[str]) -> Self:
        """A document with other lines in place of those of one block.

        The neighbours are grouped anew with them, so that runs of filler stay whole.
        """
        start, end = index, index + 1
        while start > 0 and self.blocks[start - 1].role is Role.FILLER:
            start -= 1
        while end < len(self.blocks) and self.blocks[end].role is Role.FILLER:
            end += 1
        around = [
            *(line for block in self.blocks[start:index] for line in block.lines),
            *lines,
            *(line for block in self.blocks[index + 1 : end] for line in block.lines),
        ]
        return type(self)((*self.blocks[:start], *blocks_of(around), *self.blocks[end:]))

    def with_lines_after(self, index: int, kept: int, new: Sequence[str]) -> Self:
        """A document with new lines after the first ``kept`` lines of a block.

        The new lines come without terminators and get that of the line before them, which is
        itself terminated if the file ended there without a line feed. An index of -1 stands for
        the start of the file.
        """
        if index < 0:
            return type(self)((*blocks_of(f"{line}\n" for line in new), *self.blocks))
        lines = self.blocks[index].lines
        model = self.terminator_near(index, kept)
        inserted = [f"{line}{model}" for line in new]
        before = [*lines[: kept - 1], terminated(lines[kept - 1], model)]
        return self.with_block_lines(index, [*before, *inserted, *lines[kept:]])

    def terminator_near(self, index: int, kept: int) -> str:
        """The terminator in use just before the end of the first ``kept`` lines of a block."""
        last = terminator(self.blocks[index].lines[kept - 1])
        if last.endswith("\n"):
            return last
        if kept > 1:
            return terminator(self.blocks[index].lines[kept - 2])
        return terminator(self.blocks[index - 1].lines[-1]) if index > 0 else "\n"

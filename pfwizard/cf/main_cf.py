"""main.cf as a lossless document: postconf(5), dict(3) and split_nameval(3) of Postfix."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pfwizard.cf.document import Document
from pfwizard.cf.expansion import expansion_problems
from pfwizard.cf.layout import rearranged
from pfwizard.cf.lines import (
    Block,
    LogicalLine,
    Role,
    is_filler,
    terminator,
    without_terminator,
)
from pfwizard.cf.name_value import BadNameValue, split_name_value, writable_name
from pfwizard.cf.problem import Problem, fatal, warning
from pfwizard.cf.text import WHITE_SPACE, collapsed, writable

_TEMPLATE = re.compile(r"[ \t]*#[ \t]*([^ \t\n\v\f\r=#]+)[ \t]*=")
# The commented-out continuation of a template is indented further than prose is.
_TEMPLATE_CONTINUES = re.compile(r"#(\t|[ \t]{2,})[^ \t\r\n]")


@dataclass(frozen=True)
class Setting:
    """A parameter as Postfix reads it: lines joined, white space around the value gone.

    ``line`` is where the entry starts, counted from 1.
    """

    name: str
    value: str
    line: int


class _Entry(NamedTuple):
    """A setting and the index of its block."""

    setting: Setting
    block: int


class MainCf(Document):
    """A main.cf. Equal documents render equal bytes."""

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The active settings in file order, overridden ones included."""
        return tuple(entry.setting for entry in self._entries)

    def get(self, name: str) -> str | None:
        """The value that Postfix uses, the last one in the file; None when there is none."""
        entry = self._effective.get(name)
        return None if entry is None else entry.setting.value

    def set(self, name: str, value: str) -> "MainCf":
        """A document in which Postfix reads this value, and nothing else differs.

        A value that differs from the present one by white space alone is left as it is. An
        existing setting (the last, if there are several) is changed in its own lines, and with it
        those before it that say the same: Postfix warns of two that differ. A new one goes below
        the commented-out templates of the same name, or else below the last setting of its
        family (``smtpd_tls_``, ``smtpd_..._restrictions``), or else to the end.

        Raises UnwritableValue for a name or a value that main.cf cannot hold.
        """
        name, value = writable_name(name), writable(value)
        entry = self._effective.get(name)
        if entry is None:
            block, kept = self._place_for(name)
            return self.with_lines_after(block, kept, [_new_line(name, value)])
        if collapsed(entry.setting.value) == collapsed(value):
            return self
        document = self
        for block in self._blocks_that_say_the_same(entry):
            lines = self.blocks[block].lines
            document = document.with_block_lines(block, _with_value(lines, value))
        return document

    def _blocks_that_say_the_same(self, last: _Entry) -> Iterator[int]:
        """From the last one up, so that the numbers of those above it stay what they are."""
        for entry in reversed(self._entries):
            if entry.setting.name == last.setting.name:
                if entry.setting.value != last.setting.value:
                    return
                yield entry.block

    def without(self, name: str) -> "MainCf":
        """A document in which the parameter is not set; comments within its entries stay."""
        document = self
        while (entry := document._effective.get(name)) is not None:
            lines = document.blocks[entry.block].lines
            document = document.with_block_lines(entry.block, filter(is_filler, lines))
        return document

    def lines_of(self, name: str) -> tuple[str, ...]:
        """The physical lines of the effective setting, terminators included; none if not set."""
        entry = self._effective.get(name)
        return () if entry is None else self.blocks[entry.block].lines

    def with_lines_of(self, name: str, lines: Sequence[str]) -> "MainCf":
        """A document with other physical lines in place of those of the effective setting.

        The lines come with terminators. KeyError when the parameter is not set.
        """
        return self.with_block_lines(self._effective[name].block, lines)

    def problems(self) -> tuple[Problem, ...]:
        """What any Postfix program says on reading the file, by line."""
        return tuple(sorted([*self.line_problems(), *self._entry_problems()]))

    @cached_property
    def _entries(self) -> tuple[_Entry, ...]:
        return tuple(self._read_entries())

    @cached_property
    def _effective(self) -> Mapping[str, _Entry]:
        return {entry.setting.name: entry for entry in self._entries}

    def _read_entries(self) -> Iterator[_Entry]:
        for index, (block, line) in enumerate(zip(self.blocks, self.first_lines, strict=True)):
            if block.role is Role.ENTRY:
                try:
                    pair = split_name_value(_text(block))
                except BadNameValue:
                    continue
                yield _Entry(Setting(pair.name, pair.value, line), index)

    def _entry_problems(self) -> Iterator[Problem]:
        values: dict[str, str] = {}
        for block, line in zip(self.blocks, self.first_lines, strict=True):
            if block.role is not Role.ENTRY:
                continue
            text = _text(block)
            try:
                pair = split_name_value(text)
            except BadNameValue as error:
                yield fatal(line, f'{error}: "{text}"')
                continue
            old = values.get(pair.name, pair.value)
            if old != pair.value:
                yield warning(line, f"overriding earlier entry: {pair.name}={old}")
            values[pair.name] = pair.value
        for entry in self._effective.values():
            yield from expansion_problems(entry.setting.line, entry.setting.value)

    def _place_for(self, name: str) -> tuple[int, int]:
        """The block, and how many of its lines, after which a new setting belongs."""
        template = self._last_template(name)
        if template is not None:
            return template
        sibling = self._last_of_family(name, _shared_words)
        if sibling is None:
            sibling = self._last_of_family(name, _shared_ends)
        if sibling is not None:
            return sibling, len(self.blocks[sibling].lines)
        return len(self.blocks) - 1, len(self.blocks[-1].lines) if self.blocks else 0

    def _last_template(self, name: str) -> tuple[int, int] | None:
        for index in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[index]
            for number in range(len(block.lines) - 1, -1, -1):
                match = _TEMPLATE.match(block.lines[number])
                if match is not None and match[1] == name:
                    # Between the lines of an entry there is no place for another one.
                    inside = block.role is not Role.FILLER
                    return index, len(block.lines) if inside else _template_end(block, number)
        return None

    def _last_of_family(
        self, name: str, likeness: Callable[[Sequence[str], str], int]
    ) -> int | None:
        words = name.split("_")
        closest, length = None, 2
        for entry in self._entries:
            shared = likeness(words, entry.setting.name)
            if shared >= length:
                closest, length = entry.block, shared
        return closest


def _text(block: Block) -> str:
    if len(block.lines) == 1:
        return block.lines[0].removesuffix("\n").partition("\0")[0]
    return LogicalLine(block.lines).text


def _new_line(name: str, value: str) -> str:
    return f"{name} = {value}".rstrip(WHITE_SPACE)


def _template_end(block: Block, number: int) -> int:
    """How many lines of the block there are up to the end of the template in one of them."""
    end = number + 1
    while end < len(block.lines) and _continues_template(block.lines[end]):
        end += 1
    return end


def _continues_template(line: str) -> bool:
    return _TEMPLATE_CONTINUES.match(line) is not None and _TEMPLATE.match(line) is None


def _shared_words(words: Sequence[str], name: str) -> int:
    """How many words at their start two names have in common: smtpd_tls_ has two."""
    shared = 0
    for ours, theirs in zip(words, name.split("_"), strict=False):
        if ours != theirs:
            break
        shared += 1
    return shared


def _shared_ends(words: Sequence[str], name: str) -> int:
    """The same for names alike at both ends: ``smtpd_relay_restrictions`` has two."""
    theirs = name.split("_")
    is_alike = min(len(words), len(theirs)) > 2
    return 2 if is_alike and (words[0], words[-1]) == (theirs[0], theirs[-1]) else 0


def _with_value(lines: Sequence[str], value: str) -> tuple[str, ...]:
    """The lines of an entry with another value, in the old layout where that can be kept."""
    logical = LogicalLine(tuple(lines))
    equals = logical.position(split_name_value(logical.text).equals)
    if equals.line == 0:
        arranged = rearranged(lines, equals.column + 1, value)
        if arranged is not None:
            return arranged
    head = lines[equals.line][: equals.column + 1]
    rest = without_terminator(lines[equals.line])[equals.column + 1 :]
    gap = rest[: len(rest) - len(rest.lstrip(WHITE_SPACE))]
    if not rest.strip(WHITE_SPACE):
        # No old value to show the style: as much room behind the equals sign as before it.
        gap = " " if head[-2:-1] in (" ", "\t") else ""
    changed = (head + gap + value if value else head) + terminator(lines[equals.line])
    behind = [line for line in lines[equals.line + 1 :] if is_filler(line)]
    return (*lines[: equals.line], changed, *behind)

"""An entry of master.cf in its own lines: where each field and option stands, and its edits."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pfwizard.cf.arguments import Arguments, PlacedOption, read_arguments
from pfwizard.cf.lines import LogicalLine, is_filler, terminated, terminator
from pfwizard.cf.service import Option, ServiceField
from pfwizard.cf.text import WHITE_SPACE, UnwritableValue, writable
from pfwizard.cf.words import BLANKS, Word, braces_balance, words_of

FIELD_COUNT = len(ServiceField)


@dataclass(frozen=True)
class Entry:
    """The lines of one entry, split into words."""

    lines: tuple[str, ...]

    @cached_property
    def logical(self) -> LogicalLine:
        return LogicalLine(self.lines)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return tuple(words_of(self.logical.text))

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns up to the command; fewer if the entry is not complete."""
        return tuple(word.text for word in self.words[:FIELD_COUNT])

    @cached_property
    def arguments(self) -> Arguments:
        return read_arguments(self.words[FIELD_COUNT:])

    @property
    def options(self) -> tuple[Option, ...]:
        pairs = (option.pair for option in self.arguments.options)
        return tuple(Option(pair.name, pair.value) for pair in pairs)

    @property
    def is_complete(self) -> bool:
        return len(self.words) >= FIELD_COUNT

    def with_field(self, field: ServiceField, value: str) -> tuple[str, ...]:
        """The lines with another text in one column; the columns behind it stay if they can."""
        word = self.words[field.column]
        end = word.end
        text = writable_word(value)
        missing = len(word.text) - len(text)
        room = _blanks_behind(self.logical.text, end)
        if missing > 0 and room:
            text += " " * missing
        elif 0 < -missing < room:
            end -= missing
        return self.logical.replaced(word.start, end, text)

    def with_option(self, option: Option, indentation: str) -> tuple[str, ...]:
        """The lines with the option changed where it stands, or else added behind the last."""
        placed = self._effective(option.name)
        if placed is None:
            return self._with_added(option, indentation)
        return self._with_changed(placed, option)

    def _effective(self, name: str) -> PlacedOption | None:
        placed = [option for option in self.arguments.options if option.pair.name == name]
        return placed[-1] if placed else None

    def _with_changed(self, placed: PlacedOption, option: Option) -> tuple[str, ...]:
        if placed.braced or not needs_braces(option.value):
            if placed.value_end > placed.value_start:
                return self.logical.replaced(placed.value_start, placed.value_end, option.value)
            return self._after(placed.specification_start + placed.pair.equals + 1, option.value)
        gap = "" if self.logical.text[placed.specification_start - 1] in BLANKS else " "
        specification = gap + option_specification(option)
        return self.logical.replaced(placed.specification_start, placed.end, specification)

    def _after(self, offset: int, text: str) -> tuple[str, ...]:
        last = self.logical.text[offset - 1]
        return self.logical.replaced(offset - 1, offset, last + text)

    def _with_added(self, option: Option, indentation: str) -> tuple[str, ...]:
        text = f"-o {option_specification(option)}"
        end = self._end_of_options()
        place = self.logical.position(end - 1)
        line = self.lines[place.line]
        if line[place.column + 1 :].strip(WHITE_SPACE):
            return self._after(end, f" {text}")
        model = terminator(line) if line.endswith("\n") else "\n"
        return (
            *self.lines[: place.line],
            terminated(line, model),
            f"{self._indentation() or indentation}{text}{model}",
            *self.lines[place.line + 1 :],
        )

    def _end_of_options(self) -> int:
        """Behind the last word that an option may follow."""
        count = len(self.words) - len(self.arguments.rest)
        return self.words[count - 1].end

    def _indentation(self) -> str:
        return indentation_of(self.lines)


def indentation_of(lines: Sequence[str]) -> str:
    """What the last line of content that continues an entry starts with."""
    for line in reversed(lines[1:]):
        if not is_filler(line):
            return line[: len(line) - len(line.lstrip(WHITE_SPACE))]
    return ""


def option_specification(option: Option) -> str:
    """What follows ``-o``: in braces if the value has blanks in it."""
    if needs_braces(option.value):
        return f"{{ {option.name} = {option.value} }}"
    return f"{option.name}={option.value}"


def needs_braces(value: str) -> bool:
    return any(blank in value for blank in WHITE_SPACE)


def writable_word(text: str) -> str:
    """The text, if it is one word between blanks; UnwritableValue if not."""
    text = writable(text)
    if not text or needs_braces(text) or not braces_balance(text) or text.startswith("#"):
        raise UnwritableValue(f"not one word: {text!r}")
    return text


def writable_option(option: Option) -> Option:
    """The option, if master.cf can hold it; UnwritableValue if not."""
    name, value = writable_word(option.name), writable(option.value)
    if "=" in name or "{" in name or not braces_balance(value):
        raise UnwritableValue(f"not possible as an option: {name}={value}")
    return Option(name, value)


def _blanks_behind(text: str, offset: int) -> int:
    rest = text[offset:]
    return len(rest) - len(rest.lstrip(" "))

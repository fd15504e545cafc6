"""Many lines to be read: a diff, a file, findings. Long ones are broken, none is cut off."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style as Colours
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pfwizard.screens.characters import showable
from pfwizard.wizard.lines import Line, Style

COLOURS = {
    Style.PLAIN: Colours(),
    Style.HEADING: Colours(bold=True),
    Style.FAINT: Colours(dim=True),
    Style.ADDED: Colours(color="green"),
    Style.REMOVED: Colours(color="red"),
    Style.HUNK: Colours(color="cyan"),
    Style.NOTE: Colours(bold=True),
    Style.WARNING: Colours(color="yellow", bold=True),
    Style.REFUSAL: Colours(color="red", bold=True),
}
"""The terminal's own colours, on the terminal's own background."""

FOUND = Colours(reverse=True)

CONTINUED = "    "
"""How the rest of a line begins that was broken."""

NARROWEST = 10
"""Columns."""


class LinesView(ScrollView, can_focus=True):
    """Lines with their meaning, scrolled with the keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "page_down", show=False),
        Binding("b", "page_up", show=False),
    ]

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = tuple(lines)
        self._rows: list[tuple[int, str]] = []
        self._width = 0
        self._found: int | None = None
        self._follows = False

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines, from their beginning."""
        self._replace(lines, follows=False)
        self.scroll_home(animate=False)

    def follow(self, lines: Sequence[Line]) -> None:
        """Show other lines up to their end, which stays in sight when there is less room."""
        self._replace(lines, follows=True)
        self.scroll_end(animate=False)

    def _replace(self, lines: Sequence[Line], *, follows: bool) -> None:
        self._lines = tuple(lines)
        self._found = None
        self._follows = follows
        self._width = 0
        self._fit()

    def point_at(self, number: int) -> None:
        """Show this line, counted from 0, and mark it."""
        self._found = number
        first = next((row for row, (line, _) in enumerate(self._rows) if line == number), 0)
        self.scroll_to(y=max(first - self.size.height // 3, 0), animate=False)
        self.refresh()

    def on_resize(self) -> None:
        self._fit()
        if self._follows:
            self.scroll_end(animate=False)

    def render_line(self, y: int) -> Strip:
        self._break()  # the first time it is painted before it is told its size
        place = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if place >= len(self._rows):
            return Strip.blank(width)
        number, text = self._rows[place]
        style = COLOURS[self._lines[number].style]
        if number == self._found:
            style += FOUND
        return Strip([Segment(text, style)]).adjust_cell_length(width)

    def _fit(self) -> None:
        """Break the lines for this width, and scroll over as many."""
        self._break()
        if self._width:
            self.virtual_size = Size(self._width, len(self._rows))
            self.refresh()

    def _break(self) -> None:
        width = self.scrollable_content_region.width
        if width < NARROWEST or width == self._width:
            return
        self._width = width
        self._rows = [
            (number, text)
            for number, line in enumerate(self._lines)
            for text in _broken(showable(self.app, line.text), width)
        ]


def _broken(text: str, width: int) -> list[str]:
    """The text in pieces that are no wider than this; letters of the Far East take two columns."""
    if cell_len(text) <= width:
        return [text]
    indentation = text[: len(text) - len(text.lstrip())]
    pieces = textwrap.wrap(
        text,
        width,
        subsequent_indent=(indentation + CONTINUED)[: width // 2],
        replace_whitespace=False,
        break_on_hyphens=False,
    )
    return [part for piece in pieces for part in chop_cells(piece, width)] or [""]

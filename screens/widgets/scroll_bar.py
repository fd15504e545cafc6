"""Scroll bars of whole cells."""

from typing import ClassVar

from textual.scrollbar import ScrollBar, ScrollBarRender


class WholeCells(ScrollBarRender):
    """Without the blocks of an eighth, which consoles and ASCII terminals cannot show."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def use_whole_cells() -> None:
    """Draw every scroll bar so."""
    ScrollBar.renderer = WholeCells

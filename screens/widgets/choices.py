"""Choices side by side, each with a mark that needs no colour."""

from collections.abc import Collection, Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

BETWEEN = "  "

FOCUSED = Style(reverse=True)
CHOSEN = Style(bold=True)


class Choices(Widget, can_focus=True):
    """Some choices in a row, or in as many rows as they need; the keyboard moves among them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("space", "choose", show=False),
        Binding("enter", "app.focus_next", show=False),
    ]

    class Changed(Message):
        """Another choice was made."""

        def __init__(self, choices: "Choices") -> None:
            super().__init__()
            self.choices = choices

        @property
        def control(self) -> "Choices":
            return self.choices

    def __init__(self, labels: Sequence[str], id: str | None = None) -> None:
        super().__init__(id=id)
        self.labels = tuple(labels)
        self.place = 0

    def is_chosen(self, place: int) -> bool:
        raise NotImplementedError

    def mark(self, place: int) -> str:
        raise NotImplementedError

    def action_move(self, offset: int) -> None:
        raise NotImplementedError

    def action_choose(self) -> None:
        raise NotImplementedError

    def render(self) -> Content:
        rows = self._rows(self.size.width)
        return Content("\n").join(
            Content(BETWEEN).join(self._item(place) for place in row) for row in rows
        )

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(list(self._rows(width)))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def changed(self) -> None:
        self.refresh()
        self.post_message(self.Changed(self))

    def _text(self, place: int) -> str:
        return f"{self.mark(place)} {self.labels[place]}"

    def _item(self, place: int) -> Content:
        content = Content(self._text(place))
        if self.has_focus and place == self.place:
            return content.stylize(FOCUSED)
        return content.stylize(CHOSEN) if self.is_chosen(place) else content

    def _rows(self, width: int) -> Iterator[list[int]]:
        row: list[int] = []
        used = 0
        for place in range(len(self.labels)):
            needed = len(self._text(place))
            if row and used + len(BETWEEN) + needed > width:
                yield row
                row, used = [], 0
            used += needed + (len(BETWEEN) if row else 0)
            row.append(place)
        yield row


class OneOf(Choices):
    """Exactly one of the choices: moving chooses.

    None is chosen where a file has given something else, which is ``instead``; it stays until
    somebody chooses.
    """

    def __init__(
        self, labels: Sequence[str], chosen: int | None, instead: str, id: str | None = None
    ) -> None:
        super().__init__(labels, id)
        self.show(chosen, instead)

    def show(self, chosen: int | None, instead: str) -> None:
        """Have this one chosen, or none."""
        self.chosen = chosen
        self.instead = instead
        self.place = chosen or 0
        self.refresh()

    def is_chosen(self, place: int) -> bool:
        return place == self.chosen

    def mark(self, place: int) -> str:
        return "(*)" if place == self.chosen else "( )"

    def action_move(self, offset: int) -> None:
        self.choose(0 if self.chosen is None else (self.place + offset) % len(self.labels))

    def action_choose(self) -> None:
        """Moving has chosen already, unless nothing was."""
        self.choose(self.place)

    def choose(self, place: int) -> None:
        if place != self.chosen:
            self.chosen = self.place = place
            self.changed()


class SeveralOf(Choices):
    """Any number of the choices: moving looks at one, the space bar chooses."""

    def __init__(self, labels: Sequence[str], chosen: Sequence[int], id: str | None = None) -> None:
        super().__init__(labels, id)
        self.chosen = frozenset(chosen)

    def choose(self, labels: Collection[str]) -> None:
        """Have these chosen, and no others."""
        self.chosen = frozenset(place for place, label in enumerate(self.labels) if label in labels)
        self.refresh()

    def offer(self, labels: Sequence[str]) -> None:
        """Have these to choose from; what is chosen among them stays so."""
        if tuple(labels) == self.labels:
            return
        chosen = [self.labels[place] for place in self.chosen]
        looked_at = self.labels[self.place]
        self.labels = tuple(labels)
        self.place = self.labels.index(looked_at) if looked_at in self.labels else 0
        self.choose(chosen)
        self.refresh(layout=True)

    def is_chosen(self, place: int) -> bool:
        return place in self.chosen

    def mark(self, place: int) -> str:
        return "[x]" if place in self.chosen else "[ ]"

    def action_move(self, offset: int) -> None:
        self.place = (self.place + offset) % len(self.labels)
        self.refresh()

    def action_choose(self) -> None:
        self.chosen = self.chosen ^ {self.place}
        self.changed()

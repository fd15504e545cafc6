"""A question above the page, with a few answers as buttons."""

from collections.abc import Mapping
from enum import Enum
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button

from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton

T = TypeVar("T", bound=Enum)


class AskWhich(ModalScreen[T]):
    """Asks for one of a few answers; Escape is the one that changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "harmless", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, answers: Mapping[T, str], harmless: T) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._answers = answers
        self._harmless = harmless

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield PlainText(self._title, classes="dialog-title")
            yield PlainText(self._text, classes="dialog-text")
            with Horizontal(classes="dialog-buttons"):
                for answer, label in self._answers.items():
                    yield TextButton(label, id=f"answer-{answer.value}")

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        chosen = f"{event.button.id}".removeprefix("answer-")
        self.dismiss(next(each for each in self._answers if each.value == chosen))

    def action_harmless(self) -> None:
        self.dismiss(self._harmless)

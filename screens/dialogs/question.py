"""A question above the page, with a few answers as buttons."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button

from pfwizard.screens.dialogs.dialog import Dialog
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton

T = TypeVar("T", bound=Enum)


class AskWhich(Dialog[T]):
    """Asks for one of a few answers; Escape is the one that changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, answers: Mapping[T, str], harmless: T) -> None:
        super().__init__(title)
        self._text = text
        self._answers = answers
        self._harmless = harmless

    def body(self) -> ComposeResult:
        yield PlainText(self._text, classes="dialog-text")

    def buttons(self) -> Iterator[TextButton]:
        for answer, label in self._answers.items():
            yield TextButton(label, id=f"answer-{answer.value}")

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        event.stop()
        chosen = f"{event.button.id}".removeprefix("answer-")
        self.dismiss(next(each for each in self._answers if each.value == chosen))

    def action_give_up(self) -> None:
        self.dismiss(self._harmless)

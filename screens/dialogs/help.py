"""Help at length."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen

from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.out_of_sight import OutOfSight
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.lines import Line


class Help(ModalScreen[None]):
    """A text above the page, which any of the usual keys closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,f7,enter,q", "dismiss", "Close"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            yield PlainText(self._title, classes="dialog-title")
            yield LinesView([Line(text) for text in self._text.split("\n")])
            with Horizontal(classes="dialog-keys"):
                yield PlainText("Up/Down scroll  Esc Close  ")
                yield OutOfSight()

    def on_mount(self) -> None:
        self.query_one(OutOfSight).watch_over(self.query_one(LinesView))

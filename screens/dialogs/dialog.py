"""What all dialogs are: a frame above the page, a way out that changes nothing, and help."""

from collections.abc import Iterator
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from pfwizard.screens.dialogs.help import Help
from pfwizard.screens.widgets.key_line import KeyLine
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton

T = TypeVar("T")

KEYS = ("F1 Help", "Esc Cancel")

HOW_TO = (
    "Tab and the arrow keys move between fields and buttons, Enter does what the button says and "
    "goes on from a field. Esc, F10 and Ctrl+C close the question, and nothing is done."
)


class Dialog(ModalScreen[T]):
    """Asks something; whoever leaves it with Escape has changed nothing."""

    HELP = ""
    """What F1 says beside the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "explain", show=False),
        Binding("escape,f7", "give_up", show=False),
        Binding("f10,ctrl+c", "give_up", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield PlainText(self._title, classes="dialog-title")
            yield from self.body()
            with Horizontal(classes="dialog-buttons"):
                yield KeyLine(KEYS, id="dialog-keys")
                yield from self.buttons()

    def body(self) -> ComposeResult:
        """What stands between the title and the buttons."""
        raise NotImplementedError

    def buttons(self) -> Iterator[TextButton]:
        raise NotImplementedError

    def action_give_up(self) -> None:
        self.dismiss(None)

    def action_explain(self) -> None:
        self.app.push_screen(Help(self._title, "\n\n".join(filter(None, (self.HELP, HOW_TO)))))


def labelled(label: str, field: Widget) -> Horizontal:
    """A field with its label before it."""
    return Horizontal(PlainText(label, classes="label"), field, classes="field")

"""Asking for the name of a file to write."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from pfwizard.errors import PfwizardError
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton
from pfwizard.wizard.file_name import file_named, is_in_the_way


class AskFileName(ModalScreen[Path | None]):
    """Asks for a name and writes; ends with the path that was written, or None.

    ``write`` raises PfwizardError where it cannot, and the question stays. ``known`` is a file
    that may be replaced without asking.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(
        self, title: str, suggested: Path, write: Callable[[Path], None], known: Path | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._suggested = suggested
        self._write = write
        self._may_replace = {known}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield PlainText(self._title, classes="dialog-title")
            yield TextField(str(self._suggested), is_secret=False, id="file-name")
            yield PlainText(classes="dialog-problem")
            with Horizontal(classes="dialog-buttons"):
                yield TextButton("Save", id="save")
                yield TextButton("Cancel", id="cancel")

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def _save(self) -> None:
        try:
            path = file_named(self.query_one(Input).value)
        except PfwizardError as error:
            self._say(f"Error: {error}")
            return
        if is_in_the_way(path, self._may_replace):
            self._may_replace.add(path)
            self._say(f"{path} is there already. Save again to replace it.")
        else:
            self._try(path)

    def _try(self, path: Path) -> None:
        try:
            self._write(path)
        except PfwizardError as error:
            self._say(f"Error: {error.message}. {error.remedy}")
        else:
            self.dismiss(path)

    def _say(self, words: str) -> None:
        self.query_one(".dialog-problem", PlainText).show(words)

    @on(Button.Pressed, "#cancel")
    def action_give_up(self) -> None:
        self.dismiss(None)

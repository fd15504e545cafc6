"""Asking for the name of a file to write."""

from collections.abc import Callable, Iterator
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Input

from pfwizard.errors import PfwizardError
from pfwizard.screens.dialogs.dialog import Dialog
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton
from pfwizard.wizard.file_name import file_named, is_in_the_way


class AskFileName(Dialog[Path | None]):
    """Asks for a name and writes; ends with the path that was written, or None.

    ``write`` raises PfwizardError where it cannot, and the question stays. ``known`` is a file
    that may be replaced without asking.
    """

    HELP = (
        "The file is written readable by its owner only. A name without a directory is taken from "
        "where pfwizard was started. A file that is there already is replaced by the button Save "
        "only, and only after you were told."
    )

    def __init__(
        self, title: str, suggested: Path, write: Callable[[Path], None], known: Path | None = None
    ) -> None:
        super().__init__(title)
        self._suggested = suggested
        self._write = write
        self._known: frozenset[Path | None] = frozenset({known})
        self._told: frozenset[Path | None] = frozenset()

    def body(self) -> ComposeResult:
        yield TextField(str(self._suggested), is_secret=False, id="file-name")
        yield PlainText(classes="dialog-problem")

    def buttons(self) -> Iterator[TextButton]:
        yield TextButton("Save", id="save")
        yield TextButton("Cancel", id="cancel")

    @on(Input.Submitted)
    def _entered(self) -> None:
        """A second Enter may have been typed before anybody could read an answer to the first."""
        self._save(self._known)

    @on(Button.Pressed, "#save")
    def _pressed(self) -> None:
        self._save(self._known | self._told)

    def _save(self, may_be_replaced: frozenset[Path | None]) -> None:
        try:
            path = file_named(self.query_one(Input).value)
        except PfwizardError as error:
            self._say(f"Error: {error}")
            return
        if is_in_the_way(path, may_be_replaced):
            self._told |= {path}
            self._say(f"{path} is there already. The button Save replaces it.")
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
    def _cancel(self) -> None:
        self.action_give_up()

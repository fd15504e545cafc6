"""Asking for somebody who logs in to prove the change."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from pfwizard.errors import InputProblem
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton
from pfwizard.wizard.login_inquiry import PURPOSE, TITLE, Answered, answered


class AskLogin(ModalScreen[Answered | None]):
    """Ends with whoever logs in, which may be nobody, or with None to apply nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, user: str) -> None:
        super().__init__()
        self._user = TextField(user, is_secret=False, id="user")
        self._password = TextField("", is_secret=True, id="password")
        self._problem = PlainText(classes="dialog-problem")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield PlainText(TITLE, classes="dialog-title")
            yield PlainText(PURPOSE, classes="dialog-text")
            with Horizontal(classes="field"):
                yield PlainText("User", classes="label")
                yield self._user
            with Horizontal(classes="field"):
                yield PlainText("Password", classes="label")
                yield self._password
            yield self._problem
            with Horizontal(classes="dialog-buttons"):
                yield TextButton("Go on", id="go-on")
                yield TextButton("Without", id="without")
                yield TextButton("Cancel", id="cancel")

    @on(Input.Submitted, "#user")
    def _named(self, event: Input.Submitted) -> None:
        """Nobody was named: Enter goes on without."""
        event.stop()
        if event.value.strip():
            self._password.focus()
        else:
            self._go_on()

    @on(Input.Submitted, "#password")
    @on(Button.Pressed, "#go-on")
    def _go_on(self) -> None:
        try:
            self.dismiss(answered(self._user.value, self._password.value))
        except InputProblem as problem:
            self._problem.show(f"Error: {problem.message}. {problem.remedy}")
            self._password.focus()

    @on(Button.Pressed, "#without")
    def _go_on_without(self) -> None:
        self.dismiss(Answered(None))

    @on(Button.Pressed, "#cancel")
    def action_give_up(self) -> None:
        self.dismiss(None)

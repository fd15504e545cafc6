"""Asking for somebody who logs in to prove the change."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Input

from pfwizard.errors import InputProblem
from pfwizard.screens.dialogs.dialog import Dialog, labelled
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton
from pfwizard.wizard.login_inquiry import HELP, PURPOSE, TITLE, Answered, answered


class AskLogin(Dialog[Answered | None]):
    """Ends with whoever logs in, which may be nobody, or with None to apply nothing."""

    HELP = HELP

    def __init__(self, user: str) -> None:
        super().__init__(TITLE)
        self._user = TextField(user, is_secret=False, id="user")
        self._password = TextField("", is_secret=True, id="password")
        self._problem = PlainText(classes="dialog-problem")

    def body(self) -> ComposeResult:
        yield PlainText(PURPOSE, classes="dialog-text")
        yield labelled("User", self._user)
        yield labelled("Password", self._password)
        yield self._problem

    def buttons(self) -> Iterator[TextButton]:
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
    def _cancel(self) -> None:
        self.action_give_up()

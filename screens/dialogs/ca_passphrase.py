"""Asking for the passphrase of the CA's key."""

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button, Input

from pfwizard.errors import InputProblem
from pfwizard.screens.dialogs.dialog import Dialog, labelled
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.text_button import TextButton
from pfwizard.secret import Secret
from pfwizard.wizard.ca_passphrase import HELP, Inquiry


class AskPassphrase(Dialog[Secret[str] | None]):
    """Asks until there is one that can be used; ends with it, or with None."""

    HELP = HELP

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__(inquiry.title)
        self._inquiry = inquiry
        self._first = TextField("", is_secret=True, id="passphrase")
        self._again = TextField("", is_secret=True, id="again")
        self._problem = PlainText(classes="dialog-problem")

    def body(self) -> ComposeResult:
        yield PlainText(self._inquiry.purpose, classes="dialog-text")
        yield labelled("Passphrase", self._first)
        if self._inquiry.is_new:
            yield labelled("Once more", self._again)
        yield self._problem

    def buttons(self) -> Iterator[TextButton]:
        yield TextButton("Go on", id="go-on")
        yield TextButton("Cancel", id="cancel")

    def on_mount(self) -> None:
        self._say(self._inquiry.trouble)

    @on(Input.Blurred, "#passphrase")
    def _judge(self) -> None:
        """Before it is typed once more, if it has to be."""
        if self._first.value:
            self._say(self._problem_of_the_first())

    @on(Input.Submitted, "#passphrase")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._inquiry.is_new:
            self._go_on()
        elif problem := self._problem_of_the_first():
            self._say(problem)
        else:
            self._again.focus()

    @on(Input.Submitted, "#again")
    @on(Button.Pressed, "#go-on")
    def _go_on(self) -> None:
        try:
            self.dismiss(self._inquiry.check_both(self._first.value, self._again.value))
        except InputProblem as problem:
            self._say(_in_one_line(problem))
            self._first.focus()

    def _problem_of_the_first(self) -> str:
        try:
            self._inquiry.check(self._first.value)
        except InputProblem as problem:
            return _in_one_line(problem)
        return ""

    def _say(self, problem: str) -> None:
        self._problem.show(f"Error: {problem}" if problem else "")

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.action_give_up()


def _in_one_line(problem: InputProblem) -> str:
    return f"{problem.message}. {problem.remedy}"

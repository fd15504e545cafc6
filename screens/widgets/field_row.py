"""A question on the screen: its label, its field, and what is wrong with the answer."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from pfwizard.answers.question import Question
from pfwizard.errors import InputProblem
from pfwizard.screens.widgets.choices import Choices
from pfwizard.screens.widgets.editor import (
    Editor,
    editor_for,
    show_implied,
    show_offered,
    show_text,
    text_in,
)
from pfwizard.screens.widgets.plain_text import PlainText


class FieldRow(Vertical):
    """One question. What is answered is told when the field is left or a choice is made."""

    class Answered(Message):
        """The operator has answered, and gone on."""

        def __init__(self, row: "FieldRow", text: str) -> None:
            super().__init__()
            self.row = row
            self.text = text

    def __init__(self, question: Question, text: str) -> None:
        super().__init__()
        self.question = question
        self.editor: Editor = editor_for(question, text)
        self._problem = PlainText(classes="problem")

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield PlainText(self.question.label, classes="label")
            yield self.editor
        yield self._problem

    @property
    def text(self) -> str:
        return text_in(self.editor, self.question)

    def show_answer(self, text: str) -> None:
        """Put the answer into the field, unless somebody is typing there."""
        if not self.editor.has_focus and text != self.text:
            show_text(self.editor, text)

    def show_offered(self, choices: tuple[str, ...]) -> None:
        """Offer these choices, which follow from the other answers."""
        show_offered(self.editor, choices)

    def show_implied(self, implied: str) -> None:
        """Say what the field stands for as long as it is empty."""
        show_implied(self.editor, implied)

    def show_problem(self, problem: InputProblem | None) -> None:
        """Say beside the field what is wrong, or that nothing is."""
        self.set_class(problem is not None, "-wrong")
        self._problem.show("" if problem is None else f"Error: {problem.message}. {problem.remedy}")

    @on(Input.Blurred)
    @on(Choices.Changed)
    def _answered(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Answered(self, self.text))

    @on(Input.Submitted)
    async def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        await self.run_action("screen.go_on")

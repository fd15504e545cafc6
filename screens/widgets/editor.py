"""The field of a question: the widget that fits its kind, with the answer as a text."""

from rich.text import Text
from textual.widgets import Input

from pfwizard.answers.question import Kind, Question
from pfwizard.screens.widgets.choices import OneOf, SeveralOf
from pfwizard.wizard.typed_text import NO, YES, elements_of, shown_choice, typed_text

Editor = Input | OneOf | SeveralOf

MASK = "*"
UNPRINTABLE = "?"

BLANK = "_" * 30
"""What shows an empty field on a terminal without colours too."""

SHORT_BLANK = 4
"""Characters of it that are left before the words in an empty field."""


def editor_for(question: Question, text: str) -> Editor:
    """A field with this text in it."""
    name = id_of(question.key)
    if question.kind is Kind.TEXTS and question.choices:
        given = elements_of(text)
        chosen = [place for place, each in enumerate(question.choices) if each in given]
        return SeveralOf(question.choices, chosen, id=name)
    if choices := choices_of(question):
        return OneOf(choices, _place(choices, text), text, id=name)
    return TextField(text, is_secret=question.kind is Kind.SECRET, id=name)


def choices_of(question: Question) -> tuple[str, ...]:
    """What can be chosen, as it is shown; nothing where a text is typed."""
    if question.kind is Kind.BOOLEAN:
        return (YES, NO)
    if question.kind is Kind.CHOICE:
        return tuple(shown_choice(choice) for choice in question.choices)
    return ()


def text_in(editor: Editor, question: Question) -> str:
    """The answer that stands in a field."""
    if isinstance(editor, OneOf):
        chosen = editor.chosen
        return editor.instead if chosen is None else _typed(question, editor.labels[chosen])
    if isinstance(editor, SeveralOf):
        return ", ".join(editor.labels[place] for place in sorted(editor.chosen))
    return editor.value


def show_text(editor: Editor, text: str) -> None:
    """Put another answer into a field."""
    if isinstance(editor, OneOf):
        editor.show(_place(editor.labels, text), text)
    elif isinstance(editor, SeveralOf):
        editor.choose(elements_of(text))
    elif editor.value != text:
        editor.value = text


def show_offered(editor: Editor, choices: tuple[str, ...]) -> None:
    """Have these to choose from, where several can be chosen."""
    if isinstance(editor, SeveralOf):
        editor.offer(choices)


def show_implied(editor: Editor, implied: str) -> None:
    """Say in an empty field what that stands for; the blank keeps it from looking typed."""
    if isinstance(editor, Input):
        editor.placeholder = f"{BLANK[:SHORT_BLANK]} ({implied})" if implied else BLANK


def id_of(key: str) -> str:
    """A question's key as an identifier, in which there are no dots."""
    return key.replace(".", "-")


class TextField(Input):
    """One line that is typed. Nothing blinks: an idle line sends nothing."""

    def __init__(self, text: str, *, is_secret: bool, id: str) -> None:
        super().__init__(
            text,
            placeholder=BLANK,
            password=is_secret,
            compact=True,
            id=id,
            select_on_focus=False,
        )
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        """What is painted: nothing that a terminal would obey, and no letter of a secret."""
        text = super()._value
        if self.password:
            text.plain = MASK * len(self.value)
        else:
            text.plain = "".join(c if c.isprintable() else UNPRINTABLE for c in text.plain)
        return text

    def action_copy(self) -> None:
        """A secret is not copied: the copy would be sent to the terminal."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        if not self.password:
            super().action_cut()


def _typed(question: Question, label: str) -> str:
    choices = dict(zip(choices_of(question), question.choices, strict=False))
    return typed_text(question, choices.get(label, label))


def _place(labels: tuple[str, ...], text: str) -> int | None:
    shown = shown_choice(text)
    return labels.index(shown) if shown in labels else None

"""A page that asks: one row for each question of the step."""

from collections.abc import Iterator
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from pfwizard.answers.explanations import explanation_of
from pfwizard.answers.question import Kind, Question
from pfwizard.screens.background import in_background
from pfwizard.screens.dialogs.help import Help
from pfwizard.screens.page import Page
from pfwizard.screens.widgets.choices import OneOf, SeveralOf
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.screens.widgets.introduction import Introduction
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.introductions import introduction_of
from pfwizard.wizard.offered import offered_choices
from pfwizard.wizard.session import Session

HOW_TO_CHOOSE = "Left/Right choose."
HOW_TO_CHOOSE_SEVERAL = "Left/Right move, space chooses."


class Fields(VerticalScroll, inherit_bindings=False, can_focus=False):
    """Scrolls to the field in focus. The arrow keys move between fields, and so are not its own."""


class Questions(Page):
    """Whatever is typed is kept at once; only going on needs right answers."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,down", "go_on", show=False)]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._looked_at = ""

    def body(self) -> ComposeResult:
        yield Introduction(self._introduction)
        with Fields(id="fields"):
            for question in self.course.step.questions:
                if len(question.choices) != 1:
                    yield FieldRow(question, self.session.sheet.text(question.key))
        yield PlainText(id="hint")

    @property
    def _introduction(self) -> str:
        return introduction_of(
            self.course.step, self.session.sheet.values(), self.session.sheet.existing_authority
        )

    def on_mount(self) -> None:
        self._refresh()
        self._focus_first()

    @property
    def rows(self) -> Iterator[FieldRow]:
        return iter(self.query(FieldRow))

    def _focus_first(self) -> None:
        """Where something is to be mended, or else at the beginning.

        Seen from the top, wherever one has scrolled to before.
        """
        self.query_one(Fields).scroll_home(animate=False, immediate=True)
        shown = [row for row in self.rows if row.display]
        wrong = [row for row in shown if row.has_class("-wrong")]
        for row in (wrong or shown)[:1]:
            self.set_focus(row.editor)  # at once: what scrolls later is to see it

    @on(FieldRow.Answered)
    def _take(self, event: FieldRow.Answered) -> None:
        self.session.sheet.fill(event.row.question.key, event.text)
        self.course.touch(event.row.question.key)
        self._refresh()

    def _refresh(self) -> None:
        """Show what follows from the answers so far."""
        sheet = self.session.sheet
        relevant = sheet.relevant(self.course.step)
        problems = self.course.problems_to_show()
        values = sheet.values()
        for row in self.rows:
            key = row.question.key
            row.display = row.question in relevant
            row.show_offered(offered_choices(row.question, values, sheet.text(key)))
            row.show_answer(sheet.text(key))
            row.show_implied(sheet.implied(key))
            row.show_problem(problems.get(key))
        introduction = self.query_one(Introduction)
        introduction.show(self._introduction)
        is_news = introduction.text.strip() != introduction_of(self.course.step, values)
        introduction.set_class(is_news, "-news")
        introduction.make_room_for(*relevant, *problems.items())
        self.say_where_we_are()
        self.call_after_refresh(self._show_focus)
        self._look_at(sheet.unknown_authority)

    def _look_at(self, certificate: str) -> None:
        """Once, however long it takes and whatever is answered meanwhile."""
        if certificate and certificate != self._looked_at:
            self._looked_at = certificate
            self._look_at_authority(certificate)

    @work(exclusive=True, group="authority")
    async def _look_at_authority(self, certificate: str) -> None:
        """Its limits, and that it need not be made, are told as soon as they are known."""
        found = await in_background(lambda: self.session.look_at_authority(certificate))
        self.session.sheet.learn_of_authority(certificate, found)
        self._refresh()

    def _show_focus(self) -> None:
        """A problem that appears above must not push the field in focus out of sight."""
        row = self._row_in_focus()
        if row is not None:
            row.scroll_visible(animate=False, immediate=True)

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Scrolling is left to what follows: two who scroll get there by chance."""
        super().set_focus(widget, scroll_visible=False, from_app_focus=from_app_focus)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = self._row_in_focus()
        if row is not None:
            self.query_one("#hint", PlainText).show(_hint(row))
            self.call_after_refresh(self._show_focus)

    def _row_in_focus(self) -> FieldRow | None:
        focused = self.focused
        if focused is None:
            return None
        return next((row for row in self.rows if row.editor is focused), None)

    def action_scroll(self, pages: int) -> None:
        """To the field that is a screenful further; what is in focus is always seen."""
        shown = [each for each in self.rows if each.display]
        row = self._row_in_focus() or shown[-1]
        goal = row.virtual_region.y + pages * self.query_one(Fields).size.height
        if pages > 0:
            further = [each for each in shown if each.virtual_region.y < goal]
            self.set_focus(further[-1].editor)
        else:
            further = [each for each in shown if each.virtual_region.y > goal]
            self.set_focus(further[0].editor)

    def before_leaving(self) -> None:
        """The other fields were told when they were left; what follows from them may change."""
        row = self._row_in_focus()
        if row is not None and row.display:
            self.session.sheet.fill(row.question.key, row.text)

    def action_go_on(self) -> None:
        """To the next field, which may be there only because of what stands in this one.

        Textual sorts by places on the screen, and a field that has just appeared has none yet.
        """
        row = self._row_in_focus()
        if row is not None and row.text != self.session.sheet.text(row.question.key):
            self.before_leaving()
            self._refresh()
        following = None if row is None else self._row_after(row)
        if following is None:
            self.focus_next()
        else:
            self.set_focus(following.editor)

    def _row_after(self, row: FieldRow) -> FieldRow | None:
        shown = [each for each in self.rows if each.display or each is row]
        return next(iter(shown[shown.index(row) + 1 :]), None)

    def action_next(self) -> None:
        self.before_leaving()
        self.course.see_all_of_this()
        if self.session.sheet.problems_of(self.course.step):
            self._refresh()
            self._focus_first()
        else:
            super().action_next()

    def action_explain(self) -> None:
        row = self._row_in_focus()
        if row is None:
            self.app.push_screen(Help(self.heading, self._introduction))
        else:
            question = row.question
            text = f"{_at_length(question)}\n\n{self.heading}. {self._introduction}"
            self.app.push_screen(Help(question.label, text))


def _hint(row: FieldRow) -> str:
    how = ""
    if isinstance(row.editor, OneOf):
        how = HOW_TO_CHOOSE
    elif isinstance(row.editor, SeveralOf):
        how = HOW_TO_CHOOSE_SEVERAL
    return f"{row.question.help} {how}".rstrip()


def _at_length(question: Question) -> str:
    """The sentence of the page, the explanation, and how it stands in an answers file."""
    line = "" if question.kind is Kind.SECRET else f"\n\nIn an answers file: {question.key}"
    return f"{question.help}\n\n{explanation_of(question)}{line}"

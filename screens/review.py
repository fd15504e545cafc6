"""The review: every file as a diff or as a whole, the findings, and what will be done."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Tab, Tabs

from pfwizard.errors import InputProblem, PfwizardError
from pfwizard.private_file import save
from pfwizard.screens.background import in_background
from pfwizard.screens.characters import plain
from pfwizard.screens.dialogs.file_name import AskFileName
from pfwizard.screens.dialogs.login import AskLogin
from pfwizard.screens.page import Choice, Page, main_button
from pfwizard.screens.results import Apply
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.key_line import KeyLine
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.secret import Secret
from pfwizard.wizard.ca_passphrase import Inquiry, inquiry_after
from pfwizard.wizard.history import rollback_title
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.login_inquiry import Answered
from pfwizard.wizard.review import Page as Tabbed
from pfwizard.wizard.review import as_text, places_of, review, unanswered, why_not_applied
from pfwizard.wizard.session import Session
from pfwizard.wizard.steps import step_asking

if TYPE_CHECKING:
    from pfwizard.engine import Planned

PLANNING = (Line("Making the plan: keys, certificates and diffs ...", Style.FAINT),)

AFTER_TROUBLE = ("F1 Help", "F10 Quit", "F5 Look again", "Esc Back")

WITHOUT_A_PASSPHRASE = ("F1 Help", "F10 Quit", "F5 Passphrase", "Esc Back")

WHAT_NEXT = "Esc goes back to the answers, F10 quits."
"""To be said where nothing would change."""

APPLIES = "Enter applies the change."

REVIEW_FILE = Path("pfwizard-review.diff")


class Review(Page):
    """Shows a plan when it is made, and offers to apply it."""

    KEYS = ("F1 Help", "F10 Quit", "Esc Back")
    HELP = (
        "Each file that changes has a tab: Left and Right go from one to the next, Up, Down and "
        "the page keys scroll. Lines with - go, lines with + come. w shows the whole file as it "
        "will stand, and the diff again.\n\n"
        "/ searches in the tab, n goes to the next place. F6 writes the whole review to a file.\n\n"
        "A refusal must be put right before the change can be applied; a warning should be read. "
        "Private keys are never shown."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        ("f5", "look_again", "Look again"),
        ("f6", "write", "Write"),
        ("slash", "search", "Search"),
        ("n", "next_hit", "Next hit"),
        ("w", "whole", "Whole file"),
        ("left", "turn(-1)", "Previous tab"),
        ("right", "turn(1)", "Next tab"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._view = LinesView(PLANNING, id="lines")
        self._bar = Tabs(id="tabs")
        self._news = PlainText(id="news")
        self._search_field = _search_field()
        self._planned: Planned | None = None
        self._tabs: tuple[Tabbed, ...] = ()
        self._shows_whole = False
        self._hit = -1

    def choices(self) -> Sequence[Choice]:
        return (Choice("Back", "back"), Choice("Apply", "apply", is_enabled=False))

    def body(self) -> ComposeResult:
        yield self._bar
        yield self._view
        yield self._search_field
        yield self._news

    def on_mount(self) -> None:
        self._view.focus()
        self._plan()

    def make_plan(self) -> "Planned":
        """Work out what is shown; takes its time. Raises PfwizardError."""
        return self.session.plan()

    @work(exclusive=True)
    async def _plan(self) -> None:
        if problems := self.problems():
            self._news.show("")
            self._view.show(tuple(unanswered(problems)))
            return
        try:
            planned = await in_background(self.make_plan)
        except PfwizardError as error:
            inquiry = inquiry_after(error, self.session.sheet.answers().ca.key)
            if inquiry is None:
                self._show_trouble(error)
            else:
                self._ask(inquiry)
        else:
            await self._show(planned)

    def _ask(self, inquiry: Inquiry) -> None:
        """There is a plan as soon as the passphrase is known, and none without it."""
        from pfwizard.screens.dialogs.ca_passphrase import AskPassphrase  # few have to type one

        def answered(passphrase: Secret[str] | None) -> None:
            self.session.ca_passphrase = passphrase
            if passphrase is None:
                self._view.show(inquiry.without_it)
                self.query_one(KeyLine).show(WITHOUT_A_PASSPHRASE)
            else:
                self._plan()

        self.app.push_screen(AskPassphrase(inquiry), answered)

    def problems(self) -> Mapping[str, InputProblem]:
        """What keeps a plan from being made, by the key of the answer."""
        return self.session.sheet.problems()

    def _show_trouble(self, error: PfwizardError) -> None:
        self._news.show("")
        self._view.show(
            (Line(f"Error: {error.message}.", Style.REFUSAL), Line(f"  {error.remedy}"))
        )
        self.query_one(KeyLine).show(AFTER_TROUBLE)

    async def _show(self, planned: "Planned") -> None:
        """Whoever sees the plan can apply it at once."""
        with self.app.batch_update():
            self._tabs = review(planned.plan)
            await self._bar.clear()
            for number, page in enumerate(self._tabs):
                await self._bar.add_tab(Tab(plain(self.app, page.title), id=f"tab-{number}"))
            self._planned = planned
            self._show_tab()
            self.enable("apply", self._applicable is not None)
            self.query_one(KeyLine).show(tuple(self._keys()))

    def _keys(self) -> Iterator[str]:
        """Tabs may stand where the terminal has ended: how many there are can always be seen."""
        yield "F1 Help"
        if self._applicable is not None:
            yield "F8 Apply"
        if len(self._tabs) > 1:
            yield f"Left/Right {len(self._tabs)} tabs"
        yield "/ Search"
        if any(tab.whole for tab in self._tabs):
            yield "w Whole file"
        yield from ("F6 Write", "Esc Back", "F10 Quit")

    def _why_not(self, planned: "Planned") -> str:
        why_not = why_not_applied(planned.plan, may_apply=self.session.may_apply)
        return f"{why_not} {WHAT_NEXT}" if planned.plan.is_empty else why_not

    @property
    def _tab(self) -> Tabbed | None:
        active = self._bar.active
        return self._tabs[int(active.removeprefix("tab-"))] if active and self._tabs else None

    @on(Tabs.TabActivated)
    def _show_tab(self) -> None:
        tab = self._tab
        if tab is not None:
            self._hit = -1
            self._view.show(tab.whole if self._is_whole else tab.lines)
            self._say_what_is_shown()

    @property
    def _is_whole(self) -> bool:
        return self._shows_whole and self._tab is not None and bool(self._tab.whole)

    def _say_what_is_shown(self) -> None:
        """What was said of another tab holds for this one no more."""
        if main_button(self).has_focus:
            self._news.show(APPLIES)
        elif self._is_whole:
            self._news.show("The whole file, as it will stand. w shows the diff.")
        else:
            self._news.show("" if self._planned is None else self._why_not(self._planned))

    def action_turn(self, offset: int) -> None:
        if offset > 0:
            self._bar.action_next_tab()
        else:
            self._bar.action_previous_tab()

    def action_whole(self) -> None:
        self._shows_whole = not self._shows_whole
        self._show_tab()

    def action_search(self) -> None:
        self._search_field.value = ""
        self._search_field.display = True
        self._search_field.focus()

    @on(Input.Submitted, "#search")
    def _search(self) -> None:
        self._hit = -1
        self._search_field.display = False
        self._view.focus()
        self.action_next_hit()

    def action_next_hit(self) -> None:
        text = self._search_field.value
        places = places_of(text, self._view.lines)
        if not places:
            self._news.show(f'"{text}" is not in this tab.' if text else "/ searches first.")
            return
        later = [place for place in places if place > self._hit]
        self._hit = later[0] if later else places[0]
        self._view.point_at(self._hit)
        self._news.show(f'"{text}": {places.index(self._hit) + 1} of {len(places)}')

    def action_write(self) -> None:
        if self._tabs:
            self.app.push_screen(
                AskFileName("Write the review to a file", REVIEW_FILE, self._write), self._written
            )

    def _write(self, path: Path) -> None:
        save(path, as_text(self._tabs))

    def _written(self, path: Path | None) -> None:
        if path is not None:
            self._news.show(f"The review is in {path.absolute()}.")

    async def action_look_again(self) -> None:
        self.session.forget_plan()
        with self.app.batch_update():
            self._planned, self._tabs = None, ()  # what is not shown must not be applied
            self._view.focus()
            self.enable("apply", False)
            await self._bar.clear()
            self._news.show("")
            self._view.show(PLANNING)
            self.query_one(KeyLine).show(self.KEYS)
        self._plan()

    def action_back(self) -> None:
        if self._search_field.display:
            self._search_field.display = False
            self._view.focus()
        else:
            super().action_back()

    @property
    def _applicable(self) -> "Planned | None":
        """The plan that is shown, if it can be applied."""
        planned = self._planned
        return None if planned is None or self._why_not(planned) else planned

    def action_next(self) -> None:
        """F8 was pressed to come here: it only leads to the button, which takes another key."""
        if self._applicable is not None:
            main_button(self).focus()
            self._news.show(APPLIES)
        elif (first := next(iter(self.problems()), None)) is not None:
            self.leave_for(step_asking(first).name)

    def action_apply(self) -> None:
        planned = self._applicable
        if planned is None:
            return
        if not self.session.asks_for_login(planned):
            self.leave_for(Apply(planned))
            return

        def decided(found: Answered | None) -> None:
            if found is not None:
                self.session.login = found.login
                self.leave_for(Apply(planned))

        before = self.session.login
        self.app.push_screen(AskLogin("" if before is None else before.user), decided)


def _search_field() -> TextField:
    field = TextField("", is_secret=False, id="search")
    field.placeholder = "Search, then Enter"
    field.display = False
    return field


class RollbackReview(Review):
    """The same for a plan that takes a transaction back."""

    def __init__(self, session: Session, transaction: str) -> None:
        super().__init__(session)
        self._transaction = transaction

    @property
    def heading(self) -> str:
        return rollback_title(self._transaction)

    def problems(self) -> Mapping[str, InputProblem]:
        return {}

    def make_plan(self) -> "Planned":
        return self.session.plan_rollback(self._transaction)

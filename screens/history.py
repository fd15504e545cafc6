"""What was done to this machine, and the way back."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pfwizard.errors import PfwizardError
from pfwizard.plan.plan import Action
from pfwizard.plan.wording import described
from pfwizard.screens.background import in_background
from pfwizard.screens.characters import plain
from pfwizard.screens.page import Choice, Page
from pfwizard.screens.results import TakeBack
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.course import Move
from pfwizard.wizard.history import summary, why_not_taken_back
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.review import change_lines
from pfwizard.wizard.session import Session
from pfwizard.wizard.trials import lines_of_trials

if TYPE_CHECKING:
    from pfwizard.apply.history import Entry


class HistoryPage(Page):
    """A list of transactions, and what the one under the cursor has changed."""

    KEYS = ("F1 Help", "F10 Quit", "Esc Back", "Up/Down Choose", "Tab Changes", "Enter Roll back")
    HELP = (
        "Every change that was made here, the newest first, and how it ended. Roll back makes a "
        "plan that takes the chosen one back; you see its diffs before anything happens. What "
        "somebody has edited since is kept."
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._list = OptionList(id="entries", markup=False, compact=True)
        self._view = LinesView((Line("Reading the history ...", Style.FAINT),), id="lines")
        self._news = PlainText(id="news")
        self._entries: tuple[Entry, ...] = ()

    @property
    def heading(self) -> str:
        return "History"

    def choices(self) -> Sequence[Choice]:
        return (Choice("Back", "back"), Choice("Roll back", "roll_back", is_enabled=False))

    def body(self) -> ComposeResult:
        yield self._list
        yield self._view
        yield self._news

    def on_mount(self) -> None:
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            self._entries = await in_background(self.session.history)
        except PfwizardError as error:
            self._view.show((Line(f"Error: {error.message}.", Style.REFUSAL), Line(error.remedy)))
            return
        if not self._entries:
            self._view.show((Line("Nothing has been done yet."),))
            return
        summaries = [plain(self.app, summary(each)) for each in self._entries]
        self._list.add_options([Option(summary) for summary in summaries])
        self._list.highlighted = 0
        self._list.focus()

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        entry = self._entry
        if entry is not None:
            self._view.show(tuple(_lines(entry)))
            why_not = self._why_not(entry)
            self.enable("roll_back", not why_not)
            self._news.show(why_not)

    @property
    def _entry(self) -> "Entry | None":
        place = self._list.highlighted
        return None if place is None else self._entries[place]

    def _why_not(self, entry: "Entry") -> str:
        return why_not_taken_back(entry, may_apply=self.session.may_apply)

    @on(OptionList.OptionSelected)
    def action_roll_back(self) -> None:
        entry = self._entry
        if entry is not None and not self._why_not(entry):
            self.leave_for(TakeBack(entry.manifest.transaction))

    def action_next(self) -> None:
        """Nothing comes after the history."""

    def action_back(self) -> None:
        self.leave_for(Move.BACK)


def _lines(entry: "Entry") -> Iterator[Line]:
    for change in entry.changes():
        yield from change_lines(change)
        yield Line("")
    actions: tuple[Action, ...] = (*entry.manifest.joins, *entry.manifest.leaves)
    for action in actions:
        yield Line(described(action).capitalize())
    yield from lines_of_trials(entry)

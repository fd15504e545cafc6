"""Applying: the steps as they go, the probation, and how it ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from pfwizard.errors import PfwizardError, defect
from pfwizard.screens.background import in_background, to_its_end
from pfwizard.screens.countdown import left
from pfwizard.screens.leaving import Leaving
from pfwizard.screens.page import Choice, Page
from pfwizard.screens.widgets.key_line import KeyLine
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.course import Move
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.probation import (
    IF_THE_LINE_DROPS,
    NOT_AT_BOOT,
    what_comes_back,
    what_waits,
)
from pfwizard.wizard.progress import Progress, StepState
from pfwizard.wizard.session import BY_HAND, Session

if TYPE_CHECKING:
    from pfwizard.apply.process.events import OnProbationNow
    from pfwizard.engine import Application, Planned

TICK = 1.0
"""Seconds between two looks at the clock, while there is a countdown only."""

STATE_STYLES = {
    StepState.RUNNING: Style.PLAIN,
    StepState.DONE: Style.ADDED,
    StepState.FAILED: Style.REFUSAL,
}

KEYS_OF = {
    "stop": "Enter Stop",
    "roll_back": "r Roll back",
    "keep": "k Keep",
    "back": "Esc Back",
    "next": "F8 Next",
}
"""By the action that they set going, while the page offers it."""

TRY_IT = (
    "The {change} is live. Now try it: send and fetch mail, log in, from another window. Then keep "
    "it or roll it back."
)


@dataclass
class StepBegan(Message):
    """The engine has begun another step."""

    words: str


@dataclass
class ProbationBegan(Message):
    """The change is live, and waits."""

    event: "OnProbationNow"


class Applying(Page):
    """Watches an engine at work. It can be stopped until the change is kept."""

    KEYS = ("F1 Help", "F10 Quit")
    HELP = (
        "The engine that makes the change runs by itself, and this page only watches it. Stop "
        "takes back whatever has been done by then.\n\n"
        "When the change is live, it is on probation: Keep makes it stay, Roll back puts back at "
        "once what was there before, and when the time is over without a word from you, that "
        "comes back by itself.\n\n" + IF_THE_LINE_DROPS
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        ("k", "keep", "Keep"),
        ("r", "roll_back", "Roll back"),
    ]

    def __init__(self, session: Session, planned: "Planned") -> None:
        super().__init__(session)
        self._view = LinesView(id="progress")
        self._countdown = PlainText(id="countdown")
        self._news = PlainText(IF_THE_LINE_DROPS, id="news")
        self.planned = planned
        self._change = what_waits(planned.undoes)
        self._progress = Progress()
        self._application: Application | None = None
        self._ends: float | None = None
        self._error: PfwizardError | None = None
        self._is_over = False
        self._is_stopping = False

    @property
    def heading(self) -> str:
        undoes = self.planned.undoes
        return super().heading if undoes is None else f"Take back transaction {undoes}"

    @property
    def may_jump(self) -> bool:
        return False

    def choices(self) -> Sequence[Choice]:
        return (
            Choice("Stop", "stop"),
            Choice("Roll back", "roll_back"),
            Choice("Keep", "keep"),
            Choice("Back to the review", "back"),
            Choice("Next", "next"),
        )

    def body(self) -> ComposeResult:
        yield self._view
        yield self._countdown
        yield self._news

    def on_mount(self) -> None:
        self._lead_on_with("stop")
        self._carry_out()

    def _offer(self, *actions: str) -> None:
        """Show these buttons and no others, and their keys, as long as there is a page."""
        for line in self.query(KeyLine).results(KeyLine):
            line.show((*self.KEYS, *(KEYS_OF[action] for action in actions)))
        for choice in self.choices():
            for button in self.buttons_of(choice.action):
                button.display = choice.action in actions

    def _lead_on_with(self, action: str) -> None:
        """Offer nothing but this, and have Enter do it."""
        self._offer(action)
        for button in self.buttons_of(action):
            button.focus()

    @work(exclusive=True, group="apply")
    async def _carry_out(self) -> None:
        self._application = self.session.application(
            self.planned,
            lambda words: self._tell(StepBegan(words)),
            lambda event: self._tell(ProbationBegan(event)),
        )
        try:
            transaction = await in_background(self._application.carry_out)
        except PfwizardError as error:
            self._fail(error)
        except Exception as error:
            self._fail(defect(error))
        else:
            self.session.applied(self.planned, transaction)
            self._succeed(transaction)

    def _tell(self, message: Message) -> None:
        """From the thread that follows the engine; it never waits for the screen."""
        self.post_message(message)

    def on_step_began(self, event: StepBegan) -> None:
        self._progress.start(event.words, self.session.clock())
        self._show_progress()

    def on_probation_began(self, event: ProbationBegan) -> None:
        self._progress.end(self.session.clock())
        self._show_progress()
        if self._is_stopping:
            return
        self._ends = self.session.clock() + event.event.seconds
        not_at_boot = "" if event.event.is_recovered_at_boot else f" {NOT_AT_BOOT}"
        try_it = TRY_IT.format(change=self._change)
        self._news.show(f"{try_it} {IF_THE_LINE_DROPS}{not_at_boot}")
        self._offer("roll_back", "keep")
        self._view.focus()  # an Enter that was meant for Stop must not keep the change
        self._tick()
        self.set_interval(TICK, self._tick)

    def _tick(self) -> None:
        if self._ends is not None and not self._is_over:
            seconds = self._ends - self.session.clock()
            old = what_comes_back(self.planned.undoes)
            self._countdown.show(f"On probation: {old} comes back in {left(seconds)}.")

    def _show_progress(self) -> None:
        self._view.show(tuple(self._lines()))
        self._view.scroll_end(animate=False)

    def _lines(self) -> Iterator[Line]:
        for step in self._progress.steps:
            yield Line(step.line, STATE_STYLES[step.state])
        if self._error is not None:
            yield Line("")
            yield Line(f"Error: {self._error.message}.", Style.REFUSAL)
            for line in self._error.remedy.split("\n"):
                yield Line(f"  {line}")

    def _succeed(self, transaction: str) -> None:
        self._end(f"The {self._change} stays.", f"It is transaction {transaction}.")
        self._progress.end(self.session.clock())
        self._show_progress()
        self._lead_on_with("next")

    def _fail(self, error: PfwizardError) -> None:
        self._error = error
        self.session.failed(error)
        self._progress.fail(self.session.clock())
        self._end(f"The {self._change} is not in place.", "")
        self._show_progress()
        self._lead_on_with("back")

    def _end(self, countdown: str, news: str) -> None:
        self._is_over = True
        self._countdown.show(countdown)
        self._news.show(news)

    def action_stop(self) -> None:
        self._stop()

    def action_roll_back(self) -> None:
        if self._ends is not None:
            self._stop()

    def _stop(self) -> None:
        if self._application is not None and not self._is_over and not self._is_stopping:
            self._is_stopping = True
            self._application.stop(BY_HAND)
            self._news.show(f"Taking the {self._change} back ...")
            self._offer()

    def leaving(self) -> Leaving:
        return Leaving.BESIDE_AN_ENGINE if not self._is_over else Leaving.AT_EASE

    @work(exclusive=True, group="keep")
    async def action_keep(self) -> None:
        if self._ends is None or self._is_over or self._is_stopping:
            return
        try:
            await to_its_end(self.session.keep)
        except PfwizardError as error:
            self._news.show(f"Error: {error.message}. {error.remedy}")

    def action_back(self) -> None:
        if self._is_over and self._error is not None:
            self.session.forget_plan()
            self.leave_for(Move.BACK)

    def action_next(self) -> None:
        if self._is_over and self._error is None:
            self.leave_for(Move.NEXT)

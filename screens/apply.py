"""Applying: the rehearsal, the steps as they go, the probation, and how it ended."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from pfwizard.errors import Failed, PfwizardError, defect
from pfwizard.prove.verdict import (
    Outcome,
    failures_among,
    is_login_proven,
    why_taken_back,
    why_unproven,
)
from pfwizard.screens.background import in_background, to_its_end
from pfwizard.screens.countdown import left
from pfwizard.screens.leaving import Leaving
from pfwizard.screens.page import Choice, Page
from pfwizard.screens.tidings import ProbationBegan, Proved, StepBegan
from pfwizard.screens.widgets.key_line import KeyLine
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.course import Move
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.probation import (
    IF_THE_LINE_DROPS,
    NOT_AT_BOOT,
    TRY_IT,
    what_comes_back,
    what_waits,
)
from pfwizard.wizard.progress import Progress
from pfwizard.wizard.rehearsal import (
    LOGIN_BEFORE,
    NOTHING_YET,
    PROVING,
    TITLE,
    failures_last,
    lines_of_rehearsal,
    to_be_decided,
    was_not_possible,
)
from pfwizard.wizard.session import BY_HAND, Session

if TYPE_CHECKING:
    from pfwizard.apply.manifest import TransactionId
    from pfwizard.engine import Application, Planned

TICK = 1.0
"""Seconds between two looks at the clock, while there is a countdown only."""

KEYS_OF = {
    "stop": "s Stop",
    "apply_all_the_same": "a Apply all the same",
    "roll_back": "r Roll back",
    "keep": "k Keep",
    "back": "Esc Back",
    "next": "F8 Next",
}
"""By the action that they set going, while the page offers it."""


class Applying(Page):
    """Watches an engine at work. It can be stopped until the change is kept."""

    KEYS = ("F1 Help", "F10 Quit")
    HELP = (
        "First the change is rehearsed on a private Postfix that nobody else can reach, and every "
        "probe of it is a line here. When one fails, or no rehearsal is possible, nothing is "
        "changed: go back and put it right, or apply the change all the same.\n\n"
        "The engine that makes the change runs by itself, and this page only watches it. Stop "
        "takes back whatever has been done by then.\n\n"
        "When the change is live and a user was named, logins are tried once more; if they fail, "
        "the change is taken back.\n\n"
        "It is on probation then: Keep makes it stay, Roll back puts back at "
        "once what was there before, and when the time is over without a word from you, that "
        "comes back by itself.\n\n" + IF_THE_LINE_DROPS
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        ("s", "stop", "Stop"),
        ("k", "keep", "Keep"),
        ("r", "roll_back", "Roll back"),
        ("a", "apply_all_the_same", "Apply all the same"),
    ]

    def __init__(self, session: Session, planned: "Planned") -> None:
        super().__init__(session)
        self._view = LinesView(id="progress")
        self._countdown = PlainText(id="countdown")
        self._news = PlainText(IF_THE_LINE_DROPS, id="news")
        self.planned = planned
        self._change = what_waits(planned.undoes)
        self._proved: list[Outcome] = []
        self._found_live: tuple[Outcome, ...] = ()
        self._is_proving = False
        self._is_rehearsing = False
        self._has_to_choose = False
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
            Choice("Apply all the same", "apply_all_the_same"),
            Choice("Next", "next"),
        )

    def body(self) -> ComposeResult:
        yield from (self._view, self._countdown, self._news)

    def on_mount(self) -> None:
        self._let_press("stop")
        self._rehearse()

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

    def _let_press(self, *actions: str) -> None:
        """Not with Enter, which may have been meant for what was before."""
        self._offer(*actions)
        self._view.focus()

    @work(exclusive=True, group="apply")
    async def _rehearse(self) -> None:
        """Nothing is changed before it has passed."""
        rehearsal = self.session.rehearsal(self.planned)
        if rehearsal.is_due:
            self._is_rehearsing = True
            self._news.show(NOTHING_YET)
            self._progress.start(TITLE, self.session.clock())
            self._show_progress()
            try:
                self._proved = list(
                    await in_background(lambda: rehearsal.play(self._tell_unless_stopped))
                )
            except PfwizardError as error:
                self._fail(error)
                return
            except Exception as error:
                self._fail(defect(error))
                return
            finally:
                self._is_rehearsing = False
            if self._is_stopping:
                self._fail(_stopped("the rehearsal"))
                return
            if was_not_possible(self._proved):
                self._progress.skip(self.session.clock())
            if why := to_be_decided(self._proved, self.planned.facts):
                self._let_choose(why)
                return
            self._progress.end(self.session.clock())
            self._show_progress()
            self._news.show(IF_THE_LINE_DROPS)
        await self._carry_out()

    def _tell_unless_stopped(self, outcome: Outcome) -> None:
        """From the thread of the rehearsal, which ends with what is raised here."""
        if self._is_stopping:
            raise _stopped("the rehearsal")
        self.post_message(Proved(outcome))

    def on_proved(self, event: Proved) -> None:
        if self._is_rehearsing:
            self._proved.append(event.outcome)
            self._show_progress()

    def _let_choose(self, why: str) -> None:
        """Nothing was changed, and only an explicit word goes on."""
        self._has_to_choose = True
        self._progress.fail(self.session.clock())
        self._countdown.show(why)
        self._news.show("")
        self._offer("back", "apply_all_the_same")
        for button in self.buttons_of("back"):
            button.focus()
        self._show_progress()

    @work(exclusive=True, group="apply")
    async def action_apply_all_the_same(self) -> None:
        if self._has_to_choose:
            self._has_to_choose = False
            self._countdown.show("")
            self._news.show(IF_THE_LINE_DROPS)
            self._let_press("stop")
            await self._carry_out()

    async def _carry_out(self) -> None:
        try:
            application = await in_background(self._prepared)
            if self._is_stopping:
                raise _stopped("it")
            self._application = application
            transaction = await in_background(self._application.carry_out)
        except PfwizardError as error:
            self._fail(error)
        except Exception as error:
            self._fail(defect(error))
        else:
            self.session.applied(self.planned, transaction)
            self._succeed(transaction)

    def _prepared(self) -> "Application":
        if self.session.login is not None and not is_login_proven(self._proved):
            self._tell(StepBegan(LOGIN_BEFORE))
        return self.session.application(
            self.planned,
            lambda words: self._tell(StepBegan(words)),
            lambda event: self._tell(ProbationBegan(event)),
            tuple(self._proved),
        )

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
        self._tick()
        self.set_interval(TICK, self._tick)
        if self.session.login is not None:
            self._prove(event.event.transaction)
        else:
            self._let_press("roll_back", "keep")

    @work(exclusive=True, group="proof")
    async def _prove(self, transaction: "TransactionId") -> None:
        """Somebody logs in while there is time, or the change is taken back."""
        self._is_proving = True
        self._offer("roll_back")
        self._progress.start(PROVING, self.session.clock())
        self._show_progress()
        why = ""
        try:
            self._found_live = await in_background(
                lambda: self.session.prove(self.planned, transaction)
            )
        except Exception as error:
            why = why_unproven(error).message
        finally:
            self._is_proving = False
        if self._is_over or self._is_stopping:
            return
        if failures := failures_among(self._found_live):
            why = why_taken_back(failures[0])
        if why:
            self._progress.fail(self.session.clock())
            self._stop(why)
        else:
            self._progress.end(self.session.clock())
            self._let_press("roll_back", "keep")
        self._show_progress()

    def _tick(self) -> None:
        if self._ends is not None and not self._is_over:
            seconds = self._ends - self.session.clock()
            old = what_comes_back(self.planned.undoes)
            self._countdown.show(f"On probation: {old} comes back in {left(seconds)}.")

    def _show_progress(self) -> None:
        self._view.follow(tuple(self._lines()))

    def _lines(self) -> Iterator[Line]:
        for step in self._progress.steps:
            yield Line(step.line, step.style)
            if step.words == TITLE:
                yield from _indented(failures_last(self._proved))
            elif step.words == PROVING:
                yield from _indented(self._found_live)
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
        if self._ends is None:
            self._stop()

    def action_roll_back(self) -> None:
        if self._ends is not None:
            self._stop()

    def _stop(self, why: str = BY_HAND) -> None:
        if self._is_over or self._has_to_choose or self._is_stopping:
            return
        self._is_stopping = True
        self._offer()
        if self._application is not None:
            self._application.stop(why)
            self._news.show(f"Taking the {self._change} back ...")
        elif self._is_rehearsing:
            self._news.show("Ending the rehearsal ...")
        else:
            self._news.show("Stopping before anything is changed ...")

    def leaving(self) -> Leaving:
        is_at_work = self._application is not None and not self._is_over
        return Leaving.BESIDE_AN_ENGINE if is_at_work else Leaving.AT_EASE

    @work(exclusive=True, group="keep")
    async def action_keep(self) -> None:
        if self._ends is None or self._is_proving or self._is_over or self._is_stopping:
            return
        try:
            await to_its_end(self.session.keep)
        except PfwizardError as error:
            self._news.show(f"Error: {error.message}. {error.remedy}")

    def action_back(self) -> None:
        if self._has_to_choose or (self._is_over and self._error is not None):
            self.session.forget_plan()
            self.leave_for(Move.BACK)

    def action_next(self) -> None:
        if self._is_over and self._error is None:
            self.leave_for(Move.NEXT)


def _indented(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    for found in lines_of_rehearsal(outcomes):
        yield replace(found, text=f"   {found.text}")


def _stopped(what: str) -> Failed:
    return Failed(f"{what} was stopped by hand", "Nothing was changed.")

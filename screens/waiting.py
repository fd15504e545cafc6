"""A change on probation that an earlier run has left: it is decided before anything else."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from pfwizard.errors import PfwizardError
from pfwizard.screens.background import to_its_end
from pfwizard.screens.countdown import left
from pfwizard.screens.leaving import Leaving
from pfwizard.screens.page import Choice, Page
from pfwizard.screens.results import Jump
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.probation import what_comes_back
from pfwizard.wizard.session import Session

PAUSE = 1.0
"""Seconds between two looks at the clock."""


class ChangeWaits(Page):
    """Keep or roll back, as in the run that made the change."""

    KEYS = ("F1 Help", "F10 Quit", "k Keep", "r Roll back", "F5 Look again")
    HELP = (
        "An earlier run has changed this machine, and nobody has confirmed the change yet. Try "
        "whether mail works and users can log in. Keep makes the change stay; Roll back puts back "
        "at once what was there before. If you do neither, that happens by itself when the time "
        "is over."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        ("f5", "look_again", "Look again"),
        ("k", "keep", "Keep"),
        ("r", "roll_back", "Roll back"),
    ]

    def __init__(self, session: Session, waiting: Waiting) -> None:
        super().__init__(session)
        self._countdown = PlainText(id="countdown")
        self._news = PlainText(id="news")
        self._waiting = waiting
        self._is_decided = False
        self._ends = self.session.clock() + waiting.seconds

    @property
    def may_jump(self) -> bool:
        return False

    def leaving(self) -> Leaving:
        return Leaving.WITH_A_CHANGE_WAITING

    def choices(self) -> Sequence[Choice]:
        may = self.session.may_apply
        return (
            Choice("Quit", "leave"),
            Choice("Roll back", "roll_back", is_enabled=may),
            Choice("Keep", "keep", is_enabled=may),
        )

    def body(self) -> ComposeResult:
        yield PlainText(
            f"Transaction {self._waiting.transaction}{self._takes_back} is on probation. It was "
            "applied by another run, perhaps over a line that has dropped.",
            classes="introduction",
        )
        yield self._countdown
        yield self._news

    @property
    def _takes_back(self) -> str:
        undoes = self._waiting.undoes
        return "" if undoes is None else f", which takes back transaction {undoes},"

    def on_mount(self) -> None:
        self._tick()
        self.set_interval(PAUSE, self._tick)

    def _tick(self) -> None:
        seconds = self._ends - self.session.clock()
        if seconds <= 0:
            self.action_look_again()
            return
        old = what_comes_back(self._waiting.undoes)
        self._countdown.show(f"On probation: {old} comes back in {left(seconds)}.")

    def action_back(self) -> None:
        """There is nothing before this page."""

    def action_next(self) -> None:
        """Only a decision leads on."""

    def action_look_again(self) -> None:
        self.leave_for(Jump.LOOK_AGAIN)

    def action_keep(self) -> None:
        self._decide(lambda: self.session.keep_waiting(self._waiting.transaction))

    def action_roll_back(self) -> None:
        self._decide(lambda: self.session.take_back(self._waiting.transaction))

    @work(exclusive=True, group="decide")
    async def _decide(self, decide: Callable[[], object]) -> None:
        if not self.session.may_apply or self._is_decided:
            return
        self._is_decided = True
        for action in ("keep", "roll_back"):
            self.enable(action, False)
        self._news.show("One moment ...")
        try:
            await to_its_end(decide)
        except PfwizardError as error:
            self._is_decided = False
            self._news.show(f"Error: {error.message}. {error.remedy}")
        else:
            self.action_look_again()

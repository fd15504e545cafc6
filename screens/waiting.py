"""A change on probation that an earlier run has left: it is decided before anything else."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from pfwizard.errors import PfwizardError
from pfwizard.screens.background import in_background
from pfwizard.screens.countdown import left
from pfwizard.screens.page import Choice, Page, main_button
from pfwizard.screens.results import Jump
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.session import Session, Waiting

PAUSE = 1.0
"""Seconds between two looks at the clock."""


class ChangeWaits(Page):
    """Keep or roll back, as in the run that made the change."""

    KEYS = "F1 Help  F10 Quit  F5 Look again"
    HELP = (
        "An earlier run has changed this machine, and nobody has confirmed the change yet. Try "
        "whether mail works and users can log in. Keep makes the change stay; Roll back puts the "
        "old configuration back at once. If you do neither, that happens by itself when the time "
        "is over."
    )
    BINDINGS: ClassVar[list[BindingType]] = [("f5", "look_again", "Look again")]

    def __init__(self, session: Session, waiting: Waiting) -> None:
        super().__init__(session)
        self._countdown = PlainText(id="countdown")
        self._news = PlainText(id="news")
        self._waiting = waiting
        self._ends = self.session.clock() + waiting.seconds

    def choices(self) -> Sequence[Choice]:
        may = self.session.may_apply
        return (
            Choice("Quit", "leave"),
            Choice("Roll back", "roll_back", is_enabled=may),
            Choice("Keep", "keep", is_enabled=may),
        )

    def body(self) -> ComposeResult:
        yield PlainText(
            f"Transaction {self._waiting.transaction} is on probation. It was applied by another "
            "run, perhaps over a line that has dropped.",
            classes="introduction",
        )
        yield self._countdown
        yield self._news

    def on_mount(self) -> None:
        self._tick()
        self.set_interval(PAUSE, self._tick)
        main_button(self).focus()

    def _tick(self) -> None:
        seconds = self._ends - self.session.clock()
        if seconds <= 0:
            self.action_look_again()
            return
        self._countdown.show(f"The old configuration comes back by itself in {left(seconds)}.")

    def action_back(self) -> None:
        """There is nothing before this page."""

    def action_next(self) -> None:
        """Only a decision leads on."""

    def action_look_again(self) -> None:
        self.leave_for(Jump.LOOK_AGAIN)

    @work(exclusive=True)
    async def action_keep(self) -> None:
        await self._decide(self.session.keep)

    @work(exclusive=True)
    async def action_roll_back(self) -> None:
        await self._decide(lambda: self.session.take_back(self._waiting.transaction))

    async def _decide(self, decide: Callable[[], object]) -> None:
        for action in ("keep", "roll_back"):
            self.enable(action, False)
        self._news.show("One moment ...")
        try:
            await in_background(decide)
        except PfwizardError as error:
            self._news.show(f"Error: {error.message}. {error.remedy}")
        else:
            self.action_look_again()

"""The first page: what this machine is, what is configured already, and what is wrong."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from pfwizard.errors import PfwizardError
from pfwizard.screens.background import to_its_end
from pfwizard.screens.leaving import no_news
from pfwizard.screens.page import Choice, Page, main_button
from pfwizard.screens.results import Jump
from pfwizard.screens.widgets.key_line import KeyLine
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.course import Move
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.session import Session

LOOKING = (Line("Looking at this machine ...", Style.FAINT),)

KEYS_WITH_ANSWERS = (
    *("F1 Help", "F10 Quit", "F8 Next", "F4 Take up answers"),
    *("F3 History", "F5 Look again"),
)
"""What the line at the bottom says where there are answers of a walk that was cut off."""


class Welcome(Page):
    """Looks at the machine in the background, and begins the walk."""

    KEYS = ("F1 Help", "F10 Quit", "F8 Next", "F3 History", "F5 Look again")
    HELP = (
        "pfwizard asks what it has to know, one step after another. Every answer can be changed "
        "until you apply the change, and nothing is touched before.\n\n"
        "Tab and the arrow keys move between fields, Enter goes on, the space bar chooses. F1 "
        "explains the field that you are in. Esc goes back one step, and never loses anything.\n\n"
        "The review shows each file as a diff. When you apply it, the change is on probation: you "
        "try it, and keep it. If you do not, because the line has dropped or mail does not work, "
        "the old configuration comes back by itself."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        ("f5", "look_again", "Look again"),
        ("f3", "history", "History"),
        ("f4", "take_up", "Take up answers"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._view = LinesView(LOOKING, id="found")
        self._has_looked = False

    def choices(self) -> Sequence[Choice]:
        take_up = Choice("Take up answers", "take_up", is_enabled=False)
        return (
            Choice("Quit", "leave"),
            Choice("History", "history"),
            *(() if self.session.draft is None else (take_up,)),
            Choice("Begin", "next", is_enabled=False),
        )

    def body(self) -> ComposeResult:
        yield PlainText(self.course.step.introduction, classes="introduction")
        yield self._view
        yield no_news()

    def on_mount(self) -> None:
        if self.session.draft is not None:
            self.query_one(KeyLine).show(KEYS_WITH_ANSWERS)
        self._view.focus()
        self.call_after_refresh(self._look)  # the page is seen before the engine is imported

    def action_look_again(self) -> None:
        self.leave_for(Jump.LOOK_AGAIN)

    @property
    def may_jump(self) -> bool:
        return self._has_looked

    def action_next(self) -> None:
        if self._has_looked:
            super().action_next()

    def action_take_up(self) -> None:
        if not self._has_looked or self.session.draft is None:
            return
        try:
            self.session.take_up_draft()
        except PfwizardError as error:
            self._view.show(tuple(_trouble(error)))
        else:
            self.leave_for(Move.NEXT)

    def action_back(self) -> None:
        """There is nothing before the first page."""

    @work(exclusive=True)
    async def _look(self) -> None:
        try:
            found = await to_its_end(self.session.look)
        except PfwizardError as error:
            self._view.show(tuple(_trouble(error)))
            return
        if found.waiting is not None:
            self.leave_for(found.waiting)
            return
        from pfwizard.wizard.first_look import found_lines  # by now the engine is imported

        self._view.show(tuple(found_lines(found, may_apply=self.session.may_apply)))
        self._has_looked = True
        self.enable("take_up", True)
        self.enable("next", True)
        main_button(self).focus()


def _trouble(error: PfwizardError) -> Iterator[Line]:
    yield Line(f"Error: {error.message}.", Style.REFUSAL)
    yield Line(f"  {error.remedy}")
    yield Line("")
    yield Line("F5 looks again, F3 shows what was done before.", Style.FAINT)

"""The application: terminal, keys, colours, and how it ends."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

THEME = "ansi-dark"
"""The terminal's own colours on its own background: few bytes, and right on every terminal."""

# Read by Textual when it is imported. Whether the line is slow cannot be seen: sudo hides SSH's
# variables. ESCDELAY is in milliseconds: on such a line an arrow key arrives in pieces, and the
# first alone would be Esc.
for name, value in {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    "TEXTUAL_FPS": "15",
    "ESCDELAY": "250",
}.items():
    os.environ.setdefault(name, value)
os.environ["TEXTUAL_THEME"] = THEME  # to change it later means to style everything twice
if not os.environ.get("NO_COLOR"):
    os.environ.pop("NO_COLOR", None)  # an empty one means nothing (no-color.org)

from rich.console import RenderableType  # noqa: E402
from textual.binding import BindingType  # noqa: E402
from textual.command import CommandPalette, Provider  # noqa: E402
from textual.events import InputEvent, Key  # noqa: E402

from pfwizard.errors import defect  # noqa: E402
from pfwizard.screens.keyboard import take_any_byte  # noqa: E402
from pfwizard.screens.one_by_one import OneByOne  # noqa: E402
from pfwizard.screens.page import Page  # noqa: E402
from pfwizard.screens.places import Places  # noqa: E402
from pfwizard.screens.welcome import Welcome  # noqa: E402
from pfwizard.screens.widgets.scroll_bar import use_whole_cells  # noqa: E402
from pfwizard.wizard.outcome import Outcome  # noqa: E402
from pfwizard.wizard.session import Session  # noqa: E402

ALWAYS = ("f10", "ctrl+c")
"""Keys that work on a terminal of any size."""


class Wizard(OneByOne[Outcome], inherit_bindings=False):
    """The wizard on a whole screen."""

    TITLE = "pfwizard"
    CSS_PATH = "wizard.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Places}
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-tiny"),
        (60, "-narrow"),
        (80, "-normal"),
        (120, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-low"), (24, "-tall")]  # noqa: RUF012

    def __init__(self, session: Session, *, ascii_only: bool) -> None:
        super().__init__()
        self.theme = THEME
        use_whole_cells()
        take_any_byte()
        self.session = session
        self._is_turning = False
        self.set_class(ascii_only, "-ascii")

    def on_mount(self) -> None:
        self.push_screen(Welcome(self.session))
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
                loop.add_signal_handler(number, self._end_by_signal, number)
            loop.add_signal_handler(signal.SIGHUP, self._end_with_the_line)
        self.run_worker(self._walk(), name="walk")

    async def _walk(self) -> None:
        page: Page | None = self.current_page
        while page is not None:
            going = await page.ended()
            # The other pages are imported when the first has long been seen.
            from pfwizard.screens.flow import page_after

            page = page_after(self.session, page, going)
            if page is not None:
                self.session.keep_draft()
                await self._turn_to(page)
        self.exit(self.session.outcome)

    async def _turn_to(self, page: Page) -> None:
        """Show another page when it has taken its place: Textual paints every step of that."""
        self._is_turning = True
        with self.batch_update():
            await self.switch_screen(page)
        self._is_turning = False
        self.screen.refresh()
        self._await_screen(self.screen)

    @property
    def current_page(self) -> Page:
        """The page on the screen, also where a dialog lies upon it."""
        return next(screen for screen in self.screen_stack if isinstance(screen, Page))

    @property
    def takes_keys(self) -> bool:
        return super().takes_keys and not self._is_turning and not self.current_page.is_over

    def ignores(self, event: InputEvent) -> bool:
        """Behind the notice that the terminal is too small, nothing is done blindly."""
        is_seen = self.screen is not self.current_page or not self.current_page.is_hidden_by_notice
        return not is_seen and not (isinstance(event, Key) and event.key in ALWAYS)

    def action_command_palette(self) -> None:
        """As Textual has it, but for an ellipsis that an ASCII terminal cannot show."""
        if self.screen is self.current_page:
            self.push_screen(CommandPalette(id="--command-palette", placeholder="Search"))

    def _end_by_signal(self, number: signal.Signals) -> None:
        """The terminal is put right first; an engine at work goes on without us."""
        self._cut_off()
        outcome = self.session.outcome
        if outcome.error is None:
            words = f"The wizard was asked to end ({number.name}). {outcome.words}"
            outcome = replace(outcome, words=words)
        self.exit(outcome)

    def _end_with_the_line(self) -> None:
        """There is no terminal any more: keep what was typed, and end as SIGHUP ends a program."""
        self._cut_off()
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGHUP)

    def _cut_off(self) -> None:
        """Keep what stands in the fields, too."""
        self.current_page.before_leaving()
        self.session.cut_off()

    def panic(self, *renderables: RenderableType) -> None:
        """The keyboard cannot be read any more, as when the line was lost: keep what was typed.

        Whoever leads the session, such as a shell, is hung up first, and we only after it.
        """
        self._cut_off()
        self.exit(self.session.outcome)

    def _fatal_error(self) -> None:
        """End without the page full of local variables that Textual would show.

        Answers, passphrases and keys are among them.
        """
        error = sys.exc_info()[1] or self._exception
        self.session.keep_draft()
        if error is not None:
            found = defect(error)
            before = self.session.outcome
            self._return_value = replace(before, error=found)
        self._close_messages_no_wait()


def run_screens(session: Session, *, ascii_only: bool, mouse: bool) -> Outcome:
    """Run the wizard on this terminal; returns how the walk ended.

    Without ``mouse`` the terminal keeps it, and its copy and paste work.
    """
    wizard = Wizard(session, ascii_only=ascii_only)
    try:
        outcome = wizard.run(mouse=mouse)
    finally:
        session.ca_passphrase = session.login = None
    return session.outcome if outcome is None else outcome

"""The application: terminal, keys, colours, and how it ends."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import ClassVar

# Read by Textual when it is imported. Whether the line is slow cannot be seen: sudo hides SSH's
# variables.
for name, value in {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    "TEXTUAL_FPS": "15",
}.items():
    os.environ.setdefault(name, value)
if not os.environ.get("NO_COLOR"):
    os.environ.pop("NO_COLOR", None)  # an empty one means nothing (no-color.org)

from textual.app import App  # noqa: E402
from textual.binding import BindingType  # noqa: E402
from textual.command import Provider  # noqa: E402

from pfwizard.errors import ExitStatus, defect  # noqa: E402
from pfwizard.screens.flow import walk  # noqa: E402
from pfwizard.screens.page import Page  # noqa: E402
from pfwizard.screens.places import Places  # noqa: E402
from pfwizard.screens.results import Going  # noqa: E402
from pfwizard.screens.widgets.scroll_bar import use_whole_cells  # noqa: E402
from pfwizard.wizard.outcome import Outcome  # noqa: E402
from pfwizard.wizard.session import Session  # noqa: E402

THEME = "ansi-dark"
"""The terminal's own colours on its own background: few bytes, and right on every terminal."""


class Wizard(App[Outcome], inherit_bindings=False):
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
        super().__init__(ansi_color=True)
        use_whole_cells()
        self.session = session
        self.theme = THEME
        self.set_class(ascii_only, "-ascii")

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        if not self.is_headless:
            loop.add_signal_handler(signal.SIGTERM, self._end_by_signal)
        self.run_worker(self._walk(), name="walk")

    async def _walk(self) -> None:
        self.exit(await walk(self.session, self._show))

    async def _show(self, page: Page) -> Going:
        return await self.push_screen_wait(page)

    def _end_by_signal(self) -> None:
        """The terminal is put right first; an engine at work goes on without us."""
        self.exit(Outcome(ExitStatus.FAILED, "The wizard was asked to end (SIGTERM)."))

    def _fatal_error(self) -> None:
        """End without the page full of local variables that Textual would show.

        Answers, passphrases and keys are among them.
        """
        error = sys.exc_info()[1] or self._exception
        if error is not None:
            found = defect(error)
            self._return_value = Outcome(found.exit_status, error=found)
        self._close_messages_no_wait()


def run_screens(session: Session, *, ascii_only: bool, mouse: bool) -> Outcome:
    """Run the wizard on this terminal; returns how the walk ended.

    Without ``mouse`` the terminal keeps it, and its copy and paste work.
    """
    wizard = Wizard(session, ascii_only=ascii_only)
    outcome = wizard.run(mouse=mouse)
    return session.outcome if outcome is None else outcome

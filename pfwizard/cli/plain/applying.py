"""Applying a plan line by line, and deciding about it while it is on probation."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pfwizard.cli.interruption import Interruption
from pfwizard.cli.plain.lines import Left, Lines
from pfwizard.errors import PfwizardError
from pfwizard.wizard.session import BY_HAND, Session

if TYPE_CHECKING:
    from pfwizard.apply.process.events import OnProbationNow
    from pfwizard.engine import Application, Planned

IF_THE_LINE_DROPS = (
    "If this connection drops, the change is taken back by itself, unless you log in again in "
    "time and keep it: pfwizard confirm."
)


def apply(lines: Lines, session: Session, planned: "Planned", interruption: Interruption) -> bool:
    """Carry the plan out; whether it is in place, and stays. Raises nothing: errors are said."""
    watched = _Watched(lines, session)
    application = session.application(planned, watched.step, watched.on_probation)
    watched.application = application
    try:
        with interruption.passed_on(application.stop, detaches=True):
            transaction = application.carry_out()
    except PfwizardError as error:
        session.failed(error)
        lines.say(f"Error: {error}")
        return False
    session.applied(planned, transaction)
    lines.say(f"Done: the change stays, as transaction {transaction}.")
    return True


@dataclass
class _Watched:
    """What is said while an engine works."""

    lines: Lines
    session: Session
    application: "Application | None" = None
    _began: float = field(default=0.0)
    _words: str = ""

    def step(self, words: str) -> None:
        self._finish_step()
        self._words, self._began = words, time.monotonic()
        self.lines.say(f"{words} ...")

    def _finish_step(self) -> None:
        if self._words:
            self.lines.say(f"{self._words}: {time.monotonic() - self._began:.1f} s")
        self._words = ""

    def on_probation(self, event: "OnProbationNow") -> None:
        self._finish_step()
        self.lines.say(
            f"\nThe change is live, on probation for {event.seconds:.0f} s. Try it now: send and "
            f"fetch mail, log in.\n{IF_THE_LINE_DROPS}"
        )
        threading.Thread(target=self._decide, daemon=True).start()

    def _decide(self) -> None:
        """In a thread, because the probation may end while nobody answers."""
        try:
            word = self.lines.choose("What now?", ("keep", "rollback"))
        except Left:
            return  # nobody answers: it is taken back by itself
        if word == "rollback":
            if self.application is not None:
                self.application.stop(BY_HAND)
            return
        with suppress(PfwizardError):  # too late: how it ended is told by whoever follows it
            self.session.keep()

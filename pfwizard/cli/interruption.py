"""Signals that ask a run to end: those of the terminal and of whoever manages processes."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pfwizard.errors import Failed

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Interruption:
    """A signal takes the same way out as a failure; a second one does not disturb that.

    While files are being changed it has to wait for the next step, where what was done so far is
    known and can be undone. One that the caller ignores, as nohup(1) does, stays ignored.
    """

    def __init__(self) -> None:
        self._has_to_wait = False
        self._waiting: Failed | None = None

    def listen(self) -> None:
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrives)

    def listen_no_more(self) -> None:
        """From here on nothing needs undoing, and a signal simply ends the process."""
        for number in SIGNALS:
            if signal.getsignal(number) == self._arrives:
                signal.signal(number, signal.SIG_DFL)

    @contextmanager
    def waiting_for_steps(self) -> Iterator[None]:
        """While this lasts, a signal ends the run in ``at_step`` only, and afterwards not at all:
        what is left to do is to say how it ended.
        """
        self._has_to_wait = True
        yield

    def at_step(self) -> None:
        """Raise Failed for a signal that waits, unless a failure is being dealt with already."""
        is_putting_back = sys.exc_info()[1] is not None
        if self._waiting is not None and not is_putting_back:
            raise self._waiting

    def _arrives(self, number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            if signal.getsignal(each) == self._arrives:
                signal.signal(each, signal.SIG_IGN)
        interrupted = Failed(
            f"interrupted by {signal.Signals(number).name}", "Start it again when you are ready."
        )
        if not self._has_to_wait:
            raise interrupted
        self._waiting = interrupted

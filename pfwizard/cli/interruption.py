"""Signals that ask a run to end: those of the terminal and of whoever manages processes."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from pfwizard.errors import Failed

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

Handler = Callable[[int, FrameType | None], object]


class CutOff(BaseException):
    """A dialogue is to end, and nobody can be asked. No error, so that no ``except`` ends it."""


class Interrupted(BaseException):
    """A signal ends the run. No error either: what passes over failures does not pass over it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words

    @property
    def failure(self) -> Failed:
        """What the operator is told."""
        return Failed(self._words, "Start it again when you are ready.")


class Interruption:
    """A signal takes the same way out as a failure; a second one does not disturb that.

    While an engine is at work it is told to stop, and what it has done by then is taken back
    before the run ends. A signal that the caller ignores, as nohup(1) does, stays ignored.
    """

    def __init__(self) -> None:
        self._waiting: str | None = None
        self._stop: Callable[[str], None] | None = None
        self._detaches = False
        self._arrived: int | None = None

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
    def passed_on(self, stop: Callable[[str], None], *, detaches: bool) -> Iterator[None]:
        """While this lasts, a signal asks the engine to stop, and afterwards it does nothing.

        With ``detaches``, the loss of the terminal ends this process alone: whether the change
        stays is then for the probation to decide.
        """
        self._stop, self._detaches = stop, detaches
        yield

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """While this lasts, a signal waits: a change is being ended, which must not stop half-way.

        Afterwards the run goes on as if it had come then, should it still have anything to do.
        """
        self._stop = self._wait_for_the_end
        yield
        self._stop = None

    def in_dialogue(self) -> AbstractContextManager[None]:
        """While this lasts, Ctrl-C raises KeyboardInterrupt, and any other signal CutOff."""
        return _handled_by(_raise)

    @contextmanager
    def at_work(self, stop: Callable[[str], None]) -> Iterator[None]:
        """In a dialogue: ``passed_on``, after which only Ctrl-C lets the dialogue go on."""
        self._arrived = None
        with _handled_by(self._arrives), self.passed_on(stop, detaches=True):
            yield
        if self._arrived is not None and self._arrived != signal.SIGINT:
            raise CutOff

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """In a dialogue: while this lasts, a signal waits, and afterwards it comes."""
        waiting: list[int] = []
        try:
            with _handled_by(lambda number, frame: waiting.append(number)):
                yield
        finally:
            for number in waiting[:1]:
                signal.raise_signal(number)

    def _wait_for_the_end(self, words: str) -> None:
        self._waiting = words

    def raise_what_waits(self) -> None:
        """Raise Interrupted for a signal that was held back."""
        if self._waiting is not None:
            raise Interrupted(self._waiting)

    def _arrives(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP and self._detaches:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self._arrived = number
        for each in SIGNALS:
            if signal.getsignal(each) == self._arrives:
                signal.signal(each, signal.SIG_IGN)
        words = f"interrupted by {signal.Signals(number).name}"
        if self._stop is None:
            raise Interrupted(words)
        self._stop(words)


@contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    before = {
        number: signal.signal(number, handler)
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _raise(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else CutOff

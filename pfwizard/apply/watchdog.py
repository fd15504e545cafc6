"""The watchdog: a process that outlives the engine and the terminal, and takes the change back.

It is there before the first file is changed, and ends when the transaction has. The engine holds
the other end of its standard input, so that the kernel tells it when the engine is gone.
"""

import os
import select
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pfwizard.apply import child
from pfwizard.apply.alarm import tell_everybody
from pfwizard.apply.ending import Ending
from pfwizard.apply.journal import Journal, Stage, StateDirectory
from pfwizard.apply.lock import locked
from pfwizard.apply.mail_system import mail_system_of
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.recovery import recover, waits_for_confirmation
from pfwizard.errors import Busy, Failed, NeedsHuman, PfwizardError

APPLYING_LIMIT = 600.0
"""Seconds. Each of the engine's steps is bounded; one that is not over by now never will be."""

GRACE = 3.0
"""Seconds that the engine has to do by itself what is due."""

PAUSE = 0.1
"""Seconds between two looks."""

RETRY = 5.0
"""Seconds until what was refused, for want of disk space say, is tried again."""

ATTEMPTS = 60

READY = b"ready\n"


def start_watchdog(state_directory: Path, transaction: TransactionId) -> int:
    """Start one, and return when it is on watch.

    Returns the descriptor that is to be kept open for as long as this process is to be trusted
    with the transaction. Raises Failed when it does not start.
    """
    its_input, ours = os.pipe()
    answer, its_output = os.pipe()
    arguments = [str(state_directory), transaction, str(os.getpid())]
    try:
        child.start(child.command(__name__, arguments), stdin=its_input, stdout=its_output)
    finally:
        os.close(its_input)
        os.close(its_output)
    with os.fdopen(answer, "rb") as said:
        if said.readline() != READY:
            os.close(ours)
            raise Failed("the watchdog did not start", "Nothing was changed. Try it again.")
    return ours


def main(arguments: list[str]) -> int:
    """The watchdog's own process."""
    state_directory, transaction, engine = arguments
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.umask(0o077)
    ending = Ending(
        StateDirectory(Path(state_directory)),
        lambda instance: mail_system_of(instance, lambda words: None),
    )
    os.write(1, READY)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    Watchdog(ending, TransactionId(transaction), int(engine)).watch()
    return 0


@dataclass
class Watchdog:
    """Watches one transaction; ``engine`` is the process that works on it."""

    ending: Ending
    transaction: TransactionId
    engine: int
    engine_is_gone: bool = False

    def watch(self) -> None:
        """Returns when the transaction is over, by whomever."""
        limit = time.monotonic() + APPLYING_LIMIT
        while self._is_under_way():
            self._look_after_engine()
            if self._is_due(is_too_long=time.monotonic() > limit) and not self._end_it():
                return

    def _look_after_engine(self) -> None:
        if self.engine_is_gone:
            time.sleep(PAUSE)
            return
        readable, _, _ = select.select([0], [], [], PAUSE)
        self.engine_is_gone = bool(readable) and os.read(0, 1) == b""

    def _journal(self) -> Journal | None:
        for journal in (self.ending.state.hot, self.ending.state.done):
            with suppress(NeedsHuman):
                if journal is not None and journal.manifest.transaction == self.transaction:
                    return journal
        return None

    def _is_under_way(self) -> bool:
        return self._journal() is not None

    def _is_due(self, *, is_too_long: bool) -> bool:
        """Whether it is for us to act: the engine is gone, or cannot act any more."""
        journal = self._journal()
        if journal is None:
            return False
        state = journal.state()
        if waits_for_confirmation(state):
            return False
        if state.stage is Stage.ON_PROBATION:
            return True
        return self.engine_is_gone or is_too_long

    def _end_it(self) -> bool:
        """Take the change back, or tidy up after it; false when only a person can go on."""
        for _ in range(ATTEMPTS):
            try:
                self._recover()
                return True
            except Busy:
                return True  # on probation after all, or somebody else is at it: look again
            except NeedsHuman as trouble:
                self._tell(f"{trouble.message}. {trouble.remedy}")
                return False
            except (OSError, PfwizardError):
                time.sleep(RETRY)
        self._tell(f"transaction {self.transaction} could not be taken back: run pfwizard recover")
        return False

    def _recover(self) -> None:
        try:
            with locked(self.ending.state.path, GRACE):
                self._recover_with_lock()
        except Busy:
            if self.engine_is_gone or not self._is_due(is_too_long=True):
                raise
            with suppress(ProcessLookupError):
                os.kill(self.engine, signal.SIGKILL)  # stopped, or stuck: it must not go on later
            with locked(self.ending.state.path, GRACE):
                self._recover_with_lock()

    def _recover_with_lock(self) -> None:
        if self._is_under_way() and self._is_due(is_too_long=True):
            journal = self.ending.state.hot
            manifest = None if journal is None else journal.manifest
            recover(self.ending, lambda words: None)
            if manifest is not None and manifest.instance.root == Path("/"):
                result = self._result()
                tell_everybody(f"transaction {self.transaction} was {result}")

    def _result(self) -> str:
        for journal in self.ending.state.history():
            if journal.directory.name == self.transaction:
                return journal.result()
        return "ended"

    def _tell(self, words: str) -> None:
        journal = self._journal()
        with suppress(PfwizardError):
            if journal is not None and journal.manifest.instance.root != Path("/"):
                return
        tell_everybody(words)

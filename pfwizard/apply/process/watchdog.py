"""The watchdog: a process that outlives the engine and the terminal, and takes the change back.

It is there before the first file is changed, and ends when the transaction has. The engine holds
the other end of its standard input, so that the kernel tells it when the engine is gone.
"""

import os
import select
import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from pfwizard.apply.ending import Ending
from pfwizard.apply.guard import guarding
from pfwizard.apply.journal import Journal, MissingImage, Stage, StateDirectory
from pfwizard.apply.live.mail_system import mail_system_of
from pfwizard.apply.manifest import DamagedManifest, TransactionId
from pfwizard.apply.process import child
from pfwizard.apply.process.alarm import tell_everybody
from pfwizard.apply.recovery import recover, waits_for_confirmation
from pfwizard.apply.undo import Conflict
from pfwizard.errors import Busy, Failed

APPLYING_LIMIT = 600.0
"""Seconds. Each of the engine's steps is bounded; one that is not over by now never will be."""

GRACE = 3.0
"""Seconds that the engine has to do by itself what is due."""

PAUSE = 0.1
"""Seconds between two looks."""

RETRY = 5.0
"""Seconds until what was refused, for want of disk space say, is tried again."""

LONGEST_PAUSE = 300.0
"""Seconds between two attempts that were refused; there is no last one."""

STARTING_LIMIT = 30.0
"""Seconds for a Python to start."""

FOR_A_PERSON = (
    "could not be taken back: somebody has edited the same lines, or its record cannot be read. "
    "Run pfwizard recover, which says more."
)
"""Without the lines: this is shown to everybody."""

READY = b"ready\n"


def start_watchdog(state_directory: Path, root: Path, transaction: TransactionId) -> int:
    """Start one, and return when it is on watch.

    Returns the descriptor that is to be kept open for as long as this process is to be trusted
    with the transaction. Raises Failed when it does not start.
    """
    its_input, ours = os.pipe()
    answer, its_output = os.pipe()
    arguments = [str(state_directory), str(root), transaction, str(os.getpid())]
    try:
        child.start(child.command(__name__, arguments), stdin=its_input, stdout=its_output)
    finally:
        os.close(its_input)
        os.close(its_output)
    with os.fdopen(answer, "rb") as said:
        is_there, _, _ = select.select([said], [], [], STARTING_LIMIT)
        if not is_there or said.readline() != READY:
            os.close(ours)
            raise Failed("the watchdog did not start", "Nothing was changed. Try it again.")
    return ours


def main(arguments: list[str]) -> int:
    """The watchdog's own process."""
    state_directory, root, transaction, engine = arguments
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.umask(0o077)
    ending = Ending(
        StateDirectory(Path(state_directory)),
        Path(root),
        lambda instance: mail_system_of(instance, lambda words: None),
    )
    watchdog = Watchdog(ending, TransactionId(transaction), os.pidfd_open(int(engine)))
    with guarding(ending.state.path):
        os.write(1, READY)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        watchdog.watch()
    return 0


@dataclass
class Watchdog:
    """Watches one transaction; ``engine`` is a descriptor of the process that works on it."""

    ending: Ending
    transaction: TransactionId
    engine: int
    engine_is_gone: bool = False

    def watch(self) -> None:
        """Returns when the transaction is over, by whomever."""
        limit = time.monotonic() + APPLYING_LIMIT
        while self._is_under_way():
            self._look_after_engine(PAUSE)
            if self._waits():
                limit = time.monotonic() + APPLYING_LIMIT
                continue
            is_due = self._is_due() or time.monotonic() > limit
            if is_due and not self._end_it():
                return

    def _look_after_engine(self, seconds: float) -> None:
        """Its end of our standard input is closed when it is gone."""
        if self.engine_is_gone:
            time.sleep(seconds)
            return
        readable, _, _ = select.select([0], [], [], seconds)
        self.engine_is_gone = bool(readable) and os.read(0, 1) == b""

    def _journal(self) -> Journal | None:
        """The transaction's; one that cannot be read just now is taken for it."""
        for journal in (self.ending.state.hot, self.ending.state.done):
            if journal is not None and journal.is_of(self.transaction):
                return journal
        return None

    def _is_under_way(self) -> bool:
        return self._journal() is not None

    def _waits(self) -> bool:
        journal = self._journal()
        return journal is not None and waits_for_confirmation(journal.state())

    def _is_due(self) -> bool:
        """Whether it is for us to act: the engine is gone, or has let its time pass."""
        journal = self._journal()
        if journal is None:
            return False
        return self.engine_is_gone or journal.state().stage is Stage.ON_PROBATION

    def _end_it(self) -> bool:
        """Take the change back, or tidy up after it; false when only a person can go on."""
        pause = RETRY
        while True:
            try:
                self._recover()
                return True
            except Busy:
                return True  # on probation after all, or somebody else is at it: look again
            except (Conflict, DamagedManifest, MissingImage):
                self._tell(f"transaction {self.transaction} {FOR_A_PERSON}")
                return False
            except Exception as error:
                if pause == RETRY:
                    self._tell(
                        f"transaction {self.transaction} cannot be taken back yet, and this is "
                        f"tried again and again: {type(error).__name__}"
                    )
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _recover(self) -> None:
        with ExitStack() as held:
            self._take_lock(held)
            if self._is_under_way() and not self._waits():
                self._recover_with_lock()

    def _take_lock(self, held: ExitStack) -> None:
        """An engine that is stopped, or stuck, must not go on later: then it is killed."""
        try:
            held.enter_context(self.ending.state.held(GRACE))
        except Busy:
            self._look_after_engine(0)
            if self.engine_is_gone:
                raise
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.engine, signal.SIGKILL)
            held.enter_context(self.ending.state.held(GRACE))

    def _recover_with_lock(self) -> None:
        was_complete = self.ending.state.done is not None
        recover(self.ending, lambda words: None)
        if not was_complete:
            self._tell(f"transaction {self.transaction} was {self._result()}")

    def _result(self) -> str:
        filed = self.ending.state.filed(self.transaction)
        return "ended" if filed is None else filed.result()

    def _tell(self, words: str) -> None:
        if self.ending.root == Path("/"):
            tell_everybody(words)

"""The engine's own process: it applies one plan, and then guards the probation.

It has a session of its own, so that no terminal takes it along, and tells whoever watches what it
does. When nobody watches any more it goes on all the same.
"""

import os
import resource
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from pfwizard.apply.ending import Ending
from pfwizard.apply.journal import StateDirectory
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.live.mail_system import MailSystem, mail_system_of
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.probation import Probation
from pfwizard.apply.process.boot_recovery import is_recovered_at_boot
from pfwizard.apply.process.events import (
    Ended,
    Event,
    OnProbationNow,
    Order,
    Published,
    StepStarted,
    Stop,
)
from pfwizard.apply.process.timer import set_timer
from pfwizard.apply.process.watchdog import start_watchdog
from pfwizard.apply.transaction import RolledBack, Transaction, told
from pfwizard.errors import Failed, PfwizardError, defect


def main(arguments: list[str]) -> int:
    """Standard input is one end of a socket; the order comes through it, events go back."""
    os.umask(0o077)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # there are keys in this memory
    connection = Connection(os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    EngineProcess(connection, connection.recv()).run()
    return 0


class Interrupted(Failed):
    """Somebody asked for the run to be stopped."""


class EngineProcess:
    """One order, and the connection to whoever gave it."""

    def __init__(self, connection: Connection, order: Order) -> None:
        self._connection: Connection | None = connection
        self._order = order
        self._asked_to_stop: str | None = None
        self._watch: int | None = None
        self._state = StateDirectory(Path(order.state_directory))
        self._ending = Ending(self._state, order.instance.root, self._mail_system)

    def run(self) -> None:
        """Carry the order out, and tell how it ended."""
        self._listen_to_signals()
        transaction = None
        try:
            applied = self._transaction().apply(self._order.plan)
            transaction = applied.transaction
            for old in applied.kept:
                words = f"Somebody wrote into the old file meanwhile; it is kept as {old}"
                self._tell(StepStarted(words))
            if applied.deadline is not None and self._order.probation is not None:
                self._guard(applied.transaction, self._order.probation)
            self._tell(Ended(transaction))
        except PfwizardError as error:
            self._tell(Ended(transaction, error))
        except Exception as error:
            self._tell(Ended(transaction, defect(error)))

    def _transaction(self) -> Transaction:
        order = self._order
        return Transaction(
            ending=self._ending,
            instance=order.instance,
            now=datetime.now(UTC),
            announce=self._announce,
            set_watch=self._set_watch,
            probation=order.probation,
            undoes=order.undoes,
            rehearsal=order.rehearsal,
        )

    def _mail_system(self, instance: Instance) -> MailSystem:
        return mail_system_of(instance, self._announce)

    def _set_watch(self) -> None:
        journal = self._state.hot
        if journal is None:
            raise Failed("the journal is gone", "Somebody has removed it. Nothing was changed.")
        transaction = journal.manifest.transaction
        self._watch = start_watchdog(self._state.path, self._order.instance.root, transaction)
        self._tell(Published(transaction))

    # On probation

    def _guard(self, transaction: TransactionId, seconds: float) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # the watchdog is there
        set_timer(self._order.instance, self._state.path, transaction, seconds)
        at_boot = is_recovered_at_boot(self._order.instance.root, self._state.path)
        self._tell(OnProbationNow(transaction, seconds, at_boot))
        probation = Probation(self._ending, self._announce_while_waiting)
        try:
            probation.wait(transaction, self._refuse_when_stopped)
        except Interrupted as interruption:
            if probation.end_now(transaction, interruption.message):
                raise told(
                    RolledBack(
                        f"{interruption.message}. The old configuration is back in place",
                        interruption.remedy,
                    ),
                    transaction,
                ) from interruption
            probation.wait(transaction, lambda: None)

    def _announce_while_waiting(self, words: str) -> None:
        self._tell(StepStarted(words))

    # Talking

    def _announce(self, words: str) -> None:
        """A step begins, and a good moment to stop, unless something is being put back."""
        is_putting_back = sys.exc_info()[1] is not None
        if not is_putting_back:
            self._refuse_when_stopped()
        self._tell(StepStarted(words))

    def _refuse_when_stopped(self) -> None:
        self._hear()
        if self._asked_to_stop is not None:
            raise Interrupted(self._asked_to_stop, "Start it again when you are ready.")

    def _hear(self) -> None:
        with suppress(EOFError, OSError):
            while self._connection is not None and self._connection.poll():
                message = self._connection.recv()
                if isinstance(message, Stop):
                    self._asked_to_stop = message.why
            return
        self._connection = None

    def _tell(self, event: Event) -> None:
        """That nobody listens any more is no reason to stop."""
        with suppress(OSError):
            if self._connection is not None:
                self._connection.send(event)

    # Signals to this very process

    def _listen_to_signals(self) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop = f"interrupted by {signal.Signals(number).name}"

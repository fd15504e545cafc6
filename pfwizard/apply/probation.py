"""A change on probation: it stays when it is confirmed in time, and is taken back when it is not.

Everything that decides is in the journal and under the lock, so that it does not matter who waits:
the run itself, its watchdog, both, or a timer of systemd. Exactly one of them, or whoever confirms,
ends the probation, and the others find that it is over.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pfwizard.apply.ending import APPLIED, CONFIRMED, ROLLED_BACK, Ending
from pfwizard.apply.journal import Stage
from pfwizard.apply.lock import locked
from pfwizard.apply.manifest import Manifest, TransactionId
from pfwizard.apply.postfix_locks import editing_if_possible
from pfwizard.apply.recovery import OnProbation, recover, waits_for_confirmation
from pfwizard.apply.transaction import RolledBack, told
from pfwizard.errors import Failed, NeedsHuman, PfwizardError

PAUSE = 0.1
"""Seconds between two looks at the journal."""

PATIENCE = 60.0
"""Seconds to wait for whoever is ending the same transaction just now."""


@dataclass(frozen=True)
class Probation:
    """The probation of the transaction that is under way, if any."""

    ending: Ending
    announce: Callable[[str], None]

    def confirm(self) -> Manifest:
        """Keep the change; returns its manifest.

        Raises RolledBack when it was too late, Failed when nothing waits for a confirmation.
        """
        state_directory = self.ending.state
        self._refuse_without_state()
        with locked(state_directory.path, PATIENCE):
            journal = state_directory.hot
            if journal is None:
                raise self._nothing_waits()
            manifest = journal.manifest
            if waits_for_confirmation(journal.state()):
                for kept in self.ending.complete(journal, CONFIRMED):
                    self.announce(f"Somebody wrote into the old file meanwhile; it is {kept}")
                return manifest
            is_too_late = journal.state().stage is Stage.ON_PROBATION
            recover(self.ending, self.announce)
            late = "came too late" if is_too_late else "is not possible: its run was killed"
            raise told(
                RolledBack(
                    f"the confirmation of transaction {manifest.transaction} {late}. The old "
                    "configuration is back in place",
                    "Run it again, with more seconds for --confirm if you need them.",
                ),
                manifest.transaction,
            )

    def end_now(self, why: str) -> Manifest | None:
        """Take the change back before its time; None when nothing is on probation any more."""
        self._refuse_without_state()
        with locked(self.ending.state.path, PATIENCE):
            journal = self.ending.state.hot
            if journal is None or journal.state().stage is not Stage.ON_PROBATION:
                return None
            manifest = journal.manifest
            with editing_if_possible(manifest.instance):
                self.ending.take_back(journal, why)
            return manifest

    def wait(self, transaction: TransactionId, at_each_look: Callable[[], None]) -> None:
        """Wait until the transaction is over, and take it back when its time has come.

        ``at_each_look`` is called every now and then, and may raise. Raises RolledBack when it
        was taken back, by whomever, and what taking back raises.
        """
        while self._is_under_way(transaction):
            at_each_look()
            if not self._may_still_be_confirmed():
                self._take_back_what_is_overdue()
            time.sleep(PAUSE)
        result = self.result_of(transaction)
        if not result.startswith(APPLIED):
            why = result.removeprefix(f"{ROLLED_BACK}: ") or "it was taken back"
            raise told(
                RolledBack(
                    f"transaction {transaction} was taken back: {why}",
                    "The old configuration is back in place.",
                ),
                transaction,
            )

    def result_of(self, transaction: TransactionId) -> str:
        """How a transaction ended; empty for one that the history does not know."""
        for journal in self.ending.state.history():
            if journal.directory.name == transaction:
                return journal.result()
        return ""

    def _is_under_way(self, transaction: TransactionId) -> bool:
        """Whether the journal, or what is still to be tidied up, is this transaction's."""
        for journal in (self.ending.state.hot, self.ending.state.done):
            try:
                if journal is not None and journal.manifest.transaction == transaction:
                    return True
            except NeedsHuman:
                if journal is not None and journal.directory.exists():
                    raise
        return False

    def _may_still_be_confirmed(self) -> bool:
        journal = self.ending.state.hot
        return journal is not None and waits_for_confirmation(journal.state())

    def _take_back_what_is_overdue(self) -> None:
        try:
            with locked(self.ending.state.path, PATIENCE):
                recover(self.ending, self.announce)
        except OnProbation:
            return  # another one by now

    def _refuse_without_state(self) -> None:
        if not self.ending.state.path.is_dir():
            raise self._nothing_waits()

    def _nothing_waits(self) -> PfwizardError:
        history = self.ending.state.history()
        last = f" The last one, {history[-1].directory.name}, was " if history else ""
        return Failed(
            f"no change waits for a confirmation.{last}{history[-1].result() if history else ''}",
            "pfwizard history lists what was done.",
        )

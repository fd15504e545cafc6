"""A change on probation: it stays when it is confirmed in time, and is taken back when it is not.

Everything that decides is in the journal and under the lock, so that it does not matter who waits:
the run itself, its watchdog, both, or a timer of systemd. Exactly one of them, or whoever confirms,
ends the probation, and the others find that it is over.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pfwizard.apply.ending import APPLIED, CONFIRMED, NOT_REVIVED, ROLLED_BACK, Ending, not_revived
from pfwizard.apply.guard import guarding
from pfwizard.apply.journal import Stage
from pfwizard.apply.manifest import Manifest, TransactionId
from pfwizard.apply.recovery import recover, waits_for_confirmation
from pfwizard.apply.transaction import RolledBack, told
from pfwizard.errors import Busy, Failed, NeedsHuman, PfwizardError

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
        with state_directory.held(PATIENCE):
            journal = state_directory.hot
            if journal is None:
                raise self._nothing_waits()
            manifest = journal.manifest
            state = journal.state()
            if waits_for_confirmation(state):
                for kept in self.ending.complete(journal, CONFIRMED):
                    self.announce(f"Somebody wrote into the old file meanwhile; it is {kept}")
                return manifest
            recover(self.ending, self.announce)
            is_too_late = state.stage is Stage.ON_PROBATION
            late = "came too late" if is_too_late else "is not possible: it was being taken back"
            raise told(
                RolledBack(
                    f"the confirmation of transaction {manifest.transaction} {late}. The old "
                    "configuration is back in place",
                    "Run it again, with more seconds for --confirm if you need them.",
                ),
                manifest.transaction,
            )

    def end_now(self, transaction: TransactionId, why: str) -> bool:
        """Take this change back before its time; false when it is not on probation any more."""
        with self.ending.state.held(PATIENCE):
            journal = self.ending.state.hot
            if journal is None or journal.manifest.transaction != transaction:
                return False
            if journal.state().stage is not Stage.ON_PROBATION:
                return False
            self.ending.take_back(journal, why)
            return True

    def wait(self, transaction: TransactionId, at_each_look: Callable[[], None]) -> None:
        """Wait until the transaction is over, and take it back when its time has come.

        ``at_each_look`` is called every now and then, and may raise. Raises RolledBack when it
        was taken back, by whomever, NeedsHuman when Postfix does not work with the old files, and
        what taking back raises.
        """
        with guarding(self.ending.state.path):
            while self._is_under_way(transaction):
                at_each_look()
                if not self._may_still_be_confirmed():
                    self._take_back_what_is_overdue()
                time.sleep(PAUSE)
        self.raise_unless_applied(transaction)

    def raise_unless_applied(self, transaction: TransactionId) -> None:
        """Say how a transaction ended that is over, unless it is in place."""
        result = self.result_of(transaction)
        if result.startswith(APPLIED):
            return
        if not result:
            raise told(
                NeedsHuman(
                    f"transaction {transaction} is not in the history: somebody has set it aside",
                    "The configuration is as it was then. pfwizard history lists what was done.",
                ),
                transaction,
            )
        if NOT_REVIVED in result:
            raise told(not_revived(result), transaction)
        why = result.removeprefix(f"{ROLLED_BACK}: ")
        raise told(
            RolledBack(
                f"transaction {transaction} was taken back: {why}",
                "The old configuration is back in place.",
            ),
            transaction,
        )

    def result_of(self, transaction: TransactionId) -> str:
        """How a transaction ended; empty for one that is not known.

        Without the lock it may move on between two looks, so they go the way that it goes.
        """
        done = self.ending.state.done
        result = done.result() if done is not None and done.is_of(transaction) else ""
        if result:
            return result
        filed = self.ending.state.filed(transaction)
        return "" if filed is None else filed.result()

    def _is_under_way(self, transaction: TransactionId) -> bool:
        """Whether the journal is this transaction's, or cannot be read just now."""
        hot = self.ending.state.hot
        return hot is not None and hot.is_of(transaction)

    def _may_still_be_confirmed(self) -> bool:
        journal = self.ending.state.hot
        return journal is not None and waits_for_confirmation(journal.state())

    def _take_back_what_is_overdue(self) -> None:
        with suppress(Busy), self.ending.state.held(PATIENCE):
            if not self._may_still_be_confirmed():
                recover(self.ending, self.announce)

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

"""The two ends of a transaction: it is taken back, or it is complete.

Both are reached from anywhere: by the run that began it, by its watchdog, or by a later run that
finds its journal. Whoever calls these holds the lock of the state directory, and Postfix's own on
the files that are changed.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pfwizard.apply.clock import boot_id
from pfwizard.apply.instance import Instance
from pfwizard.apply.journal import Journal, Stage, State, StateDirectory
from pfwizard.apply.mail_system import MailSystem
from pfwizard.apply.manifest import Manifest
from pfwizard.apply.swap import remove_old_files
from pfwizard.apply.undo import Conflict, take_back
from pfwizard.errors import Failed, NeedsHuman, PfwizardError
from pfwizard.machine.tree import Tree

APPLIED = "applied"
CONFIRMED = "applied and confirmed"
ROLLED_BACK = "rolled back"
"""How results begin; after a colon may come why."""

RETAINED = 20
"""Transactions that the history keeps."""

SECRETS_KEPT_FOR = timedelta(days=30)
"""How long the history keeps keys that were replaced or removed."""

ALWAYS_WITH_SECRETS = 3
"""The last transactions keep their keys in any case: a clock may be wrong by years."""

MailSystemOf = Callable[[Instance], MailSystem]


@dataclass(frozen=True)
class Ending:
    """What is needed to end a transaction: its state directory, and how to reach its Postfix."""

    state: StateDirectory
    mail_system_of: MailSystemOf

    def take_back(self, journal: Journal, why: str) -> Journal:
        """Bring the old configuration back, make Postfix use it, and note it in the history.

        Raises Conflict with nothing touched, NeedsHuman when the old files are back but Postfix
        could not be made to use them, Failed when a system call is refused: then the journal is
        still there, and the same can be begun again.
        """
        journal.note_taking_back(why)
        mail_system = self.mail_system_of(_as_of_now(journal.manifest))
        self._put_back(journal, mail_system)
        trouble = _trouble_with(mail_system.revive)
        filed = self.state.file_away(journal, f"{ROLLED_BACK}: {why}")
        self._expire()
        if trouble is not None:
            raise NeedsHuman(
                f"{why}. The old files are back, but Postfix could not be made to use them: "
                f"{trouble.message}",
                "Look into the mail log, then run postfix start or postfix reload.",
            ) from trouble
        return filed

    def abandon(self, journal: Journal) -> None:
        """Put everything back before anything has gone live; no running program has noticed.

        Raises as ``take_back`` does.
        """
        self._put_back(journal, self.mail_system_of(journal.manifest.instance))
        self.state.forget(journal)

    def _put_back(self, journal: Journal, mail_system: MailSystem) -> None:
        manifest = journal.manifest
        try:
            take_back(Tree(manifest.instance.root), journal)
        except Conflict as conflict:
            with suppress(OSError):
                journal.note_state(State(Stage.IN_CONFLICT, words=conflict.message))
            raise
        for join in manifest.joins:
            mail_system.leave_group(join.user, join.group)
        for leave in manifest.leaves:
            mail_system.join_group(leave.user, leave.group)

    def complete(self, journal: Journal, result: str) -> tuple[Path, ...]:
        """Commit, then remove the old files and note it in the history.

        Returns the old files that somebody has written into meanwhile, and that stay. After the
        commit point nothing is a failure any more: what is refused there, the next run does.
        """
        journal.note_result(result)
        try:
            retired = self.state.retire(journal)
        except OSError:
            if self.state.done is None:
                raise
            retired = self.state.done  # the rename was done; what failed came after it
        try:
            return self.clean_up(retired)
        except OSError:
            return ()

    def clean_up(self, retired: Journal) -> tuple[Path, ...]:
        """The part of completing after the commit point."""
        kept = remove_old_files(Tree(retired.manifest.instance.root), retired)
        self.state.file_away(retired, retired.result() or APPLIED)
        self._expire()
        return tuple(kept)

    def _expire(self) -> None:
        """Let the history forget: old transactions as a whole, and keys sooner than the rest.

        What cannot be removed now is removed another time.
        """
        with suppress(OSError):
            self._expire_what_is_old()

    def _expire_what_is_old(self) -> None:
        history = self.state.history()
        for journal in history[:-RETAINED]:
            self.state.forget(journal)
        oldest = datetime.now(UTC) - SECRETS_KEPT_FOR
        for journal in history[-RETAINED:-ALWAYS_WITH_SECRETS]:
            _expire_secrets(journal, oldest)


def _expire_secrets(journal: Journal, oldest: datetime) -> None:
    try:
        if datetime.fromisoformat(journal.manifest.time) < oldest:
            journal.drop_secrets()
    except (NeedsHuman, ValueError):
        return  # whoever looks at it is told what is wrong with it


def _trouble_with(action: Callable[[], None]) -> PfwizardError | None:
    try:
        action()
    except PfwizardError as error:
        return error
    except OSError as error:
        return Failed(f"{error.filename or 'a program'}: {error.strerror}")
    return None


def _as_of_now(manifest: Manifest) -> Instance:
    """After a restart of the machine it is not for us to start Postfix: it may come up yet."""
    if manifest.boot_id != boot_id():
        return replace(manifest.instance, was_running=False)
    return manifest.instance

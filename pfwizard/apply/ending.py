"""The two ends of a transaction: it is taken back, or it is complete.

Both are reached from anywhere: by the run that began it, by its watchdog, or by a later run that
finds its journal. Whoever calls these holds the lock of the state directory.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pfwizard.apply.clock import boot_id
from pfwizard.apply.journal import Journal, Stage, State, StateDirectory
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.live.mail_system import MailSystem
from pfwizard.apply.manifest import Daemon, Manifest
from pfwizard.apply.postfix_locks import editing_if_possible
from pfwizard.apply.swap import remove_old_files, remove_unless_used
from pfwizard.apply.undo import Conflict, take_back
from pfwizard.errors import Failed, NeedsHuman, PfwizardError
from pfwizard.machine.tree import Tree

APPLIED = "applied"
CONFIRMED = "applied and confirmed"
ROLLED_BACK = "rolled back"
"""How results begin; after a colon may come why."""

NOT_REVIVED = "The old files are back, but Postfix could not be made to use them"
"""How it goes on in a result where that is so."""

DAEMON_NOT_BACK = "A daemon that checks passwords still uses the new configuration"
"""The same of a daemon other than Postfix."""

RETAINED = 20
"""Transactions that the history keeps."""

SECRETS_KEPT_FOR = timedelta(days=30)
"""How long the history keeps keys that were replaced or removed."""

ALWAYS_WITH_SECRETS = 3
"""The last transactions keep their keys in any case: a clock may be wrong by years."""

MailSystemOf = Callable[[Instance], MailSystem]


class NotPutBack(NeedsHuman):
    """Taking back was refused on the way. It can be begun again, and goes on from where it was."""


@dataclass(frozen=True)
class Ending:
    """What is needed to end a transaction: its state directory, its tree, and its Postfix.

    The tree is the one that the operator has named. What a record says of it is not believed: an
    image brings its records along, and may be mounted elsewhere by now.
    """

    state: StateDirectory
    root: Path
    mail_system_of: MailSystemOf

    def instance_of(self, manifest: Manifest) -> Instance:
        """The instance of a transaction, in this tree."""
        return replace(manifest.instance, root=self.root)

    def take_back(self, journal: Journal, why: str) -> Journal:
        """Bring the old configuration back, make Postfix use it, and note it in the history.

        Raises Conflict with nothing touched, NotPutBack when a step is refused, after which the
        same can be begun again, MissingImage when an old content is gone, and NeedsHuman when the
        old files are back but Postfix could not be made to use them.
        """
        with self._told_what_is_left(journal, why):
            journal.note_taking_back(why)
            mail_system = self.mail_system_of(self._instance_as_of_now(journal.manifest))
            with editing_if_possible(self.instance_of(journal.manifest)):
                self._put_back(journal, why, mail_system)
            groups = trouble_with(lambda: _memberships_back(journal.manifest, mail_system))
            trouble = trouble_with(mail_system.revive)
            daemons = trouble_with(lambda: self._daemons_back(journal.manifest, mail_system))
            if groups is not None:
                raise groups
            result = f"{ROLLED_BACK}: {why}"
            if trouble is not None:
                result = f"{result}. {NOT_REVIVED}: {trouble.message}"
            if daemons is not None:
                result = f"{result}. {DAEMON_NOT_BACK}: {daemons.message}"
            filed = self.state.file_away(journal, result)
        self._expire()
        if trouble is not None:
            raise not_revived(filed.result() or result)
        return filed

    def abandon(self, journal: Journal) -> None:
        """Put everything back before anything has gone live; no running program has noticed.

        Whoever calls this holds Postfix's locks too. Raises as ``take_back`` does.
        """
        manifest = journal.manifest
        mail_system = self.mail_system_of(self.instance_of(manifest))
        with self._told_what_is_left(journal, "it was not completed"):
            self._put_back(journal, "it was not completed", mail_system)
            _memberships_back(manifest, mail_system)
            _run_again([each for each in manifest.daemons if each.was_running], mail_system)
            self.state.forget(journal)

    def _put_back(self, journal: Journal, why: str, mail_system: MailSystem) -> None:
        released: list[Daemon] = []

        def release() -> None:
            for daemon in journal.manifest.daemons:
                if mail_system.daemon_is_running(daemon.service):
                    released.append(daemon)
                    # One that does not stop is no reason to keep the new files.
                    trouble_with(partial(mail_system.release_daemon, daemon.service))

        try:
            take_back(Tree(self.root), journal, release)
        except Conflict as conflict:
            trouble_with(lambda: _run_again(released, mail_system))
            state = State(Stage.IN_CONFLICT, why=why, words=conflict.message)
            with suppress(OSError):
                journal.note_state(state)
            raise

    def _daemons_back(self, manifest: Manifest, mail_system: MailSystem) -> None:
        """After Postfix: nobody asks them any more for what is taken away."""
        for daemon in manifest.daemons:
            if daemon.was_running:
                mail_system.restart_daemon(daemon.service, None)
            else:
                mail_system.stop_daemon(daemon.service)
            for directory in reversed(daemon.directories):
                remove_unless_used(Tree(self.root).outside(directory))

    @contextmanager
    def _told_what_is_left(self, journal: Journal, why: str) -> Iterator[None]:
        """Whatever keeps a change from being taken back is for a person, with what began it."""
        try:
            yield
        except NeedsHuman:
            raise
        except Exception as trouble:
            raise NotPutBack(
                f"{why}; and not everything could be put back: {message_of(trouble)}",
                "Mend that, then run pfwizard recover: it goes on from where it stands. The old "
                f"files are in {journal.directory}.",
            ) from trouble

    def _instance_as_of_now(self, manifest: Manifest) -> Instance:
        """After a restart of the machine it is not for us to start Postfix: it may come up yet."""
        instance = self.instance_of(manifest)
        was_restarted = manifest.boot_id != boot_id()
        return replace(instance, was_running=False) if was_restarted else instance

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
        kept = remove_old_files(Tree(self.root), retired)
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


def _memberships_back(manifest: Manifest, mail_system: MailSystem) -> None:
    for join in manifest.joins:
        mail_system.leave_group(join.user, join.group)
    for leave in manifest.leaves:
        mail_system.join_group(leave.user, leave.group)


def _run_again(daemons: Iterable[Daemon], mail_system: MailSystem) -> None:
    """Start what was stopped for a change that did not come."""
    for daemon in daemons:
        if not mail_system.daemon_is_running(daemon.service):
            mail_system.restart_daemon(daemon.service, None)


def not_revived(result: str) -> NeedsHuman:
    """The old files are in place, but what runs is something else."""
    return NeedsHuman(
        result.removeprefix(f"{ROLLED_BACK}: "),
        "Look into the mail log, then run postfix start or postfix reload.",
    )


def trouble_with(action: Callable[[], None]) -> PfwizardError | None:
    """What went wrong, whatever it was; None when nothing did."""
    try:
        action()
    except Exception as error:
        return error if isinstance(error, PfwizardError) else Failed(message_of(error))
    return None


def message_of(error: BaseException) -> str:
    """What happened, in one sentence without its full stop."""
    if isinstance(error, PfwizardError):
        return error.message
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror}"
    return f"internal error: {type(error).__name__}"

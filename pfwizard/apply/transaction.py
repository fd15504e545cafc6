"""One plan, applied as one change: everything of it, or nothing.

lock -> what was left unfinished is ended -> Postfix's locks -> preflight -> Postfix's opinion
     -> certificates entered in the ledger, for good
     -> journal published ........................ from here on a crash means taking back
     -> watchdog -> staging -> groups -> swap, and Postfix's locks let go -> postfix check -> reload
     -> on probation, or complete ................ one rename, after which a crash changes nothing
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pfwizard.apply.clock import BootSeconds, boot_id, seconds_since_boot
from pfwizard.apply.disk.attributes import Attributes, created_with
from pfwizard.apply.disk.explained import edited, failed
from pfwizard.apply.ending import APPLIED, Ending, message_of, trouble_with
from pfwizard.apply.journal import Content, Journal, Stage, State
from pfwizard.apply.ledger_file import enter
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.live.mail_system import MailSystem
from pfwizard.apply.live.membership import is_member
from pfwizard.apply.manifest import Daemon, Image, Manifest, Operation, TransactionId
from pfwizard.apply.postfix_locks import editing
from pfwizard.apply.preflight import Preflight, temporary_name
from pfwizard.apply.recovery import recover
from pfwizard.apply.swap import stage, swap
from pfwizard.apply.trial_files import Occasion, file_of
from pfwizard.apply.undo import Conflict
from pfwizard.errors import ExitStatus, Failed, NeedsHuman, PfwizardError
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import (
    Change,
    ChangeKind,
    JoinGroup,
    LeaveGroup,
    Plan,
    Reload,
    Restart,
    RestartDaemon,
    StopDaemon,
)

PATIENCE = 2.0
"""Seconds to wait for a run that is just ending."""

LINE_NUMBER = re.compile(r"\bline \d+")
"""In what Postfix says of main.cf and master.cf (src/util/dict.c, src/master/master_ent.c)."""


class RolledBack(PfwizardError):
    """The change was live for a moment and was taken back."""

    exit_status = ExitStatus.ROLLED_BACK


@dataclass(frozen=True)
class Applied:
    """A change that is complete, or, with a deadline, one that waits for its confirmation.

    ``kept`` are old files that somebody has written into meanwhile, and that stay.
    """

    transaction: TransactionId
    deadline: BootSeconds | None = None
    kept: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Transaction:
    """Everything that applying one plan needs.

    ``announce`` is told of each step as it begins, and may raise to stop the run there.
    ``set_watch`` is called when the journal is there and before anything else is changed.
    ``probation`` is how many seconds a change waits for its confirmation; None for not at all.
    ``rehearsal`` is what probes have found before, to be kept in the history.
    """

    ending: Ending
    instance: Instance
    now: datetime
    announce: Callable[[str], None]
    set_watch: Callable[[], None] = lambda: None
    probation: float | None = None
    undoes: TransactionId | None = None
    rehearsal: bytes = b""

    def apply(self, plan: Plan) -> Applied:
        """Apply the plan.

        Raises Busy when another run is at work, Failed when a step failed and nothing is changed,
        RolledBack when the change was live and was taken back, NeedsHuman when even that failed.
        """
        state = self.ending.state
        try:
            state.prepare()
            with state.held(PATIENCE):
                recover(self.ending, self.announce)
                return self._apply(plan)
        except OSError as error:
            raise failed(error.filename or state.path, error) from error

    @property
    def _tree(self) -> Tree:
        return Tree(self.instance.root)

    def _apply(self, plan: Plan) -> Applied:
        mail_system = self.ending.mail_system_of(self.instance)
        with editing(self.instance):
            self._refuse_unless_still_true(plan)
            Preflight(self._tree, plan.changes).refuse_what_cannot_work()
            _refuse_what_postfix_rejects(plan, mail_system)
            baseline = frozenset(map(_wherever, mail_system.complaints()))
            enter(self.ending.state.path, plan.actions)
            journal = self._publish(plan, mail_system)
            with self._abandoned_on_failure(journal):
                self.set_watch()
                self._prepare(plan, journal, mail_system)
                self.announce("Putting the new files in place")
            with _revived_on_failure(mail_system), self._abandoned_on_failure(journal):
                for daemon in journal.manifest.daemons:
                    mail_system.release_daemon(daemon.service)
                swap(self._tree, journal.manifest)
        transaction = journal.manifest.transaction
        with self._taken_back_on_failure(journal):
            _refuse_new_complaints(mail_system, baseline)
            self._go_live(plan, mail_system)
            if self.probation is not None:
                return Applied(transaction, self._put_on_probation(journal, self.probation))
            kept = self.ending.complete(journal, APPLIED)
        return Applied(transaction, kept=kept)

    def _refuse_unless_still_true(self, plan: Plan) -> None:
        for premise in plan.premises:
            if self._tree.look(premise.path).content != premise.content:
                raise edited(premise.path)

    def _publish(self, plan: Plan, mail_system: MailSystem) -> Journal:
        self.announce("Keeping what is there now")
        sequence = self.ending.state.next_sequence()
        transaction = TransactionId(f"{sequence:04}-{uuid.uuid4().hex[:8]}")
        numbered = tuple(enumerate(plan.changes))
        operations = tuple(self._operation(transaction, *each) for each in numbered)
        manifest = Manifest(
            transaction=transaction,
            time=self.now.isoformat(timespec="seconds"),
            boot_id=boot_id(),
            instance=self.instance,
            operations=operations,
            joins=tuple(each for each in _joins(plan) if not self._is_member(each)),
            leaves=tuple(each for each in _leaves(plan) if self._is_member(each)),
            daemons=tuple(self._as_it_is(each, plan, mail_system) for each in _daemons(plan)),
            undoes=self.undoes,
        )
        contents = [
            Content(operation, change.before, None if change.secret else change.after)
            for operation, change in zip(operations, plan.changes, strict=True)
        ]
        try:
            return self.ending.state.publish(manifest, contents, self._trials)
        except BaseException:
            self._forget_half_published()
            raise

    def _is_member(self, membership: JoinGroup | LeaveGroup) -> bool:
        """Who is one already is not made one by this transaction, and stays one after it."""
        return is_member(self.instance.root, membership.user, membership.group)

    @property
    def _trials(self) -> Mapping[str, bytes]:
        return {file_of(Occasion.REHEARSAL): self.rehearsal} if self.rehearsal else {}

    def _as_it_is(
        self, action: RestartDaemon | StopDaemon, plan: Plan, mail_system: MailSystem
    ) -> Daemon:
        """The daemon before the change, and what whoever starts it makes for its socket."""
        is_running = mail_system.daemon_is_running(action.service)
        socket = action.socket if isinstance(action, RestartDaemon) else None
        above = () if socket is None else reversed(socket.parents)
        ours = {change.real for change in plan.changes}
        states = [self._tree.look(directory) for directory in above]
        made = [each.real for each in states if not each.exists and each.real not in ours]
        return Daemon(action.service, is_running, tuple(made))

    def _forget_half_published(self) -> None:
        hot = self.ending.state.hot
        if hot is not None:
            self.ending.state.forget(hot)
        self.ending.state.clear_staging()

    def _operation(self, transaction: TransactionId, number: int, change: Change) -> Operation:
        place = self._tree.outside(change.real)
        is_there = change.kind not in (ChangeKind.CREATE, ChangeKind.MKDIR)
        old = Attributes.of(place) if is_there else None
        if old is None:
            new = self._restored(change) or created_with(change.mode)
        else:
            new = old.with_mode(change.mode) if change.sets_mode else old
        stays = change.kind not in (ChangeKind.DELETE, ChangeKind.RMDIR)
        return Operation(
            number=number,
            kind=change.kind,
            path=change.path,
            real=change.real,
            temporary=temporary_name(change.real.name, transaction),
            before=None if old is None else Image(change.before_sha256, old),
            after=Image(change.after_sha256, new) if stays else None,
            secret=change.secret,
            summary=change.summary,
        )

    def _restored(self, change: Change) -> Attributes | None:
        """Those that a file had before the transaction that is taken back has removed it."""
        undone = self.ending.state.filed(self.undoes)
        for operation in undone.manifest.operations if undone else ():
            if operation.path == change.path and operation.before is not None:
                return operation.before.attributes
        return None

    def _prepare(self, plan: Plan, journal: Journal, mail_system: MailSystem) -> None:
        """Everything that no running program notices."""
        self.announce("Writing the new files beside the old ones")
        contents = {
            number: change.after
            for number, change in enumerate(plan.changes)
            if change.after is not None
        }
        stage(self._tree, journal.manifest, contents)
        for join in journal.manifest.joins:
            self.announce(f"Making {join.user} a member of the group {join.group}")
            mail_system.join_group(join.user, join.group)
        for leave in journal.manifest.leaves:
            self.announce(f"Taking {leave.user} out of the group {leave.group}")
            mail_system.leave_group(leave.user, leave.group)

    def _go_live(self, plan: Plan, mail_system: MailSystem) -> None:
        for action in plan.actions:
            if isinstance(action, Reload):
                mail_system.reload(action.ports)
            elif isinstance(action, Restart):
                mail_system.restart(action.ports)
            elif isinstance(action, RestartDaemon):
                mail_system.restart_daemon(action.service, action.socket)
            elif isinstance(action, StopDaemon):
                mail_system.stop_daemon(action.service)

    def _put_on_probation(self, journal: Journal, seconds: float) -> BootSeconds:
        deadline = BootSeconds(seconds_since_boot() + seconds)
        journal.note_state(State(Stage.ON_PROBATION, deadline, boot_id()))
        return deadline

    @contextmanager
    def _abandoned_on_failure(self, journal: Journal) -> Iterator[None]:
        transaction = journal.manifest.transaction
        try:
            yield
        except BaseException as error:
            try:
                self.ending.abandon(journal)
            except NeedsHuman as trouble:
                message = f"{message_of(error)}; {trouble.message}"
                raise told(type(trouble)(message, trouble.remedy), transaction) from error
            raise

    @contextmanager
    def _taken_back_on_failure(self, journal: Journal) -> Iterator[None]:
        transaction = journal.manifest.transaction
        try:
            yield
        except BaseException as error:
            try:
                self.ending.take_back(journal, message_of(error))
            except Conflict as conflict:
                message = (
                    f"{message_of(error)}; and not everything could be put back: {conflict.message}"
                )
                raise told(NeedsHuman(message, conflict.remedy), transaction) from error
            except NeedsHuman as trouble:
                raise told(trouble, transaction) from error
            back = f"{message_of(error)}. The old configuration is back in place."
            raise told(RolledBack(back, remedy_of(error)), transaction) from error


def _joins(plan: Plan) -> Iterator[JoinGroup]:
    return (action for action in plan.actions if isinstance(action, JoinGroup))


def _daemons(plan: Plan) -> Iterator[RestartDaemon | StopDaemon]:
    return (action for action in plan.actions if isinstance(action, RestartDaemon | StopDaemon))


def _leaves(plan: Plan) -> Iterator[LeaveGroup]:
    return (action for action in plan.actions if isinstance(action, LeaveGroup))


@contextmanager
def _revived_on_failure(mail_system: MailSystem) -> Iterator[None]:
    """A server that is started while the files go in may have read a new one among them."""
    try:
        yield
    except BaseException:
        trouble_with(mail_system.revive)
        raise


def _refuse_what_postfix_rejects(plan: Plan, mail_system: MailSystem) -> None:
    objections = mail_system.rejects(plan.main_cf, plan.master_cf)
    if objections:
        raise Failed(
            f"Postfix rejects the new configuration: {objections[0]}",
            "Nothing was changed. Please report this as a defect of pfwizard.",
        )


def _refuse_new_complaints(mail_system: MailSystem, baseline: frozenset[str]) -> None:
    new = [line for line in mail_system.complaints() if _wherever(line) not in baseline]
    if new:
        raise Failed(f"postfix check complains: {new[0]}")


def _wherever(complaint: str) -> str:
    """The same words, in whatever line: a change moves those that are below it."""
    return LINE_NUMBER.sub("line", complaint)


def told(error: PfwizardError, transaction: TransactionId) -> PfwizardError:
    """The error, with the transaction whose history tells more."""
    error.transaction = transaction
    return error


def remedy_of(error: BaseException) -> str:
    return error.remedy if isinstance(error, PfwizardError) else ""

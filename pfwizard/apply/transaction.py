"""One plan, applied as one change: everything of it, or nothing.

lock -> what was left unfinished is ended -> Postfix's locks -> preflight -> Postfix's opinion
     -> journal published ........................ from here on a crash means taking back
     -> watchdog -> staging -> groups -> swap -> postfix check -> reload
     -> on probation, or complete ................ one rename, after which a crash changes nothing
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pfwizard.apply.attributes import Attributes, created_with
from pfwizard.apply.clock import BootSeconds, boot_id, seconds_since_boot
from pfwizard.apply.ending import APPLIED, Ending
from pfwizard.apply.explained import edited, failed
from pfwizard.apply.instance import Instance
from pfwizard.apply.journal import Content, Journal, Stage, State
from pfwizard.apply.lock import locked
from pfwizard.apply.mail_system import MailSystem
from pfwizard.apply.manifest import Image, Manifest, Operation, TransactionId
from pfwizard.apply.postfix_locks import editing
from pfwizard.apply.preflight import Preflight, temporary_name
from pfwizard.apply.recovery import recover
from pfwizard.apply.swap import stage, swap
from pfwizard.apply.undo import Conflict
from pfwizard.errors import ExitStatus, Failed, NeedsHuman, PfwizardError
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change, ChangeKind, JoinGroup, LeaveGroup, Plan, Reload, Restart

PATIENCE = 2.0
"""Seconds to wait for a run that is just ending."""


class RolledBack(PfwizardError):
    """The change was live for a moment and was taken back."""

    exit_status = ExitStatus.ROLLED_BACK


@dataclass(frozen=True)
class Applied:
    """A change that is complete, or, with a deadline, one that waits for its confirmation."""

    transaction: TransactionId
    deadline: BootSeconds | None = None


@dataclass(frozen=True)
class Transaction:
    """Everything that applying one plan needs.

    ``announce`` is told of each step as it begins, and may raise to stop the run there.
    ``set_watch`` is called when the journal is there and before anything else is changed.
    ``probation`` is how many seconds a change waits for its confirmation; None for not at all.
    """

    ending: Ending
    instance: Instance
    now: datetime
    announce: Callable[[str], None]
    set_watch: Callable[[], None] = lambda: None
    probation: float | None = None
    undoes: TransactionId | None = None

    def apply(self, plan: Plan) -> Applied:
        """Apply the plan.

        Raises Busy when another run is at work, Failed when a step failed and nothing is changed,
        RolledBack when the change was live and was taken back, NeedsHuman when even that failed.
        """
        state = self.ending.state
        try:
            state.prepare()
            with locked(state.path, PATIENCE):
                recover(self.ending, self.announce)
                with editing(self.instance):
                    return self._apply(plan)
        except OSError as error:
            raise failed(error.filename or state.path, error) from error

    @property
    def _tree(self) -> Tree:
        return Tree(self.instance.root)

    def _apply(self, plan: Plan) -> Applied:
        mail_system = self.ending.mail_system_of(self.instance)
        self._refuse_unless_still_true(plan)
        Preflight(self._tree, plan.changes).refuse_what_cannot_work()
        _refuse_what_postfix_rejects(plan, mail_system)
        baseline = frozenset(mail_system.complaints())
        journal = self._publish(plan)
        transaction = journal.manifest.transaction
        with self._abandoned_on_failure(journal):
            self.set_watch()
            self._prepare(plan, journal, mail_system)
            self.announce("Putting the new files in place")
            swap(self._tree, journal.manifest)
        with self._taken_back_on_failure(journal):
            _refuse_new_complaints(mail_system, baseline)
            self._go_live(plan, mail_system)
            if self.probation is not None:
                return Applied(transaction, self._put_on_probation(journal, self.probation))
            self._complete(journal)
        return Applied(transaction)

    def _refuse_unless_still_true(self, plan: Plan) -> None:
        for premise in plan.premises:
            if self._tree.look(premise.path).content != premise.content:
                raise edited(premise.path)

    def _publish(self, plan: Plan) -> Journal:
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
            joins=tuple(action for action in plan.actions if isinstance(action, JoinGroup)),
            leaves=tuple(action for action in plan.actions if isinstance(action, LeaveGroup)),
            undoes=self.undoes,
        )
        contents = [
            Content(operation, change.before, None if change.secret else change.after)
            for operation, change in zip(operations, plan.changes, strict=True)
        ]
        try:
            return self.ending.state.publish(manifest, contents)
        except BaseException:
            self._forget_half_published()
            raise

    def _forget_half_published(self) -> None:
        hot = self.ending.state.hot
        if hot is not None:
            self.ending.state.forget(hot)
        self.ending.state.clear_staging()

    def _operation(self, transaction: TransactionId, number: int, change: Change) -> Operation:
        place = self._tree.outside(change.real)
        is_there = change.kind not in (ChangeKind.CREATE, ChangeKind.MKDIR)
        old = Attributes.of(place) if is_there else None
        new = created_with(change.mode) if old is None else old
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

    def _put_on_probation(self, journal: Journal, seconds: float) -> BootSeconds:
        deadline = BootSeconds(seconds_since_boot() + seconds)
        journal.note_state(State(Stage.ON_PROBATION, deadline, boot_id()))
        return deadline

    def _complete(self, journal: Journal) -> None:
        for old in self.ending.complete(journal, APPLIED):
            self.announce(f"Somebody wrote into the old file meanwhile; it is kept as {old}")

    @contextmanager
    def _abandoned_on_failure(self, journal: Journal) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            with _told_if_impossible(journal, error):
                self.ending.abandon(journal)
            raise

    @contextmanager
    def _taken_back_on_failure(self, journal: Journal) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            transaction = journal.manifest.transaction
            with _told_if_impossible(journal, error):
                self.ending.take_back(journal, message_of(error))
            back = f"{message_of(error)}. The old configuration is back in place."
            raise told(RolledBack(back, remedy_of(error)), transaction) from error


@contextmanager
def _told_if_impossible(journal: Journal, error: BaseException) -> Iterator[None]:
    """What keeps a change from being taken back is for a person, with what began it."""
    transaction = journal.manifest.transaction
    try:
        yield
    except Conflict as conflict:
        message = f"{message_of(error)}; and not everything could be put back: {conflict.message}"
        raise told(NeedsHuman(message, conflict.remedy), transaction) from error
    except NeedsHuman as trouble:
        raise told(trouble, transaction) from error
    except (OSError, PfwizardError) as trouble:
        raise told(
            NeedsHuman(
                f"{message_of(error)}; and not everything could be put back: {message_of(trouble)}",
                "Mend that, then run pfwizard recover: it goes on from where it stands. The old "
                f"files are in {journal.directory}.",
            ),
            transaction,
        ) from error


def _refuse_what_postfix_rejects(plan: Plan, mail_system: MailSystem) -> None:
    objections = mail_system.rejects(plan.main_cf, plan.master_cf)
    if objections:
        raise Failed(
            f"Postfix rejects the new configuration: {objections[0]}",
            "Nothing was changed. Please report this as a defect of pfwizard.",
        )


def _refuse_new_complaints(mail_system: MailSystem, baseline: frozenset[str]) -> None:
    new = [line for line in mail_system.complaints() if line not in baseline]
    if new:
        raise Failed(f"postfix check complains: {new[0]}")


def told(error: PfwizardError, transaction: TransactionId) -> PfwizardError:
    """The error, with the transaction whose history tells more."""
    error.transaction = transaction
    return error


def message_of(error: BaseException) -> str:
    """What happened, in one sentence without its full stop."""
    if isinstance(error, PfwizardError):
        return error.message
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror}"
    return f"internal error: {type(error).__name__}"


def remedy_of(error: BaseException) -> str:
    return error.remedy if isinstance(error, PfwizardError) else ""

"""Taking back a transaction that is over: a plan like any other, made from the history.

It is compared with what stands there now, not with what stood there then: what is old already
stays, what is still ours gives way, and what somebody else has edited since is merged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.apply.history import Entry
from pfwizard.apply.journal import MissingImage
from pfwizard.apply.live.membership import is_member
from pfwizard.apply.manifest import Daemon, Operation, TransactionId, sequence_of
from pfwizard.apply.merging import merged_back
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.enumeration import listed
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState, Tree
from pfwizard.plan.plan import (
    Action,
    Change,
    ChangeKind,
    JoinGroup,
    LeaveGroup,
    Plan,
    Reload,
    Restart,
    RestartDaemon,
    StopDaemon,
    digest,
)
from pfwizard.plan.restart import going_live
from pfwizard.plan.services import ports_of

REMEDY = (
    "Nothing was touched. Give what is named here the value again that the change left it with, "
    "or the one from before the change, and run it again."
)

KEYS_GO = " Keys are kept for thirty days, and not after pfwizard ca move-key has taken them away."


class RollbackConflict(NeedsHuman):
    """The same lines have been changed since; nothing was touched.

    ``first`` are the transactions that have to be taken back before, where it was they.
    """

    def __init__(
        self, message: str, remedy: str = "", first: tuple[TransactionId, ...] = ()
    ) -> None:
        super().__init__(message, remedy)
        self.first = first


@dataclass(frozen=True)
class Rollback:
    """The changes that take one transaction back, on the tree as it is now.

    ``later`` is what has changed the machine since, the oldest first.
    """

    entry: Entry
    tree: Tree
    facts: Facts
    later: tuple[Entry, ...] = ()

    def plan(self) -> Plan:
        """The whole plan; raises as ``changes`` does."""
        changes = self.changes()
        configuration = self.facts.configuration
        main = _after(changes, configuration.main_path, configuration.main.render())
        master = _after(changes, configuration.master_path, configuration.master.render())
        return Plan(
            changes=changes,
            actions=self._actions(changes, main, master),
            findings=(),
            main_cf=main,
            master_cf=master,
        )

    def _actions(
        self, changes: tuple[Change, ...], main: bytes, master: bytes
    ) -> tuple[Action, ...]:
        manifest = self.entry.manifest
        back = tuple(self._memberships())
        daemons = map(_as_it_was, manifest.daemons)
        if self.facts.works_on_a_tree or not (changes or back):
            return back
        if not self.facts.is_running:
            return (*back, *daemons)
        live = self._going_live(MainCf.parse(main), MasterCf.parse(master))
        return (*back, live, *daemons)

    def _memberships(self) -> Iterator[JoinGroup | LeaveGroup]:
        """Those that the transaction has made, or ended, and nobody else has since."""
        root, manifest = self.tree.root, self.entry.manifest
        for join in manifest.joins:
            if is_member(root, join.user, join.group):
                yield LeaveGroup(join.user, join.group)
        for leave in manifest.leaves:
            if not is_member(root, leave.user, leave.group):
                yield JoinGroup(leave.user, leave.group)

    def _going_live(self, main: MainCf, master: MasterCf) -> Reload | Restart:
        """An old configuration that cannot be judged comes back all the same."""
        effective = Effective(main, self.facts.postfix.defaults)
        try:
            ports = ports_of(master, effective)
            return going_live(self.facts.effective, effective, ports)
        except Failed:
            return Reload(())

    def changes(self) -> tuple[Change, ...]:
        """In the order in which they go live: the last change of the transaction first.

        Raises RollbackConflict with every conflict in it, and NeedsHuman when an old content is
        not kept any more.
        """
        changes: list[Change] = []
        conflicts: list[RollbackConflict] = []
        for operation in reversed(self.entry.manifest.operations):
            try:
                changes += self._changes(operation)
            except RollbackConflict as conflict:
                conflicts.append(conflict)
        if conflicts:
            raise _all_of(conflicts)
        return (*changes, *self._directories_of_daemons())

    def _directories_of_daemons(self) -> Iterator[Change]:
        """They go when the daemon has stopped, and nobody else uses them."""
        for daemon in self.entry.manifest.daemons:
            for directory in reversed(daemon.directories):
                now = self.tree.look(directory)
                if now.exists:
                    yield Change(ChangeKind.RMDIR, directory, now.real, now.mode)

    def _changes(self, operation: Operation) -> Iterator[Change]:
        now = self.tree.look(operation.path)
        if operation.is_about_a_directory:
            yield from self._directory(operation, now)
            return
        present = digest(now.content)
        if present == operation.sha256_before and now.exists == (operation.before is not None):
            return
        if now.exists and present != operation.sha256_after:
            yield self._merged(operation, now)
        elif operation.before is None:
            yield self._change(ChangeKind.DELETE, operation, now, None)
        else:
            kind = ChangeKind.REPLACE if now.exists else ChangeKind.CREATE
            yield self._change(kind, operation, now, self._old(operation))

    def _directory(self, operation: Operation, now: FileState) -> Iterator[Change]:
        if operation.kind is ChangeKind.MKDIR and now.exists:
            yield self._change(ChangeKind.RMDIR, operation, now, None)
        elif operation.kind is ChangeKind.RMDIR and not now.exists:
            yield self._change(ChangeKind.MKDIR, operation, now, None)

    def _merged(self, operation: Operation, now: FileState) -> Change:
        is_text = operation.kind is ChangeKind.REPLACE and not operation.secret
        if not is_text or now.content is None:
            raise self._conflict(operation, now, "was edited by somebody else since")
        merged = merged_back(
            operation.path,
            self.entry.manifest.instance.config_directory,
            base=self.entry.journal.after(operation),
            ours=self._old(operation),
            theirs=now.content,
        )
        if isinstance(merged, str):
            raise self._conflict(operation, now, merged)
        return self._change(ChangeKind.REPLACE, operation, now, merged)

    def _conflict(self, operation: Operation, now: FileState, by_others: str) -> RollbackConflict:
        """``by_others`` is what is said when it was not only we who have changed the file."""
        path = operation.path
        later = [(each, made) for each in self.later if (made := each.operation_on(path))]
        if not later or later[-1][1].sha256_after != digest(now.content):
            return RollbackConflict(f"{path}: {by_others}")
        first = tuple(each.manifest.transaction for each, _ in later)
        return RollbackConflict(f"{path}: was changed since by {listed(first)}", first=first)

    def _old(self, operation: Operation) -> bytes:
        try:
            return self.entry.journal.before(operation)
        except MissingImage as missing:
            expired = KEYS_GO if operation.secret else ""
            raise NeedsHuman(
                f"{operation.path}: what it was before is not kept any more",
                f"{missing.message}.{expired} Nothing was touched.",
            ) from missing

    def _change(
        self, kind: ChangeKind, operation: Operation, now: FileState, after: bytes | None
    ) -> Change:
        image = operation.before or operation.after
        return Change(
            kind=kind,
            path=operation.path,
            real=now.real,
            mode=now.mode if image is None else image.attributes.mode,
            before=now.content,
            after=after,
            secret=operation.secret,
            summary=operation.summary,
            sets_mode=_has_set_the_mode(operation),
        )


def _as_it_was(daemon: Daemon) -> RestartDaemon | StopDaemon:
    """As its old files have it, or not at all: it may have been started by the change."""
    if daemon.was_running:
        return RestartDaemon(daemon.service, None)
    return StopDaemon(daemon.service)


def _has_set_the_mode(operation: Operation) -> bool:
    before, after = operation.before, operation.after
    return (
        before is not None and after is not None and before.attributes.mode != after.attributes.mode
    )


def _all_of(conflicts: Sequence[RollbackConflict]) -> RollbackConflict:
    message = "; ".join(conflict.message for conflict in conflicts)
    if not all(conflict.first for conflict in conflicts):
        return RollbackConflict(message, REMEDY)
    first = {transaction for conflict in conflicts for transaction in conflict.first}
    commands = [
        f"pfwizard rollback {each}" for each in sorted(first, key=sequence_of, reverse=True)
    ]
    return RollbackConflict(
        message, f"Nothing was touched. Take back first what came later: {', '.join(commands)}."
    )


def _after(changes: tuple[Change, ...], path: PurePosixPath, unchanged: bytes) -> bytes:
    """What a file will hold."""
    contents = [change.after for change in changes if change.path == path]
    return contents[0] or b"" if contents else unchanged

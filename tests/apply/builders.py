"""Small trees, plans and a mail system that does as it is told."""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pfwizard.apply.ending import Ending
from pfwizard.apply.journal import Journal, StateDirectory
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.transaction import Transaction
from pfwizard.errors import Failed
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Action, Change, ChangeKind, Plan, SmtpPort

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

MAIN = PurePosixPath("/etc/postfix/main.cf")
MASTER = PurePosixPath("/etc/postfix/master.cf")
KEY_DIRECTORY = PurePosixPath("/etc/ssl/private")
KEY = KEY_DIRECTORY / "ca.key"

OLD_MAIN, NEW_MAIN = b"old = main\n", b"new = main\n"
OLD_MASTER = b"smtp inet n - y - - smtpd\n"
NEW_MASTER = b"smtp inet n - n - - smtpd\n"
NEW_KEY = b"a new key\n"


def small_tree(root: Path) -> Tree:
    """A configuration of two files, one of them with a mode of its own."""
    directory = root / "etc/postfix"
    directory.mkdir(parents=True)
    (root / "etc/ssl").mkdir()
    (directory / "main.cf").write_bytes(OLD_MAIN)
    (directory / "master.cf").write_bytes(OLD_MASTER)
    (directory / "main.cf").chmod(0o644)
    (directory / "master.cf").chmod(0o640)
    return Tree(root)


def replace(path: PurePosixPath, before: bytes, after: bytes) -> Change:
    return Change(ChangeKind.REPLACE, path, path, 0o644, before, after)


def create(path: PurePosixPath, after: bytes, mode: int = 0o600) -> Change:
    return Change(ChangeKind.CREATE, path, path, mode, None, after, secret=mode == 0o600)


def mkdir(path: PurePosixPath, mode: int = 0o700) -> Change:
    return Change(ChangeKind.MKDIR, path, path, mode)


CHANGES = (
    mkdir(KEY_DIRECTORY),
    create(KEY, NEW_KEY),
    replace(MASTER, OLD_MASTER, NEW_MASTER),
    replace(MAIN, OLD_MAIN, NEW_MAIN),
)
"""One of each kind, in the order of a real plan."""


def plan_of(changes: Sequence[Change] = CHANGES, actions: Sequence[Action] = ()) -> Plan:
    return Plan(tuple(changes), tuple(actions), (), NEW_MAIN, NEW_MASTER)


@dataclass(frozen=True)
class Entry:
    """Everything about a file that must survive being put back."""

    inode: int
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    content: bytes | None
    attributes: tuple[tuple[str, bytes], ...]


def stock(root: Path) -> dict[str, Entry]:
    """Every file and directory below ``root/etc``, to the last attribute.

    A directory's time tells only that a temporary file has come and gone in it. An empty file
    under the name of Postfix's own lock is in nobody's way, as after a postconf that was killed.
    """
    found = {str(path.relative_to(root)): _entry(path) for path in (root / "etc").rglob("*")}
    return {
        path: entry
        for path, entry in sorted(found.items())
        if not (path.endswith(".cf.tmp") and entry.content == b"")
    }


def _entry(path: Path) -> Entry:
    status = path.lstat()
    is_file = stat.S_ISREG(status.st_mode)
    return Entry(
        inode=status.st_ino,
        mode=status.st_mode,
        uid=status.st_uid,
        gid=status.st_gid,
        mtime_ns=status.st_mtime_ns if is_file else 0,
        content=path.read_bytes() if is_file else None,
        attributes=tuple(
            (name, os.getxattr(path, name, follow_symlinks=False))
            for name in sorted(os.listxattr(path, follow_symlinks=False))
        ),
    )


@dataclass
class ObedientMailSystem:
    """Notes what it is asked, and what main.cf says at that moment; fails where it is told to.

    ``meanwhile`` is what somebody else does just then.
    """

    root: Path
    fails_at: str = ""
    calls: list[str] = field(default_factory=list)
    main_cf_at: dict[str, bytes] = field(default_factory=dict)
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)
    groups: tuple[str, ...] = ("mail",)
    running: set[str] = field(default_factory=set)

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.main_cf_at[name] = (self.root / "etc/postfix/main.cf").read_bytes()
        if name in self.meanwhile:
            self.meanwhile[name]()
        if name == self.fails_at:
            raise Failed(f"{name} failed on purpose")

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        self._called("rejects")
        return ()

    def complaints(self) -> Sequence[str]:
        self.calls.append("complaints")
        is_new = (self.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN
        if is_new and self.fails_at == "complaints":
            return ["main.cf, line 9: an old complaint", "main.cf, line 7: a new complaint"]
        return [f"main.cf, line {9 if is_new else 7}: an old complaint"]

    def join_group(self, user: str, group: str) -> None:
        self._called("join_group")
        self.groups = (*self.groups, group)

    def leave_group(self, user: str, group: str) -> None:
        self._called("leave_group")
        self.groups = tuple(each for each in self.groups if each != group)

    def daemon_is_running(self, service: str) -> bool:
        return service in self.running

    def release_daemon(self, service: str) -> None:
        if service in self.running:
            self._called("release_daemon")
            self.running.remove(service)

    def restart_daemon(self, service: str, socket: PurePosixPath | None) -> None:
        self._called("restart_daemon" if socket else "restart_daemon_back")
        self.running.add(service)

    def stop_daemon(self, service: str) -> None:
        self._called("stop_daemon")
        self.running.discard(service)

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        self._called("reload")

    def restart(self, ports: Sequence[SmtpPort]) -> None:
        self._called("restart")

    def revive(self) -> None:
        self._called("revive")


def content_of(tree: Tree, path: PurePosixPath) -> bytes:
    return tree.outside(path).read_bytes()


def instance_of(tree: Tree) -> Instance:
    return Instance(tree.root, MAIN.parent, PurePosixPath("/var/spool/postfix"), None, True)


def state_of(tree: Tree) -> StateDirectory:
    return StateDirectory(tree.root / "var/lib/pfwizard")


def ending_of(tree: Tree, mail_system: ObedientMailSystem) -> Ending:
    return Ending(state_of(tree), tree.root, lambda instance: mail_system)


def only_transaction(tree: Tree) -> Journal:
    """The one transaction of the history."""
    (journal,) = state_of(tree).history()
    return journal


def transaction(
    tree: Tree,
    mail_system: ObedientMailSystem,
    *,
    probation: float | None = None,
    announce: Callable[[str], None] = lambda words: None,
    undoes: TransactionId | None = None,
) -> Transaction:
    return Transaction(
        ending=ending_of(tree, mail_system),
        instance=instance_of(tree),
        now=NOW,
        announce=announce,
        probation=probation,
        undoes=undoes,
    )

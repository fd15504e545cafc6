"""The files of the private Postfix, put where the real ones are."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pfwizard.plan.plan import Change, ChangeKind, JoinGroup
from pfwizard.prove.rehearsing import namespaces
from pfwizard.prove.rehearsing.mirror import Originals, cover, mirror, show
from pfwizard.prove.rehearsing.order import StageOrder
from pfwizard.prove.rehearsing.private_log import PrivateLog

GROUP = Path("/etc/group")

NAME_CACHE = Path("/run/nscd")
"""nscd(8) would answer with the group memberships of before; without its socket nobody asks it."""

SYSLOG = Path("dev/log")
"""Where syslogd(8), or journald, listens; not for the private Postfix."""

OF_THE_PAST = (1, 1)
"""A time for main.cf: Postfix waits while it looks as if it were just being written."""

PRIVATE = 0o700

MAIL_QUEUES = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "saved",
    "trace",
)
"""The directories of the queue that mail_owner alone may enter (conf/postfix-files)."""

SOCKETS = ("private", "public")
"""The directories of the queue in which servers are met, Postfix's own and others."""

OTHER_DIRECTORIES = ("maildrop", "pid", *SOCKETS)


@dataclass(frozen=True)
class Scenery:
    """Everything that the private Postfix finds in its place."""

    order: StageOrder

    def set(self) -> None:
        """Raises OSError where a step is not possible here."""
        order = self.order
        namespaces.make_mounts_private()
        namespaces.mount_memory(order.base, mode=PRIVATE)
        self._change_files()
        self._empty_the_queue()
        cover(order.data_directory)
        if NAME_CACHE.is_dir():
            cover(NAME_CACHE)

    def listen(self) -> PrivateLog:
        """Take what is logged, in the jail and outside, instead of syslogd(8); raises OSError."""
        log = PrivateLog(self.order.log_socket, self.order.log)
        for root in (Path("/"), self.order.queue_directory):
            place = root / SYSLOG
            if place.parent.is_dir():
                mirror(place.parent, {place})
                place.touch()
                namespaces.bind(self.order.log_socket, place)
        return log

    def _change_files(self) -> None:
        order = self.order
        configuration = order.config_directory.resolve()
        own = {GROUP, configuration / "main.cf", configuration / "master.cf"}
        left_out = own | {Path(change.real) for change in order.changes}
        mirrors = {
            directory: mirror(directory, left_out)
            for directory in sorted({*order.mirrored, configuration})
        }
        for change in order.changes:
            _make(change, mirrors)
        etc, ours = mirrors[GROUP.parent], mirrors[configuration]
        etc.replace(GROUP.name, _with_members(etc.content(GROUP.name), order.joins))
        for name, content in (("main.cf", order.main_cf), ("master.cf", order.master_cf)):
            os.utime(ours.replace(name, content), OF_THE_PAST)

    def _empty_the_queue(self) -> None:
        """What is no mail stays to be seen: the jail's files, and other programs' sockets."""
        queue = self.order.queue_directory
        old = cover(queue)
        for entry in old.iterdir():
            if entry.is_dir() and entry.name not in (*MAIL_QUEUES, *OTHER_DIRECTORIES):
                (queue / entry.name).mkdir()
                namespaces.bind_read_only(entry, queue / entry.name)
        self._make_queues(queue)
        for directory in SOCKETS:
            if not (old / directory).is_dir():
                continue  # Postfix makes it when it is first started
            for entry in (old / directory).iterdir():
                if entry.name not in self.order.services:
                    show(entry, queue / directory / entry.name)

    def _make_queues(self, queue: Path) -> None:
        owners = self.order.owners
        for name in (*MAIL_QUEUES, "private"):
            _directory(queue / name, 0o700, owners.user, 0)
        _directory(queue / "maildrop", 0o730, owners.user, owners.setgid_group)
        _directory(queue / "public", 0o710, owners.user, owners.setgid_group)
        _directory(queue / "pid", 0o755, 0, 0)


def _make(change: Change, mirrors: dict[Path, Originals]) -> None:
    """One planned change; what is removed was left out already."""
    place = Path(change.real)
    match change.kind:
        case ChangeKind.MKDIR:
            place.mkdir()
            place.chmod(change.mode)
        case ChangeKind.CREATE:
            place.touch(0o600)
            place.write_bytes(change.after or b"")
            place.chmod(change.mode)
        case ChangeKind.REPLACE:
            mode = change.mode if change.sets_mode else None
            mirrors[place.parent].replace(place.name, change.after or b"", mode)
        case ChangeKind.DELETE | ChangeKind.RMDIR:
            pass


def _with_members(group: bytes, joins: Sequence[JoinGroup]) -> bytes:
    """group(5) with more members."""
    lines = group.split(b"\n")
    for join in joins:
        name = join.group.encode() + b":"
        lines = [_with_member(line, join.user) if line.startswith(name) else line for line in lines]
    return b"\n".join(lines)


def _with_member(line: bytes, user: str) -> bytes:
    return line + (b"" if line.endswith(b":") else b",") + user.encode()


def _directory(path: Path, mode: int, user: int, group: int) -> None:
    path.mkdir()
    os.chown(path, user, group)
    path.chmod(mode)

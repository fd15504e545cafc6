"""Everything that would stop a change half-way, looked for before anything is written."""

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pfwizard.apply.disk.explained import edited, explained, failed
from pfwizard.apply.disk.mounts import mount_points
from pfwizard.apply.disk.ownership import changeable_by_others
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.tree import FileState, Tree
from pfwizard.plan.plan import Change, ChangeKind

FS_IOC_GETFLAGS = 0x80086601
"""ioctl_iflags(2), on machines whose long has 64 bits."""

IMMUTABLE, APPEND_ONLY = 0x10, 0x20
"""FS_IMMUTABLE_FL and FS_APPEND_FL (ioctl_iflags(2))."""

SPARE_BYTES = 64 * 1024
SPARE_FILES = 16
"""What is left free for everybody else, and for directories and attributes of ours."""

MANAGED_ELSEWHERE = {
    PurePosixPath("/nix/store"): "Nix",
    PurePosixPath("/gnu/store"): "Guix",
    PurePosixPath("/snap"): "a snap",
    PurePosixPath("/etc/letsencrypt"): "certbot",
}
"""Places that a symbolic link may lead to and where only their owner may change anything."""

BESIDE = "pfwizard-"
"""By this word in their names the files that wait beside others are known."""


def temporary_name(name: str, transaction: str) -> str:
    """Begins with a dot and ends with the identifier, so that no ``*.cf`` or ``*.conf`` fits it."""
    return f".{name}.{BESIDE}{transaction}"


@dataclass(frozen=True)
class Preflight:
    """The checks on one plan's changes, for the tree that they are to be applied to."""

    tree: Tree
    changes: tuple[Change, ...]

    def refuse_what_has_changed(self) -> None:
        """Raises Failed where the plan was made of something else than what is there now."""
        for change in self.changes:
            self._refuse_unless_still_true(change, self.tree.look(change.path))

    def refuse_what_cannot_work(self) -> None:
        """Raises Failed, or NeedsHuman where only a person can judge; nothing was written then."""
        for change in self.changes:
            state = self.tree.look(change.path)
            self._refuse_unless_still_true(change, state)
            with explained(self.tree.outside(change.real)):
                for check in CHECKS:
                    check(self, change)
        self._refuse_full_disks()

    @cached_property
    def _mount_points(self) -> frozenset[Path]:
        return mount_points()

    def place(self, change: Change) -> Path:
        return self.tree.outside(change.real)

    def _refuse_unless_still_true(self, change: Change, state: FileState) -> None:
        is_new = change.kind in (ChangeKind.CREATE, ChangeKind.MKDIR)
        if state.real != change.real or state.content != change.before or is_new == state.exists:
            raise edited(change.path)

    def refuse_second_name(self, change: Change) -> None:
        if change.kind not in (ChangeKind.REPLACE, ChangeKind.DELETE):
            return
        links = self.place(change).lstat().st_nlink
        if links > 1:
            raise Failed(
                f"{change.path}: has {links} hard links, and replacing it would part them",
                "Remove the other names of this file first; find / -samefile FILE lists them.",
            )

    def refuse_left_over(self, change: Change) -> None:
        """An old file without its journal: only a person knows whether it is still wanted."""
        place = self.place(change)
        beginning = temporary_name(place.name, "")
        left_behind = sorted(
            path for path in _entries(place.parent) if path.name.startswith(beginning)
        )
        if left_behind:
            raise NeedsHuman(
                f"{left_behind[0]}: an earlier run of pfwizard left this file; it is what "
                f"{change.path} was before it, or what somebody wrote into that meanwhile",
                f"To go back to it: mv {left_behind[0]} {place}; to keep what is there now: "
                f"rm {left_behind[0]}. Then run pfwizard again.",
            )

    def refuse_mount_point(self, change: Change) -> None:
        place = self.place(change)
        if place in self._mount_points:
            raise failed(place, OSError(errno.EBUSY, ""))

    def refuse_managed_elsewhere(self, change: Change) -> None:
        if change.path == change.real:
            return
        for place, owner in MANAGED_ELSEWHERE.items():
            if change.real.is_relative_to(place):
                raise Failed(
                    f"{change.path}: leads to {change.real}, which belongs to {owner}",
                    f"Change it with {owner}, or replace the link by a file of your own.",
                )

    def refuse_fixed(self, change: Change) -> None:
        """The file must let itself be replaced, and its directory take new names."""
        place = self.place(change)
        for path in (place, self._existing(place.parent)):
            if _flags(path) & (IMMUTABLE | APPEND_ONLY):
                raise Failed(
                    f"{path}: has the immutable or the append-only flag",
                    f"Somebody has locked it on purpose. To unlock it: chattr -i -a {path}.",
                )

    def refuse_read_only(self, change: Change) -> None:
        directory = self._existing(self.place(change).parent)
        if os.statvfs(directory).f_flag & os.ST_RDONLY:
            raise failed(self.place(change), OSError(errno.EROFS, ""))
        if not os.access(directory, os.W_OK | os.X_OK, effective_ids=True):
            raise failed(self.place(change), OSError(errno.EACCES, ""))

    def refuse_where_others_write(self, change: Change) -> None:
        """Above the root of a tree as well: it is a name like any other."""
        directory = changeable_by_others(self._existing(self.place(change).parent))
        if directory is not None:
            raise Failed(
                f"{directory}: others than root can write into this directory, and so replace "
                f"{change.path}",
                f"ls -ld {directory} shows who. Take that away (chown root, chmod go-w), or "
                "name another path.",
            )

    def _existing(self, directory: Path) -> Path:
        return directory if directory.is_dir() else self._existing(directory.parent)

    def _refuse_full_disks(self) -> None:
        """Old and new content fit beside each other on each file system, and some is left."""
        wanted: dict[int, tuple[Path, int, int]] = {}
        for change in self.changes:
            directory = self._existing(self.place(change).parent)
            device = directory.stat().st_dev
            _, size, count = wanted.get(device, (directory, 0, 0))
            more = 2 * len(change.after or b"")
            wanted[device] = (self.place(change), size + more, count + 2)
        for place, size, count in wanted.values():
            _refuse_full_disk(place, self._existing(place.parent), size, count)


Check = Callable[[Preflight, Change], None]

CHECKS: tuple[Check, ...] = (
    Preflight.refuse_managed_elsewhere,
    Preflight.refuse_mount_point,
    Preflight.refuse_fixed,
    Preflight.refuse_read_only,
    Preflight.refuse_second_name,
    Preflight.refuse_left_over,
    Preflight.refuse_where_others_write,
)
"""The more telling ones first: a file on a read-only file system may be many things besides."""


def _refuse_full_disk(place: Path, directory: Path, size: int, count: int) -> None:
    status = os.statvfs(directory)
    has_bytes = status.f_bavail * status.f_frsize >= size + SPARE_BYTES
    has_files = not status.f_files or status.f_favail >= count + SPARE_FILES
    if not (has_bytes and has_files):
        raise failed(place, OSError(errno.ENOSPC, ""))


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except FileNotFoundError:
        return []


def _flags(path: Path) -> int:
    """The inode's flags; none where the file system has no such thing."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            flags: int = struct.unpack("L", fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, bytes(8)))[0]
            return flags
        finally:
            os.close(descriptor)
    return 0

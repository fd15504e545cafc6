"""The file tree of the machine that is being configured: ``/``, or the one under ``--root``."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

from pfwizard.errors import Failed

# Linux gives up after 40 links in one look-up (path_resolution(7)).
MAXIMUM_LINKS = 40


class OnlyForRoot(Failed):
    """Something is there that whoever runs pfwizard may not see."""


class FileKind(Enum):
    ABSENT = "absent"
    REGULAR = "regular file"
    DIRECTORY = "directory"
    SOCKET = "socket"
    OTHER = "neither file nor directory"


@dataclass(frozen=True)
class FileState:
    """What stood under a name when it was looked at.

    ``path`` is the name as asked for, ``real`` where its symbolic links lead; both are paths
    *inside* the tree. ``content`` is set for regular files only and is kept out of ``repr``,
    because it may be a private key.
    """

    path: PurePosixPath
    real: PurePosixPath
    kind: FileKind
    mode: int = 0
    uid: int = 0
    gid: int = 0
    content: bytes | None = field(default=None, repr=False)

    @property
    def exists(self) -> bool:
        return self.kind is not FileKind.ABSENT


FileStates = Mapping[PurePosixPath, FileState]

Unseen = Mapping[PurePosixPath, Failed]
"""What could not be looked at, and why."""


@dataclass(frozen=True)
class Tree:
    """A directory that is seen as the machine's ``/``; symbolic links never lead out of it."""

    root: Path = Path("/")

    @property
    def is_this_machine(self) -> bool:
        return self.root == Path("/")

    def outside(self, path: PurePosixPath) -> Path:
        """Where the kernel finds a path inside the tree; it must be resolved already."""
        return self.root / path.relative_to("/")

    def resolve(self, path: PurePosixPath) -> PurePosixPath:
        """Follow every symbolic link, an absolute one from the tree's own root.

        Raises Failed when links go in a circle.
        """
        pending = list(path.parts[:0:-1])
        resolved: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                del resolved[-1:]
                continue
            target = self._link_target([*resolved, part])
            if target is None:
                resolved.append(part)
                continue
            links += 1
            if links > MAXIMUM_LINKS:
                raise Failed(f"{path}: too many symbolic links", "Remove the circle of links.")
            if target.startswith("/"):
                resolved.clear()
            pending.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
        return PurePosixPath("/", *resolved)

    def _link_target(self, parts: Sequence[str]) -> str | None:
        try:  # asked for each part of each path, where a Path takes most of the time
            return os.readlink(os.path.join(self.root, *parts))  # noqa: PTH115, PTH118
        except OSError:
            return None

    def files_in(self, directory: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """What stands in a directory, by name; nothing where it cannot be listed."""
        try:
            names = sorted(each.name for each in self.outside(self.resolve(directory)).iterdir())
        except (OSError, Failed):
            return ()
        return tuple(directory / name for name in names)

    def look(self, path: PurePosixPath) -> FileState:
        """Read what stands under ``path`` now.

        Raises Failed when it exists and cannot be read, and OnlyForRoot when that is a matter of
        rights.
        """
        real = self.resolve(path)
        try:
            status = self.outside(real).lstat()
            kind = _kind(status.st_mode)
            content = self.outside(real).read_bytes() if kind is FileKind.REGULAR else None
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return FileState(path, real, FileKind.ABSENT)
            failure = OnlyForRoot if isinstance(error, PermissionError) else Failed
            raise failure(
                f"{self.outside(real)}: cannot be read: {os.strerror(error.errno or 0)}",
                "Run pfwizard as root, or as a user who may read this file.",
            ) from error
        mode = stat.S_IMODE(status.st_mode)
        return FileState(path, real, kind, mode, status.st_uid, status.st_gid, content)

    def look_at(self, paths: Iterable[PurePosixPath]) -> FileStates:
        """Read each path and each directory above it, once.

        Where a symbolic link leads elsewhere, the directories above its end are read too.
        """
        states: dict[PurePosixPath, FileState] = {}
        for path in paths:
            states |= self._look_upwards(path, states)
        return dict(sorted(states.items()))

    def look_where_possible(self, paths: Iterable[PurePosixPath]) -> tuple[FileStates, Unseen]:
        """The same, and apart from it what cannot be read."""
        states: dict[PurePosixPath, FileState] = {}
        unseen: dict[PurePosixPath, Failed] = {}
        for path in dict.fromkeys(paths):
            try:
                states |= self._look_upwards(path, states)
            except Failed as error:
                unseen[path] = error
        return dict(sorted(states.items())), unseen

    def _look_upwards(self, path: PurePosixPath, known: FileStates) -> FileStates:
        """The path and the directories above it that are not known yet."""
        states: dict[PurePosixPath, FileState] = {}
        wanted = [path]
        while wanted:
            each = wanted.pop()
            if each not in known and each not in states:
                states[each] = self.look(each)
                wanted += [*each.parents, *states[each].real.parents]
        return states


def _kind(mode: int) -> FileKind:
    if stat.S_ISREG(mode):
        return FileKind.REGULAR
    if stat.S_ISDIR(mode):
        return FileKind.DIRECTORY
    if stat.S_ISSOCK(mode):
        return FileKind.SOCKET
    return FileKind.OTHER

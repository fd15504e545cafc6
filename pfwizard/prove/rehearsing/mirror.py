"""Directories in memory that show what others hold, all but for what changes in them.

Nothing is copied: every entry is the very file or directory that it is called like, so that
sockets still work and no size matters. What changes is a new file in memory, whatever stood at its
place, and so no link leads out to a file of the live server.
"""

import errno
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from pfwizard.prove.rehearsing import namespaces

MOST_ENTRIES = 4000
"""Of one directory: each of them is a mount, of which the kernel allows 100000 (sysctl
fs.mount-max)."""


def cover(directory: Path) -> Path:
    """Mount an empty directory over another one, with its owner and mode; returns a path to that.

    Raises OSError.
    """
    original = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    state = os.fstat(original)
    namespaces.mount_memory(
        directory, mode=stat.S_IMODE(state.st_mode), user=state.st_uid, group=state.st_gid
    )
    covered = Path(f"/proc/self/fd/{original}")
    label(covered, directory)
    return covered


def mirror(directory: Path, left_out: Collection[Path]) -> "Originals":
    """Mount the mirror of a directory at its own place, without what is left out.

    Returns what it covers. Raises OSError.
    """
    covered = cover(directory)
    with os.scandir(covered) as entries:
        for number, entry in enumerate(entries):
            if number == MOST_ENTRIES:
                raise OSError(errno.E2BIG, "has too many entries to be shown", str(directory))
            if directory / entry.name not in left_out:
                with suppress(FileNotFoundError):  # it is gone meanwhile
                    show(covered / entry.name, directory / entry.name)
    return Originals(directory, covered)


def show(source: Path, place: Path) -> None:
    """A file, a directory with all that is below it, or a link: also at this new place."""
    if source.is_symlink():
        place.symlink_to(source.readlink())
        return
    if source.is_dir():
        place.mkdir()
    else:
        place.touch()
    namespaces.bind(source, place)


def label(original: Path, place: Path) -> None:
    """The access list and the security context (xattr(7)) of another file, where it has them."""
    with suppress(OSError):
        for name in os.listxattr(original):
            os.setxattr(place, name, os.getxattr(original, name))


class Originals:
    """What a mirror covers: its files still have their contents, owners and modes."""

    def __init__(self, directory: Path, covered: Path) -> None:
        self._directory = directory
        self._covered = covered

    def content(self, name: str) -> bytes:
        return (self._covered / name).read_bytes()

    def replace(self, name: str, content: bytes, mode: int | None = None) -> Path:
        """A new file in the mirror, with the owner of the original, and its mode if no other."""
        original, place = self._covered / name, self._directory / name
        state = original.stat()
        place.touch(0o600)
        place.write_bytes(content)
        os.chown(place, state.st_uid, state.st_gid)
        label(original, place)
        place.chmod(stat.S_IMODE(state.st_mode) if mode is None else mode)
        return place

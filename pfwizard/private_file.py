"""Writing a file for its owner alone, where the operator has said so: whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path

from pfwizard.errors import Failed
from pfwizard.quoting import visible

OPEN_TO_OTHERS = 0o077
"""Permissions that let others than the owner of a file read, write or run it (chmod(2))."""

READABLE_BY_ALL = 0o004
"""The permission that lets every user of the machine read a file (chmod(2))."""


def save(path: Path, text: str) -> None:
    """Write a text in one step, durably, and so that only its owner can open it.

    There may be a secret in it, so it has mode 0600 whatever the file before it had. A symbolic
    link stays, and the file behind it is written; but not behind a link that another user has made.

    Raises Failed; then the file is as it was.
    """
    try:
        _refuse_links_of_others(path)
        place = Path(os.path.realpath(path))
        if place.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        _refuse_all_but_files(path, place)
        _replace_file(place, text.encode())
    except OSError as error:
        number = error.errno or errno.EIO
        remedy = EXPLANATIONS.get(number, "Check the disk, or give another name.")
        raise _not_saved(path, f"cannot be written: {os.strerror(number)}", remedy) from error


EXPLANATIONS = {
    errno.ENOENT: "Make the directory first, or give another name.",
    errno.ENOTDIR: "Give the name of a file in a directory that exists.",
    errno.ENAMETOOLONG: "Give a shorter name.",
    errno.ELOOP: "Remove the circle of symbolic links, or give another name.",
    errno.EACCES: "Give a name in a directory of yours, such as your home directory.",
    errno.EROFS: "The file system is mounted read-only: give a name on another one.",
    errno.ENOSPC: "The disk is full: free some space, or give a name on another disk.",
}


def _not_saved(path: Path, message: str, remedy: str) -> Failed:
    return Failed(f"{visible(str(path))}: {message}", remedy)


def _refuse_links_of_others(path: Path) -> None:
    """In a directory for everybody, such as /tmp, a link could lead root to any file.

    The kernel's own guard (proc(5), protected_symlinks) does not see links that are resolved here.
    """
    if path.is_symlink() and path.lstat().st_uid not in (0, os.geteuid()):
        target = visible(str(path.readlink()))
        raise _not_saved(
            path,
            f"is a symbolic link of another user, to {target}",
            "Give the name of the file itself, or another one.",
        )


def _refuse_all_but_files(path: Path, place: Path) -> None:
    if place.is_dir():
        raise _not_saved(path, "is a directory", "Give the name of a file in it.")
    if place.exists() and not place.is_file():
        raise _not_saved(path, "is not a regular file", "Give the name of a file.")


def _replace_file(place: Path, content: bytes) -> None:
    directory = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        descriptor, name = tempfile.mkstemp(prefix=".pfwizard-", dir=place.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        os.fsync(directory)
    finally:
        os.close(directory)

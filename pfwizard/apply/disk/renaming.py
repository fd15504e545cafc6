"""renameat2(2): the two renames that no other system call can stand in for.

Python has no function for it. Where the kernel or the file system does not know it, EXCHANGE has
no substitute, and the caller replaces the file instead; NOREPLACE is done with link(2).
"""

import ctypes
import errno
import os
from pathlib import Path

AT_FDCWD = -100
NOREPLACE = 1
EXCHANGE = 2
"""Flags of renameat2(2), from linux/fs.h."""

UNKNOWN_HERE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""How kernels and file systems say that they do not have these flags."""


class ExchangeUnknown(Exception):
    """This file system cannot exchange two files."""


def exchange(one: Path, other: Path) -> None:
    """Let two files swap their names, in one step that everybody sees as a whole.

    Raises ExchangeUnknown where that is not possible, OSError when it is refused.
    """
    try:
        _renameat2(one, other, EXCHANGE)
    except OSError as error:
        if error.errno in UNKNOWN_HERE:
            raise ExchangeUnknown from error
        raise


def rename_to_free_name(source: Path, target: Path) -> None:
    """Rename, but never over something that is there; raises FileExistsError then."""
    try:
        _renameat2(source, target, NOREPLACE)
    except OSError as error:
        if error.errno not in UNKNOWN_HERE:
            raise
        os.link(source, target, follow_symlinks=False)
        source.unlink()


def _renameat2(source: Path, target: Path, flags: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(source))
    if library.renameat2(AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target), flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(source), None, str(target))

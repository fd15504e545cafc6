"""The few file operations a transaction is made of; each is one step that can be undone.

Names of temporary files begin with a dot and carry the transaction's identifier, so that no
``*.conf`` pattern matches them and a left-over can be told from anybody else's file.
"""

import errno
import os
import stat
import time
from pathlib import Path

PRIVATE = 0o600
PRIVATE_DIRECTORY = 0o700

SETTLED = 2.0
"""Seconds by which new files are dated back.

Every Postfix program that finds main.cf younger than a second waits for its writer to finish
(src/util/dict.c), which takes ``postfix reload`` two seconds. A file that arrives by rename is
finished.
"""


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Create a file durably; nobody else can read it before its mode says so.

    It is 0600 from its first byte whatever the umask. An access control list inherited from the
    directory would widen that with the mode, and is taken off first. Raises FileExistsError
    rather than follow or overwrite anything.
    """
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE
    )
    with os.fdopen(descriptor, "wb") as file:
        _remove_inherited_access(file.fileno())
        os.fchmod(file.fileno(), PRIVATE)
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        settled = time.time() - SETTLED
        os.utime(file.fileno(), (settled, settled))
        os.fsync(file.fileno())


def _remove_inherited_access(descriptor: int) -> None:
    try:
        os.removexattr(descriptor, "system.posix_acl_access")
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise


def copy_attributes(source: Path, target: Path) -> None:
    """Give ``target`` the owner, mode, access control list, label and other xattrs of ``source``.

    Raises OSError when one of them cannot be carried over.
    """
    status = source.lstat()
    if (os.geteuid(), os.getegid()) != (status.st_uid, status.st_gid):
        os.chown(target, status.st_uid, status.st_gid, follow_symlinks=False)
    target.chmod(stat.S_IMODE(status.st_mode))
    for name in os.listxattr(source, follow_symlinks=False):
        value = os.getxattr(source, name, follow_symlinks=False)
        if not _has_attribute(target, name, value):
            os.setxattr(target, name, value, follow_symlinks=False)
    sync(target)


def _has_attribute(path: Path, name: str, value: bytes) -> bool:
    try:
        return os.getxattr(path, name, follow_symlinks=False) == value
    except OSError:
        return False


def make_directory(path: Path, mode: int) -> None:
    """Create a directory with exactly this mode, whatever the umask, never wider in between."""
    path.mkdir(PRIVATE_DIRECTORY)
    path.chmod(mode)


def sync(path: Path) -> None:
    """Make a file's content, or a directory's entries, survive a power cut (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Who owns a file, who may do what with it, and its label: everything but its content."""

import errno
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

PRIVATE = 0o600
PRIVATE_DIRECTORY = 0o700

ACCESS_LIST = "system.posix_acl_access"
"""The xattr in which the kernel keeps the access control list (acl(5))."""

OF_THE_CONTENT = ("security.ima", "security.evm")
"""Xattrs that sign one particular content; a file with another content must not have them."""


@dataclass(frozen=True)
class Attributes:
    """Mode, owner, group, and the extended attributes in the order in which they are given back.

    The access control list and the SELinux label are among the extended attributes (xattr(7)).
    """

    mode: int
    uid: int
    gid: int
    extended: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def of(cls, path: Path) -> "Attributes":
        """Those of a file or directory; a symbolic link is not followed."""
        status = path.lstat()
        names = sorted(os.listxattr(path, follow_symlinks=False))
        return cls(
            stat.S_IMODE(status.st_mode),
            status.st_uid,
            status.st_gid,
            tuple(
                (name, os.getxattr(path, name, follow_symlinks=False))
                for name in names
                if name not in OF_THE_CONTENT
            ),
        )

    def with_mode(self, mode: int) -> "Attributes":
        """The same with another mode, and without the list that would widen it (acl(5))."""
        extended = tuple(each for each in self.extended if each[0] != ACCESS_LIST)
        return replace(self, mode=mode, extended=extended)

    def give_to(self, descriptor: int) -> None:
        """Give them to an open file or directory; raises OSError when one cannot be carried over.

        The mode comes before the access control list: afterwards it would widen its mask.
        """
        status = os.fstat(descriptor)
        if (status.st_uid, status.st_gid) != (self.uid, self.gid):
            os.fchown(descriptor, self.uid, self.gid)
        os.fchmod(descriptor, self.mode)
        for name, value in self.extended:
            if not _has(descriptor, name, value):
                os.setxattr(descriptor, name, value)


def created_with(mode: int) -> Attributes:
    """Those of something that pfwizard creates."""
    return Attributes(mode, os.geteuid(), os.getegid())


def remove_inherited_access(descriptor: int) -> None:
    """Take off the list that a directory's default list has given to a new file in it.

    With such a list the umask is ignored, and a later fchmod(2) widens what the list allows.
    """
    try:
        os.removexattr(descriptor, ACCESS_LIST)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise


def _has(descriptor: int, name: str, value: bytes) -> bool:
    try:
        return os.getxattr(descriptor, name) == value
    except OSError:
        return False

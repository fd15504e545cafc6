"""What a refused system call means to an operator."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pfwizard.errors import Failed

EXPLANATIONS = {
    errno.EACCES: "Run pfwizard as root.",
    errno.EPERM: "Run pfwizard as root; if you do, look for an immutable flag with lsattr.",
    errno.EROFS: "The file system is mounted read-only: remount it, or name another path.",
    errno.ENOSPC: "The disk is full: free some space and run pfwizard again.",
    errno.EDQUOT: "The quota is used up: free some space and run pfwizard again.",
    errno.ENOENT: "Name a path in a directory that is there.",
    errno.ENOTDIR: "Name a path below directories that are there.",
    errno.ENAMETOOLONG: "Name a shorter path.",
    errno.ELOOP: "Remove the circle of symbolic links, or name another path.",
    errno.EBUSY: "Something is mounted on this file; change it where the mount comes from.",
    errno.EIO: "The disk does not work as it should: look into the kernel's log.",
    errno.EMFILE: "Too many files are open: raise the limit (ulimit -n) and run pfwizard again.",
}


def failed(path: object, error: OSError) -> Failed:
    """Say of a failed system call where it happened and what can be done."""
    number = error.errno or errno.EIO
    return Failed(
        f"{path}: {os.strerror(number)}", EXPLANATIONS.get(number, "Nothing was changed.")
    )


def edited(place: object) -> Failed:
    """Somebody else has changed a file since the plan was made."""
    return Failed(
        f"{place}: was changed by somebody else just now",
        "Run pfwizard again; it makes a new plan from what is there.",
    )


@contextmanager
def explained(path: object) -> Iterator[None]:
    """Turn a refused system call into a failure that names the file."""
    try:
        yield
    except OSError as error:
        raise failed(path, error) from error

"""The few operations on files and directories that a transaction is made of."""

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from pfwizard.apply.disk.attributes import (
    PRIVATE,
    PRIVATE_DIRECTORY,
    Attributes,
    created_with,
    remove_inherited_access,
)

SETTLED = 2.0
"""Seconds by which new files are dated back.

Every Postfix program that finds main.cf younger than a second waits for its writer to finish
(src/util/dict.c), which takes ``postfix reload`` two seconds. A file that arrives by rename is
finished.
"""


def write_new(path: Path, content: bytes, attributes: Attributes | None = None) -> None:
    """Create a file durably; nobody else can read it before its attributes say so.

    It is 0600 from its first byte, whatever the umask and the directory's default access list.
    Without ``attributes`` it stays so. Raises FileExistsError rather than follow or overwrite
    anything.
    """
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE
    )
    try:
        remove_inherited_access(descriptor)
        os.fchmod(descriptor, PRIVATE)
        _write_all(descriptor, content)
        (attributes or created_with(PRIVATE)).give_to(descriptor)
        settled = time.time() - SETTLED
        os.utime(descriptor, (settled, settled))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def make_directory(path: Path, attributes: Attributes) -> None:
    """Create a directory with exactly these attributes, never wider in between."""
    path.mkdir(PRIVATE_DIRECTORY)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        remove_inherited_access(descriptor)
        attributes.give_to(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: Path) -> str | None:
    """SHA-256 of a regular file in hexadecimal, or None where there is none.

    Raises OSError when it is there and cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file's content, or a directory's entries, survive a power cut (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directories(directories: Iterable[Path]) -> None:
    """Each of them once; those that are gone have nothing to keep."""
    for directory in sorted(set(directories)):
        if directory.is_dir():
            sync(directory)

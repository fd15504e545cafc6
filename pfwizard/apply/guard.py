"""Whether anybody is left who takes a change on probation back.

Every guard of a probation - the watchdog, the engine, a face that waits - holds a shared lock on
one file. Where nobody holds it, all of them were killed, and the change must not be left alone.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "guard"


@contextmanager
def guarding(state_directory: Path) -> Iterator[None]:
    """Be a guard; the kernel ends that when the process ends, however it ends."""
    descriptor = _opened(state_directory, os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def is_guarded(state_directory: Path) -> bool:
    """Whether there is a guard at this moment."""
    try:
        descriptor = _opened(state_directory, 0)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _opened(state_directory: Path, flags: int) -> int:
    path = state_directory / NAME
    return os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | flags, 0o600)

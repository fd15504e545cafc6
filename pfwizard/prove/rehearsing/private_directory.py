"""The directory that a rehearsal mounts everything private on, and that is gone after it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

RUN = Path("/run")
PREFIX = "pfwizard-rehearsal-"


@contextmanager
def private_directory() -> Iterator[Path]:
    """A new one; what killed rehearsals have left goes first. Raises OSError.

    It is locked as long as its rehearsal lives.
    """
    above = RUN if RUN.is_dir() else Path(gettempdir())
    _remove_left(above)
    base, lock = _locked_new(above)
    try:
        yield base
    finally:
        with suppress(OSError):
            base.rmdir()
        os.close(lock)


def _remove_left(above: Path) -> None:
    for left in above.glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = _locked(left)
            try:
                left.rmdir()
            finally:
                os.close(lock)


def _locked_new(above: Path) -> tuple[Path, int]:
    """Another rehearsal that begins may take a directory, not yet locked, for one that was left."""
    while True:
        base = Path(mkdtemp(prefix=PREFIX, dir=above))
        with suppress(FileNotFoundError, BlockingIOError):
            lock = _locked(base)
            if base.exists():
                return base, lock
            os.close(lock)


def _locked(directory: Path) -> int:
    """A descriptor that holds the lock; raises OSError where another process does."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor

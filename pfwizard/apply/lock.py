"""One pfwizard at a time for each state directory."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pfwizard.errors import Busy

PAUSE = 0.02
"""Seconds between two attempts."""


@contextmanager
def locked(state_directory: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock; the kernel releases it when the process ends, however it ends.

    The file stays, because removing it would let a third run lock another file of the same name.
    Its content, the holder's process number, is for messages only. Raises Busy when another run
    holds the lock for longer than ``patience`` seconds.
    """
    descriptor = os.open(
        state_directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    with os.fdopen(descriptor, "r+") as file:
        if not _taken(descriptor, patience):
            holder = file.read().strip() or "unknown"
            raise Busy(
                f"another pfwizard is at work (process {holder})",
                "Wait for it to finish and start again.",
            )
        with suppress(OSError):  # a full disk: it is for messages only
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield


def _taken(descriptor: int, patience: float) -> bool:
    """Whether the lock could be had within so many seconds."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE)
        else:
            return True

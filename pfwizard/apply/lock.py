"""One pfwizard at a time for each state directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pfwizard.errors import Busy


@contextmanager
def locked(state_directory: Path) -> Iterator[None]:
    """Hold the lock; the kernel releases it when the process ends, however it ends.

    The file stays, because removing it would let a third run lock another file of the same name.
    Its content, the holder's process number, is for messages only. Raises Busy when another run
    holds the lock.
    """
    descriptor = os.open(
        state_directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
    )
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = file.read().strip() or "unknown"
            raise Busy(
                f"another pfwizard is at work (process {holder})",
                "Wait for it to finish and start again.",
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield

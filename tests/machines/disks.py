"""The disks of machines that can be rebooted: directories on a real file system of the host."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.machines import cache
from tests.machines.mmdebstrap import owning_roots


@contextmanager
def fresh_disk() -> Iterator[Path]:
    """An empty directory beside the cached roots, removed at the end.

    What test processes left here that were killed is removed first.
    """
    disks = cache.home() / "disks"
    disks.mkdir(parents=True, exist_ok=True)
    with ExitStack() as life:
        # Between being made and being in use, a disk looks like one that was left behind.
        with cache.locked(cache.home() / "disks.lock"):
            for abandoned in disks.iterdir():
                with suppress(FileNotFoundError), cache.unused(abandoned) as free:
                    if free:
                        cache.discard(abandoned, owning_roots)
            disk = Path(tempfile.mkdtemp(dir=disks))
            life.enter_context(cache.in_use(disk))
        life.callback(cache.discard, disk, owning_roots)
        if os.geteuid() != 0:
            disk.chmod(0o777)  # the machine's root is another user: the first of his /etc/subuid
        yield disk

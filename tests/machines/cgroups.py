"""A cgroup for each machine that systemd runs in: made, swept and removed."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.machines import cache

PREFIX = "pfwizard-"


@contextmanager
def fresh_cgroup() -> Iterator[Path]:
    """An empty cgroup below the host's own, removed at the end with what was made in it.

    What test processes left that were killed is removed first.
    """
    if os.geteuid() != 0:
        raise cache.MachinesUnavailable("only root may make the cgroup that systemd needs")
    hierarchy = _hierarchy(Path("/proc/self/mountinfo").read_text())
    cache.home().mkdir(parents=True, exist_ok=True)
    with ExitStack() as life:
        # Between being made and being in use, a cgroup looks like one that was left behind.
        with cache.locked(cache.home() / "cgroups.lock"):
            for abandoned in hierarchy.glob(f"{PREFIX}*"):
                with suppress(FileNotFoundError), cache.unused(abandoned) as free:
                    if free:
                        _remove(abandoned)
            cgroup = Path(tempfile.mkdtemp(prefix=PREFIX, dir=hierarchy))
            life.enter_context(cache.in_use(cgroup))
        life.callback(_remove, cgroup)
        yield cgroup


def _remove(cgroup: Path) -> None:
    for directory, _, _ in os.walk(cgroup, topdown=False):
        with suppress(OSError):  # it is taken by the next who looks, when its processes have ended
            Path(directory).rmdir()


def _hierarchy(mounts: str) -> Path:
    """Where cgroups of version 2 are, as mountinfo says (proc(5))."""
    found = re.search(r"^\S+ \S+ \S+ / (\S+) .* - cgroup2 ", mounts, re.MULTILINE)
    if not found:
        raise cache.MachinesUnavailable("no cgroup2 is mounted here, and systemd needs one")
    return Path(found[1])

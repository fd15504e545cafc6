"""The processes of a running Postfix that a reload replaces (proc(5))."""

import time
from pathlib import Path

PROC = Path("/proc")
PATIENCE = 5.0
"""Seconds. A server that is in the middle of a long conversation is not waited for any longer."""

PAUSE = 0.01
"""Seconds between two looks."""

SERVERS = frozenset({"smtpd", "qmgr"})
"""smtpd(8) because a client may meet an old one; qmgr(8) because there is always one and it is
never busy for long: when the old one is gone, master has come to see the signal."""


def servers_of(master: int) -> frozenset[int]:
    """The numbers of the processes that this master(8) has started and a reload replaces."""
    try:
        children = (PROC / f"{master}/task/{master}/children").read_text("ascii").split()
    except OSError:
        return frozenset()
    return frozenset(int(child) for child in children if _name(int(child)) in SERVERS)


def wait_until_gone(servers: frozenset[int]) -> None:
    """Wait for the processes that still work with the configuration of before a reload.

    They end when they notice that the master has a new generation (src/master/master.c).
    """
    deadline = time.monotonic() + PATIENCE
    while any(_name(server) in SERVERS for server in servers) and time.monotonic() < deadline:
        time.sleep(PAUSE)


def is_alive(process: int) -> bool:
    """Whether the process is there, and not dead but unburied."""
    fields = _status(process)
    return bool(fields) and fields[0] not in ("Z", "X")


def start_time(process: int) -> str:
    """When the process was started, in clock ticks since boot; empty when it is gone."""
    fields = _status(process)
    return fields[19] if fields else ""


def _status(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on, which is the third."""
    try:
        line = (PROC / f"{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return line.rpartition(")")[2].split()


def _name(process: int) -> str:
    try:
        return (PROC / f"{process}/comm").read_text("ascii").strip()
    except OSError:
        return ""

"""The SMTP server processes of a running Postfix (proc(5))."""

import time
from pathlib import Path

PROC = Path("/proc")
PATIENCE = 5.0
"""Seconds. A server that is in the middle of a long conversation is not waited for any longer."""

PAUSE = 0.01
"""Seconds between two looks."""


def servers_of(master: int) -> frozenset[int]:
    """The numbers of the smtpd(8) processes that this master(8) has started."""
    try:
        children = (PROC / f"{master}/task/{master}/children").read_text("ascii").split()
    except OSError:
        return frozenset()
    return frozenset(int(child) for child in children if _name(int(child)) == "smtpd")


def wait_until_gone(servers: frozenset[int]) -> None:
    """Wait for the servers that still work with the configuration of before a reload.

    They end when they notice that the master has a new generation (src/master/master.c), and
    until then a client may meet one of them.
    """
    deadline = time.monotonic() + PATIENCE
    while any(_name(server) == "smtpd" for server in servers) and time.monotonic() < deadline:
        time.sleep(PAUSE)


def _name(process: int) -> str:
    try:
        return (PROC / f"{process}/comm").read_text("ascii").strip()
    except OSError:
        return ""

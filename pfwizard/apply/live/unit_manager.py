"""systemd, where it owns the running Postfix: it is asked to reload and restart its own service.

A Postfix that is restarted behind its back would be in nobody's unit afterwards: not stopped
before the file systems are, and not started after a crash.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from pfwizard.errors import Failed
from pfwizard.machine import programs

Run = Callable[..., programs.Finished]
"""``programs.run``, or what a test puts in its place."""

PROC = Path("/proc")

SYSTEMD = Path("/run/systemd/system")
"""There exactly when the machine was booted with systemd (sd_booted(3))."""

SERVICE = re.compile(r"^(?:0:|\d+:name=systemd):.*/([^/\n]+\.service)$", re.MULTILINE)
"""In /proc/PID/cgroup the line of systemd's own hierarchy, in either version (cgroups(7))."""

STARTS_POSTFIX = re.compile(r"postfix|postmulti")
"""In ExecStart. A Postfix that was started by hand from another service's process, cron's say, is
in the control group of that service, which must not be restarted for it."""

TIME_LIMIT = 120.0
"""Seconds; systemd gives a service 90 to stop (DefaultTimeoutStopSec)."""


def unit_of(process: int, run: Run = programs.run) -> str | None:
    """The systemd service that owns a Postfix master; None where there is none."""
    if not SYSTEMD.is_dir():
        return None
    try:
        groups = (PROC / str(process) / "cgroup").read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    found = SERVICE.search(groups)
    if found is None:
        return None
    try:
        start = run(["systemctl", "show", "--property=ExecStart", found.group(1)]).stdout
    except Failed:
        return None
    return found.group(1) if STARTS_POSTFIX.search(start) else None


def can_reload(unit: str, run: Run) -> bool:
    """Whether the unit has a way to be reloaded (ExecReload)."""
    return "CanReload=yes" in run(["systemctl", "show", "--property=CanReload", unit]).stdout


def ask(verb: str, unit: str, run: Run) -> None:
    """``systemctl reload`` or ``restart``; raises Failed with its own words."""
    command = ["systemctl", verb, unit]
    done = run(command, time_limit=TIME_LIMIT)
    if done.status != 0:
        raise Failed(f"{' '.join(command)}: {_words(done.complaints, done.status)}")


def _words(complaints: Sequence[str], status: int) -> str:
    return " / ".join(complaints) or f"exit status {status}"

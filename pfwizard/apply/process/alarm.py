"""Telling people of what happened while nobody was watching."""

import contextlib
import syslog

from pfwizard.errors import PfwizardError
from pfwizard.machine import programs


def tell_everybody(words: str) -> None:
    """To the system's log, and to every terminal on which somebody is logged in (wall(1))."""
    syslog.openlog("pfwizard", syslog.LOG_PID, syslog.LOG_MAIL)
    words = words.encode("utf-8", "backslashreplace").decode()
    syslog.syslog(syslog.LOG_ALERT, words)
    with contextlib.suppress(PfwizardError):  # not every machine has one
        programs.run(["wall", f"pfwizard: {words}"])

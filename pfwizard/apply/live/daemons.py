"""The daemons that check passwords, restarted by whatever starts the services of this machine."""

import socket
import time
from contextlib import suppress
from pathlib import Path

from pfwizard.apply.live import unit_manager
from pfwizard.apply.live.unit_manager import Run, ask
from pfwizard.errors import Failed
from pfwizard.machine.programs import Finished, ProgramMissing

PATIENCE = 15.0
"""Seconds; Dovecot takes one or two to start its processes."""

PAUSE = 0.05

OTHERS = ("rc-service", "service")
"""OpenRC's, and the one that System V and BSD share; the first that is installed is asked."""

IS_NOT_RUNNING = (1, 2, 3)
"""What a script's ``status`` ends with then (LSB Core 5.0, section 22.2)."""


def is_running(service: str, run: Run) -> bool:
    """Whether it runs; also where nothing here can tell."""
    if unit_manager.SYSTEMD.is_dir():
        command = ["systemctl", "is-active", service]
        return run(command, time_limit=unit_manager.TIME_LIMIT).status == 0
    done = _asked_of_others("status", service, run)
    return done is None or done.status not in IS_NOT_RUNNING


def release_daemon(service: str, run: Run) -> None:
    """Before its files change: stop it where only these say which process it is.

    The script of saslauthd finds it by the PID file in the directory of its socket, which its
    options name; systemd remembers what it has started. Raises Failed.
    """
    if not unit_manager.SYSTEMD.is_dir() and is_running(service, run):
        _ask_others("stop", service, run)


def stop_daemon(service: str, run: Run) -> None:
    """Stop what still runs after its files have changed; raises Failed."""
    if unit_manager.SYSTEMD.is_dir():
        run(["systemctl", "daemon-reload"], time_limit=unit_manager.TIME_LIMIT)
        ask("stop", service, run)
    else:
        release_daemon(service, run)


def restart_daemon(service: str, opens: Path | None, run: Run) -> None:
    """Restart the service, and wait until somebody answers at the socket that it ``opens``.

    Raises Failed with the words of the program that was asked, or when nobody answers.
    """
    if unit_manager.SYSTEMD.is_dir():
        # What its own unit says may have changed too.
        run(["systemctl", "daemon-reload"], time_limit=unit_manager.TIME_LIMIT)
        ask("restart", service, run)
    else:
        _ask_others("restart", service, run)
    if opens is not None and not _answers_in_time(opens):
        raise Failed(
            f"{service} was restarted, and nobody answers at {opens}",
            f"The log of {service} says why.",
        )


def _ask_others(verb: str, service: str, run: Run) -> None:
    done = _asked_of_others(verb, service, run)
    if done is None:
        raise Failed(
            f"{service} is to be restarted, and nothing here restarts services",
            f"Restart {service} yourself, and run it again.",
        )
    if done.status != 0:
        words = " / ".join(done.complaints) or f"exit status {done.status}"
        raise Failed(f"service {service} {verb}: {words}")


def _asked_of_others(verb: str, service: str, run: Run) -> Finished | None:
    """What the first of them that is installed has said; None where there is none."""
    for program in OTHERS:
        with suppress(ProgramMissing):
            return run([program, service, verb], time_limit=unit_manager.TIME_LIMIT)
    return None


def _answers_in_time(path: Path) -> bool:
    end = time.monotonic() + PATIENCE
    while not answers(path):
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def answers(path: Path) -> bool:
    """Whether somebody listens there; the kernel refuses what a daemon has left (unix(7))."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True

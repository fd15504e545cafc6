"""Doing something under strace(1), in the machine: a forked child, or the whole program.

A forked child costs no start of Python, and is quiet until strace has come to it, so that what
strace counts begins with the action. Of the whole program either the engine's own process is
traced or the one that was started; never the programs that they run, for want of ``-f``.
"""

import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from unittest import mock

from pfwizard.apply.journal import Stage

SCRATCH = Path("/var/tmp/strace")
LOG = SCRATCH / "trace"
SAID = SCRATCH / "said"
"""What the process that was struck has said, on both of its streams."""

TIME_LIMIT = 180.0
PAUSE = 0.002
UNTRACED = "TracerPid:\t0\n"
WATCHDOG = b"pfwizard.apply.process.watchdog"

PYTHON = "/usr/bin/python3"
ENGINES_PYTHON = SCRATCH / "python-of-the-engine"
WITH_ANOTHER_PYTHON = """\
import sys
sys.executable = sys.argv.pop(1)
from pfwizard.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
STRIKING_THE_ENGINE = f"""\
#!/bin/sh
case "$*" in
*pfwizard.apply.process.engine_process*) exec strace -D -y -o {LOG} %s {PYTHON} "$@" ;;
esac
exec {PYTHON} "$@"
"""

Action = Callable[[], int]
"""Is done in a process of its own, and returns that process's exit status."""

Act = Callable[[Sequence[str]], int]
"""Is done under strace with these options; returns the exit status, negative for a signal."""


def forked(action: Action) -> Act:
    """The action in a child, to which strace is attached."""

    def act(options: Sequence[str]) -> int:
        LOG.unlink(missing_ok=True)
        child = fork(action, waits=True)
        tracer = subprocess.Popen(
            ["strace", "-y", "-o", str(LOG), "-p", str(child), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        status = status_of(child)
        assert tracer.wait(TIME_LIMIT) == 0
        return status

    return act


def untraced(action: Action) -> int:
    """The exit status of an action that nothing strikes."""
    return status_of(fork(action, waits=False))


def fork(action: Action, *, waits: bool) -> int:
    """The number of the child that does it; with ``waits`` not before it is traced."""
    child = os.fork()
    if child == 0:
        status = 99
        try:
            said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for descriptor in (1, 2):
                os.dup2(said, descriptor)
            with fixed_names():
                while waits and UNTRACED in Path("/proc/self/status").read_text():
                    time.sleep(PAUSE)
                status = action()
        finally:
            os._exit(status)
    return child


def status_of(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fixed_names() -> "mock._patch[Callable[[], uuid.UUID]]":
    """While this lasts, the names of what pfwizard puts beside other files are the same ones."""
    tempfile.gettempdir()  # tries the directory out by writing to it, once in a process's life
    tempfile._get_candidate_names = _candidates  # type: ignore[attr-defined]
    return mock.patch.object(uuid, "uuid4", lambda: uuid.UUID(int=0x5EED << 112))


def _candidates() -> Iterator[str]:
    return (f"scratch{number}" for number in range(100))


def program(*arguments: str) -> Act:
    """The whole program; it is the process itself that is traced."""
    return lambda options: _started(_with_strace(options, *arguments)).wait(TIME_LIMIT)


def program_with_engine(*arguments: str) -> Act:
    """The whole program; it is its engine's process that is traced."""

    def act(options: Sequence[str]) -> int:
        LOG.unlink(missing_ok=True)
        ENGINES_PYTHON.write_text(STRIKING_THE_ENGINE % " ".join(options))
        ENGINES_PYTHON.chmod(0o755)
        command = [PYTHON, "-c", WITH_ANOTHER_PYTHON, str(ENGINES_PYTHON), *arguments]
        status = _started(command).wait(TIME_LIMIT)
        _wait_for_watchdogs()
        return status

    return act


def confirmed_program(applying: Sequence[str], state: Path) -> Act:
    """One process applies and waits, and another confirms: that one is traced."""

    def act(options: Sequence[str]) -> int:
        waiting = _started([PYTHON, "-m", "pfwizard", *applying])
        while not _is_on_probation(state):
            assert waiting.poll() is None, SAID.read_text()
            time.sleep(PAUSE)
        status = program("confirm")(options)
        if _is_on_probation(state):  # nobody else will confirm it, and its run is waiting
            _started([PYTHON, "-m", "pfwizard", "rollback"]).wait(TIME_LIMIT)
        waiting.wait(TIME_LIMIT)
        _wait_for_watchdogs()
        return status

    return act


def _started(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    with SAID.open("wb") as said:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)


def _with_strace(options: Sequence[str], *arguments: str) -> list[str]:
    return ["strace", "-y", "-o", str(LOG), *options, PYTHON, "-m", "pfwizard", *arguments]


def _wait_for_watchdogs() -> None:
    """They do what is to be done when the engine is gone, and end."""
    deadline = time.monotonic() + TIME_LIMIT
    while _is_watched():
        assert time.monotonic() < deadline, "the watchdog does not end"
        time.sleep(PAUSE)


def _is_watched() -> bool:
    for commands in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if WATCHDOG in commands.read_bytes():
                return True
    return False


def _is_on_probation(state: Path) -> bool:
    with suppress(OSError):
        return state.read_text().startswith(Stage.ON_PROBATION.value)
    return False

"""Running other programs: with a time limit, a clean environment and a clear failure."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from pfwizard.errors import Failed

DIRECTORIES = (
    *("/usr/local/sbin", "/usr/local/bin"),  # FreeBSD's and OpenBSD's ports
    *("/usr/pkg/sbin", "/usr/pkg/bin"),  # pkgsrc, before the Postfix of NetBSD itself
    *("/usr/sbin", "/usr/bin", "/sbin", "/bin"),
)

ENVIRONMENT = {
    "PATH": ":".join(DIRECTORIES),
    "LC_ALL": "C",
    "HOME": "/",
}
TIME_LIMIT = 30.0
"""Seconds; the slowest program we run, ``postfix check`` on a large queue, takes a few."""


@dataclass(frozen=True)
class Finished:
    """A program that ran to its end."""

    status: int
    stdout: str
    stderr: str

    @property
    def complaints(self) -> tuple[str, ...]:
        return tuple(line for line in self.stderr.splitlines() if line.strip())


class ProgramMissing(Failed):
    """The program is not installed on this machine."""


def run(arguments: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Finished:
    """Run a program to its end, whatever its exit status.

    What it says goes into files: a daemon that it starts may keep them open for ever, and a pipe
    would be waited for. Raises ProgramMissing when it is not installed and Failed when it takes
    too long.
    """
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        status = _status(arguments, stdout, stderr, time_limit)
        return Finished(status, _text(stdout), _text(stderr))


def _status(
    arguments: Sequence[str], stdout: IO[bytes], stderr: IO[bytes], time_limit: float
) -> int:
    try:
        return subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=ENVIRONMENT,
            timeout=time_limit,
            check=False,
            start_new_session=True,  # Ctrl-C is for us alone: a program is never left half done
        ).returncode
    except FileNotFoundError as error:
        raise ProgramMissing(f"{arguments[0]}: this program is not installed") from error
    except OSError as error:
        raise Failed(
            f"{arguments[0]}: this program cannot be run: {os.strerror(error.errno or 0)}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise Failed(
            f"{' '.join(arguments)}: no end after {time_limit:g} seconds",
            "Run it by hand to see what it waits for.",
        ) from error


def run_successfully(arguments: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Finished:
    """Run a program that must succeed.

    Raises Failed with the program's own words when its exit status is not 0.
    """
    done = run(arguments, time_limit=time_limit)
    if done.status != 0:
        words = " / ".join(done.complaints) or f"exit status {done.status}"
        raise Failed(f"{' '.join(arguments)}: {words}")
    return done


def _text(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode("utf-8", "surrogateescape")

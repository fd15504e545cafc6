"""Running other programs: with a time limit, a clean environment and a clear failure."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from pfwizard.errors import Failed

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
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

    Raises ProgramMissing when it is not installed and Failed when it takes too long.
    """
    try:
        done = subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=ENVIRONMENT,
            timeout=time_limit,
            check=False,
            start_new_session=True,  # Ctrl-C is for us alone: a program is never left half done
        )
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
    return Finished(done.returncode, _text(done.stdout), _text(done.stderr))


def run_successfully(arguments: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Finished:
    """Run a program that must succeed.

    Raises Failed with the program's own words when its exit status is not 0.
    """
    done = run(arguments, time_limit=time_limit)
    if done.status != 0:
        words = " / ".join(done.complaints) or f"exit status {done.status}"
        raise Failed(f"{' '.join(arguments)}: {words}")
    return done


def _text(output: bytes) -> str:
    return output.decode("utf-8", "surrogateescape")

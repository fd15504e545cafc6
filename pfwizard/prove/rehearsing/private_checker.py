"""A daemon that checks passwords, started as it is planned beside the private Postfix.

Nothing of it meets the live one: its sockets, its process number and its log are in memory.
"""

import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from pfwizard.apply.live.daemons import answers
from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.prove.rehearsing import namespaces

START_LIMIT = 15.0
"""Seconds for the daemon to answer; Dovecot takes one or two to start its processes."""

PAUSE = 0.02

LOCKED_USERS = Path("/run/faillock")
"""Where pam_faillock(8) counts the wrong passwords of a user, after some of which it locks her."""


class CheckerFailed(Failed):
    """The private daemon does not start, so that no login can be rehearsed.

    ``is_of_the_plan``: neither would the live one with the planned configuration.
    """

    is_of_the_plan = False


class ConfigurationRefused(CheckerFailed):
    """The daemon itself says that it cannot read what it is to be configured with."""

    is_of_the_plan = True


@dataclass(frozen=True)
class PrivateChecker(ABC):
    """What is started: ``service`` is the name of the live one, for people.

    ``socket`` is where it has to answer, as Postfix will find it.
    """

    service: str
    socket: Path

    @abstractmethod
    def set(self) -> Sequence[str]:
        """Put its files in place, in the stage; returns the command that starts it.

        Raises Failed or OSError where that is not possible.
        """

    def words(self, complaints: str) -> str:
        """Why it has not started: it has left ``complaints`` on its standard error."""
        return complaints


def words_of(error: OSError) -> str:
    """With the file that it is about, where it is about one."""
    return f"{error.filename or ''} {error.strerror}".strip()


class Starting:
    """A private daemon between its start and its first answer."""

    def __init__(self, checker: PrivateChecker) -> None:
        """Raises CheckerFailed."""
        self._checker = checker
        self._stderr = TemporaryFile()  # noqa: SIM115 - as long as the daemon may write to it
        try:
            command = checker.set()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._stderr,
                stderr=self._stderr,
                env=programs.ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # another one is not in its process group (kill(2))
            )
        except CheckerFailed:
            raise
        except Failed as failure:
            raise CheckerFailed(failure.message) from failure
        except OSError as error:
            raise CheckerFailed(words_of(error)) from error

    def await_answer(self) -> None:
        """Return when it listens; raises CheckerFailed."""
        end = time.monotonic() + START_LIMIT
        while not answers(self._checker.socket):
            # A daemon that goes to the background ends too, with success.
            if self._process.poll() or time.monotonic() > end:
                raise CheckerFailed(self._why())
            time.sleep(PAUSE)

    def _why(self) -> str:
        self._stderr.seek(0)
        complaints = self._stderr.read().decode("utf-8", "replace").splitlines()
        words = self._checker.words(" / ".join(filter(None, complaints)))
        return words or f"nobody answers at {self._checker.socket}"


def started(checkers: Sequence[PrivateChecker]) -> Sequence[Starting]:
    """All of them on their way; raises CheckerFailed."""
    if checkers and LOCKED_USERS.is_dir():
        namespaces.mount_memory(LOCKED_USERS, mode=0o755)
    return [Starting(checker) for checker in checkers]

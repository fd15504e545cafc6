"""The stage as its audience sees it: it begins, plays, and ends, none of which takes for ever."""

import socket
import subprocess
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from pfwizard.apply.process import child
from pfwizard.cf.master_cf import MasterCf
from pfwizard.prove.rehearsing.order import (
    Answer,
    Collapsed,
    Curtain,
    Died,
    Log,
    NoLogins,
    NotPossible,
    Playing,
    StageOrder,
)
from pfwizard.prove.rehearsing.private_checker import CheckerFailed, ConfigurationRefused
from pfwizard.prove.rehearsing.private_settings import private_name
from pfwizard.prove.rehearsing.score import CannotRehearse
from pfwizard.prove.rehearsing.throttling import is_given_up

STAGE = "pfwizard.prove.rehearsing.stage"

ANSWER_LIMIT = 60.0
"""Seconds for the private Postfix to start, and for its log."""

END_LIMIT = 5.0
"""Seconds for it to end, before it is killed."""


class Performance:
    """The stage while it plays; ``died`` is set where Postfix did not start."""

    def __init__(self, order: StageOrder) -> None:
        self._order = order
        self._master = MasterCf.parse(order.master_cf)
        self.died: Died | None = None

    def __enter__(self) -> "Performance":
        theirs, ours = socket.socketpair()
        with theirs:
            try:
                self._process = child.start(child.command(STAGE), stdin=theirs.fileno())
            except OSError as error:
                ours.close()
                raise CannotRehearse(f"no process can be started: {error.strerror}") from error
        self._connection = Connection(ours.detach())
        try:
            self._connection.send(self._order)
            self._await_start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _await_start(self) -> None:
        match self._received(ANSWER_LIMIT):
            case Playing():
                return
            case Died() as died:
                self.died = died
            case NotPossible(why):
                raise CannotRehearse(
                    f"no private Postfix can be started here: {why}",
                    "It needs root, and namespaces and mounts of its own, which some containers "
                    "do not allow.",
                )
            case NoLogins(why, is_of_the_plan):
                raise ConfigurationRefused(why) if is_of_the_plan else CheckerFailed(why)
            case Log():
                raise AssertionError("a log before the start")

    def _received(self, limit: float) -> Answer:
        if not self._connection.poll(limit):
            raise CannotRehearse(
                f"the private Postfix has not answered in {limit:g} seconds",
                "Look for a file system that does not answer, such as a dead server's.",
            )
        try:
            answer: Answer | Collapsed = self._connection.recv()
        except (EOFError, OSError) as error:
            raise CannotRehearse(f"the process of the rehearsal {self._end()}") from error
        if isinstance(answer, Collapsed):
            raise CannotRehearse(f"the process of the rehearsal has ended: {answer.why}")
        return answer

    def _end(self) -> str:
        """How it came to its end, which it has not told itself."""
        with suppress(subprocess.TimeoutExpired):
            status = self._process.wait(END_LIMIT)
            return f"was killed by signal {-status}" if status < 0 else "has ended without a word"
        return "says no more"

    def is_hopeless(self, port: int) -> bool:
        """Whether the server on this private port has died, or all of them have.

        The log is seen through the stage's own root (proc(5)).
        """
        if self._process.poll() is not None:
            return True
        log = Path(f"/proc/{self._process.pid}/root") / self._order.log.relative_to("/")
        try:
            text = log.read_text("utf-8", "replace")
        except OSError:
            return False
        return is_given_up(text, private_name(port), self._master, self._order.daemon_directory)

    def end(self) -> tuple[str, ...]:
        """End it; returns its log. Raises CannotRehearse where it was killed meanwhile."""
        with suppress(OSError):
            self._connection.send(Curtain())
        answer = self._received(ANSWER_LIMIT)
        return answer.lines if isinstance(answer, Log) else ()

    def __exit__(self, *exception: object) -> None:
        """With the pipe closed the stage ends; with it, everything that it has started.

        What hangs in the kernel, on a file system that does not answer, ends when that lets it go.
        """
        self._connection.close()
        try:
            self._process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

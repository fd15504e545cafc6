"""A terminal with somebody at it: a program runs on it, and what it shows can be read."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from typing import Self

import pyte

from tests.waiting import LIMIT

F1, F2, F3, F4, F5, F6, F8, F10 = (
    *("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS"),
    *("\x1b[15~", "\x1b[17~", "\x1b[19~", "\x1b[21~"),
)
TAB, ENTER, LEFT, RIGHT, UP, DOWN, CTRL_P, CTRL_U = (
    *("\t", "\r", "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x10", "\x15"),
)


class Terminal:
    """A pseudo-terminal of this size; the program leads its session, as over SSH."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
    ) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.sent = b""
        """Everything that the program has written."""
        self.started = time.perf_counter()
        master, slave = pty.openpty()
        self._line = os.fdopen(master, "r+b", buffering=0)
        self._set_size(size)
        self.process = subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={k: v for k, v in environment.items() if k not in ("COLUMNS", "LINES")},
            start_new_session=True,
            preexec_fn=_take_the_terminal,
        )
        os.close(slave)

    def type(self, *keys: str) -> None:
        """Press keys, with a little time between them, as a person does."""
        for key in keys:
            self._line.write(key.encode())
            self.read(0.05)

    def read(self, seconds: float) -> bytes:
        """What the program writes within this time."""
        new = b""
        if self._line.closed:
            time.sleep(seconds)
            return new
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._line], [], [], left)[0]:
                try:
                    chunk = os.read(self._line.fileno(), 65536)
                except OSError:  # EIO: the last process has closed the terminal
                    break
                if not chunk:
                    break
                new += chunk
                self._stream.feed(chunk)
        self.sent += new
        return new

    def seconds_until(self, words: bytes, since: float) -> float:
        """How long it takes, from a time of the performance counter, until these are sent.

        What is sent meanwhile is put on the screen only then: that takes longer than to send it.
        """
        new = b""
        while words not in new:
            chunk, came = self._next_chunk(since)
            new += chunk
        self._stream.feed(new)
        return came - since

    def seconds_until_shown(self, words: str, since: float) -> float:
        """The same until they are on the screen, wherever in what is sent their letters stand."""
        came = since
        while words not in self.text:
            chunk, came = self._next_chunk(since)
            self._stream.feed(chunk)
        return came - since

    def _next_chunk(self, since: float) -> tuple[bytes, float]:
        """What is sent next, and when it came by the performance counter."""
        left = LIMIT - (time.perf_counter() - since)
        ready = left > 0 and select.select([self._line], [], [], left)[0]
        assert ready, f"nothing more is sent:\n{self.text}"
        chunk = os.read(self._line.fileno(), 65536)
        came = time.perf_counter()
        self.sent += chunk
        return chunk, came

    def write(self, keys: str) -> None:
        """Press keys, and do not wait."""
        self._line.write(keys.encode())

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def line_of_cursor(self) -> str:
        """The line in which the next character would be shown."""
        return self._screen.display[self._screen.cursor.y].rstrip()

    def wait_for(self, words: str) -> None:
        """Read until these words are on the screen."""
        deadline = time.monotonic() + LIMIT
        while words not in self.text:
            is_over = self.process.poll() is not None or time.monotonic() >= deadline
            self.read(0.1)
            assert not is_over or words in self.text, f"{words!r} is not shown:\n{self.text}"

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the kernel tells the program (SIGWINCH, tty_ioctl(4))."""
        self._screen.resize(rows, columns)
        self._set_size((columns, rows))

    def hang_up(self) -> None:
        """Close the terminal, as sshd does when the line is lost: the program gets SIGHUP."""
        self._line.close()

    def wait(self) -> int:
        """The program's status, when it has ended."""
        deadline = time.monotonic() + LIMIT
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end:\n{self.text}"
            with contextlib.suppress(OSError):
                self.read(0.1)
        with contextlib.suppress(OSError):
            self.read(0.1)
        return self.process.returncode

    @property
    def is_sane(self) -> bool:
        """Whether what is typed is shown again, and lines are read as lines (termios(3))."""
        local = termios.tcgetattr(self._line)[3]
        return bool(local & termios.ECHO and local & termios.ICANON)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        with contextlib.suppress(OSError):
            self._line.close()

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self._line, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))


def _take_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

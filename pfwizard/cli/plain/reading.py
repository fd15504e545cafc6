"""Lines from standard input, read so that something else can be waited for at the same time."""

import os
import select
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from pfwizard.cli import streams
from pfwizard.quoting import harmless

STANDARD_INPUT = 0

AT_ONCE = 65536
"""Bytes."""

LONGEST_LINE = 2**20
"""Bytes; what goes on without an end is no answer, as of zero(4), and would fill the memory."""

LOCAL_FLAGS = 3
"""Where tcgetattr has what decides about the echo."""


class Waitable(Protocol):
    """What select(2) can wait for."""

    def fileno(self) -> int: ...


class Reader(Protocol):
    """Where the answers come from; a test brings its own."""

    @property
    def is_terminal(self) -> bool:
        """Whether more can come after an end of the input."""

    def show(self, prompt: str) -> None:
        """Show what is asked, without an end of the line."""

    def read(self, prompt: str) -> str:
        """Show what is asked; returns the next line, or raises EOFError at the end of the input."""

    def read_secret(self, prompt: str) -> str:
        """The same, without showing what is typed."""

    def is_typed_before(self, news: Waitable) -> bool:
        """Wait for a line or the end of the input; false when there is news first."""


class StandardInput:
    """Reads the descriptor itself: what input() had read ahead, select(2) would not see."""

    def __init__(self, descriptor: int = STANDARD_INPUT) -> None:
        self._descriptor = descriptor
        self._ahead = b""
        self._is_at_end = False

    @property
    def is_terminal(self) -> bool:
        return os.isatty(self._descriptor)

    def show(self, prompt: str) -> None:
        streams.finish_standard_output()
        if sys.stderr is not None:
            with suppress(OSError):
                print(harmless(prompt), end="", file=sys.stderr, flush=True)

    def read(self, prompt: str) -> str:
        self.show(prompt)
        return self._line()

    def read_secret(self, prompt: str) -> str:
        if not self.is_terminal:
            return self.read(prompt)
        with _without_echo(self._descriptor):
            self.show(prompt)
            try:
                return self._line()
            finally:
                self.show("\n")  # the one that was typed is not shown either

    def is_typed_before(self, news: Waitable) -> bool:
        while not select.select([news], [], [], 0)[0]:
            if self._has_line:
                return True
            either = select.select([self._descriptor, news.fileno()], [], [])[0]
            if self._descriptor in either:
                self._read_more()
        return False

    @property
    def _has_line(self) -> bool:
        return self._is_at_end or b"\n" in self._ahead

    def _line(self) -> str:
        while not self._has_line:
            self._read_more()
        line, end, self._ahead = self._ahead.partition(b"\n")
        if not end:
            self._is_at_end = False  # on a terminal there can be more
            if not line:
                raise EOFError
        encoding = "utf-8" if sys.stdin is None else sys.stdin.encoding
        return line.decode(encoding, "surrogateescape")  # a wrong answer, but no reason to end

    def _read_more(self) -> None:
        select.select([self._descriptor], [], [])  # another process may have made it non-blocking
        try:
            read = os.read(self._descriptor, AT_ONCE)
        except OSError:  # EIO: the terminal has hung up
            read = b""
        self._ahead += read
        if len(self._ahead) > LONGEST_LINE and b"\n" not in self._ahead:
            self._ahead = read = b""
        self._is_at_end = not read


@contextmanager
def _without_echo(descriptor: int) -> Iterator[None]:
    """What is typed ahead is kept, which getpass() throws away."""
    before = termios.tcgetattr(descriptor)
    silent = list(before)
    silent[LOCAL_FLAGS] &= ~termios.ECHO
    try:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, silent)
        yield
    finally:
        with suppress(termios.error):  # it has hung up
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

"""Lines that are printed, and lines that are asked for. Nothing is ever painted over."""

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass

from pfwizard.cli.streams import say


class Left(Exception):
    """The operator wants to go: the input has ended, or Ctrl-C was pressed."""


def _read(prompt: str) -> str:
    return input(prompt)


def _read_secret(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else input(prompt)


@dataclass(frozen=True)
class Lines:
    """What a dialogue is held through; a test brings its own readers."""

    say: Callable[[str], None] = say
    read: Callable[[str], str] = _read
    read_secret: Callable[[str], str] = _read_secret

    def ask(self, prompt: str) -> str:
        """A line without blanks around it; raises Left."""
        return self._asked(self.read, prompt)

    def ask_secretly(self, prompt: str) -> str:
        """The same, without showing what is typed; raises Left."""
        return self._asked(self.read_secret, prompt)

    def _asked(self, read: Callable[[str], str], prompt: str) -> str:
        try:
            return read(prompt).strip()
        except (EOFError, KeyboardInterrupt) as end:
            raise Left from end

    def choose(self, prompt: str, words: tuple[str, ...]) -> str:
        """One of the words, or the first letters of one; asked again until it is one."""
        while True:
            typed = self.ask(f"{prompt} ({', '.join(words)}): ").lower()
            meant = [word for word in words if typed and word.startswith(typed)]
            if len(meant) == 1 or typed in meant:
                return typed if typed in meant else meant[0]
            self.say(f"Answer with one of: {', '.join(words)}.")

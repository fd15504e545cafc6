"""A window of tmux in a machine: used from outside it, whether or not a client shows it."""

import shlex
from collections.abc import Mapping, Sequence

from tests.machines.machine import Machine
from tests.terminal import ENTER, F8
from tests.waiting import wait_until

NAMES = {ENTER: "Enter", F8: "F8"}
"""What tmux calls the keys; it sends what the terminal that it plays would send."""

CLIENT = ("tmux", "-L", "pfwizard", "-f", "/dev/null")
"""A server of its own, which no configuration file changes."""

SESSION = "wizard"

ENDED = "ended with status"
"""Shown before the command's status; of tmux one cannot ask it, because libutempter may take away
the signal that tells it of the end (https://github.com/tmux/tmux/issues/311)."""


class TmuxWindow:
    """A window of 80x24 in which one command runs; the server ends with the machine."""

    def __init__(
        self, machine: Machine, argv: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self._machine = machine
        self._environment = environment
        self._tmux(
            *("new-session", "-d", "-s", SESSION, "-x", "80", "-y", "24"),
            f"{shlex.join(argv)}; echo {ENDED} $?; exec sleep infinity",
            *(";", "set", "-g", "window-size", "manual"),  # else a client's size becomes its own
        )

    @property
    def attaching(self) -> list[str]:
        """The command that shows the window on a terminal."""
        return [*CLIENT, "attach-session"]

    def detach(self) -> None:
        """Send every client away."""
        self._tmux("detach-client", "-s", SESSION)

    def type(self, *keys: str) -> None:
        """Press keys."""
        for key in keys:
            name = NAMES.get(key)
            self._tmux("send-keys", *((name,) if name else ("-l", key)))

    @property
    def text(self) -> str:
        """What is in the window."""
        return self._tmux("capture-pane", "-p")

    def wait_for(self, words: str) -> None:
        """Look until these words are in the window."""
        try:
            wait_until(lambda: words in self.text)
        except AssertionError as error:
            raise AssertionError(f"{words!r} is not shown:\n{self.text}") from error

    def _tmux(self, *arguments: str) -> str:
        return self._machine.run([*CLIENT, *arguments], env=self._environment).stdout

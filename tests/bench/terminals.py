"""The three programs of the comparisons on a terminal: ours, a bare one, and whiptail."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.machines.cache import MachinesUnavailable
from tests.machines.runtime import CHECKOUT
from tests.terminal import CTRL_U, F8, TAB, Terminal

STOCK = CHECKOUT / "pfwizard" / "demo" / "stock"

FIELDS_OF_A_PAGE = 20
"""More than any page has."""

# One dialog after the other in one terminal; what is answered goes away.
DIALOGS = 'for question; do "$0" --inputbox "$question" 10 60 2>/dev/null; done'


@dataclass(frozen=True)
class Workplace:
    """A tree to configure and a home: nothing of whoever measures is read or written."""

    directory: Path

    @property
    def wizard(self) -> list[str]:
        return [sys.executable, "-m", "pfwizard", "--root", str(self.directory / "root")]

    @property
    def bare_app(self) -> list[str]:
        return [sys.executable, "-m", "tests.bench.bare_app"]

    def terminal(self, argv: Sequence[str]) -> Terminal:
        """The program on a terminal of 80 columns and 24 rows, which ends with its block."""
        return Terminal(argv, self._environment)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.directory / "home"),
            "PYTHONPATH": str(CHECKOUT),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }


@contextmanager
def workplace() -> Iterator[Workplace]:
    """Its tree is a fresh installation's configuration."""
    with TemporaryDirectory(prefix="pfwizard-bench-") as directory:
        shutil.copytree(STOCK, Path(directory, "root"))
        Path(directory, "home").mkdir()
        yield Workplace(Path(directory))


def whiptail(*questions: str) -> list[str]:
    """Dialogs with these questions, one after the other.

    Raises MachinesUnavailable where there is no whiptail.
    """
    program = shutil.which("whiptail")
    if program is None:
        raise MachinesUnavailable("whiptail is not installed; on Debian: apt-get install whiptail")
    return ["sh", "-c", DIALOGS, program, *questions]


def come_to_the_organization(terminal: Terminal) -> None:
    """In the wizard: from the start to the CA's field of that name, and empty it."""
    come_to_the_questions(terminal)
    for _ in range(FIELDS_OF_A_PAGE):
        if "Organization " in terminal.line_of_cursor:
            break
        terminal.type(TAB)
        terminal.read(0.2)
    else:
        raise AssertionError(f"there is no field for the organization:\n{terminal.text}")
    terminal.type(CTRL_U)
    terminal.read(0.5)


def come_to_the_questions(terminal: Terminal) -> None:
    """In the wizard: from the start to the first page with questions."""
    terminal.wait_for("Port 25 (mail)")
    terminal.read(0.5)
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.read(0.5)

"""The three programs of the comparisons on a terminal: ours, a bare one, and whiptail."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pfwizard
from tests.machines.cache import MachinesUnavailable
from tests.terminal import F8, TAB, Terminal

PACKAGE = Path(pfwizard.__file__).parent
STOCK = PACKAGE / "demo" / "stock"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "NO_COLOR"},
    "PYTHONPATH": str(PACKAGE.parent),
    "TERM": "xterm-256color",
    "LC_ALL": "C.UTF-8",
}
QUESTION = "Organization, such as the name of your company"


@contextmanager
def on_terminal(argv: list[str]) -> Iterator[Terminal]:
    """The program on a terminal of 80 columns and 24 rows; it is killed after the block."""
    terminal = Terminal(argv, ENVIRONMENT)
    try:
        yield terminal
    finally:
        terminal.end()


@contextmanager
def tree() -> Iterator[Path]:
    """A copy of a fresh installation's configuration."""
    with TemporaryDirectory(prefix="pfwizard-bench-") as directory:
        root = Path(directory, "root")
        shutil.copytree(STOCK, root)
        yield root


def wizard(root: Path) -> list[str]:
    return [sys.executable, "-m", "pfwizard", "--root", str(root)]


def bare_app() -> list[str]:
    return [sys.executable, "-m", "tests.bench.bare_app"]


def whiptail(question: str = QUESTION) -> list[str]:
    """Raises MachinesUnavailable where there is none."""
    program = shutil.which("whiptail")
    if program is None:
        raise MachinesUnavailable("whiptail is not installed; on Debian: apt install whiptail")
    return [program, "--inputbox", question, "10", "60"]


def come_to_the_organization(terminal: Terminal) -> None:
    """In the wizard: from the start to the CA's field of that name, and empty it."""
    terminal.wait_for("Port 25 (mail)")
    terminal.read(0.5)
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    for _ in range(20):
        if "Organization" in hint_of(terminal) or "organization" in hint_of(terminal):
            break
        terminal.type(TAB)
        terminal.read(0.2)
    terminal.type(CTRL_U)
    terminal.read(0.5)


def hint_of(terminal: Terminal) -> str:
    """The words about the field in focus, above the buttons."""
    return "\n".join(terminal.text.split("\n")[-5:-2])


CTRL_U = "\x15"

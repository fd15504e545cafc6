"""On a slow line a key arrives in pieces, and the first piece of an arrow key is Esc."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import ENVIRONMENT, Machine
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.terminal import F8

ESCAPE_DELAY = (
    "import pfwizard.screens.app; from textual.constants import ESCAPE_DELAY; print(ESCAPE_DELAY)"
)

VERY_LONG = "60000"
"""Milliseconds."""


@pytest.fixture
def on_terminal() -> Iterator[OnTerminal]:
    with opened_terminals() as start:
        yield start


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)


def seconds_for_the_rest_of_a_key(**environment: str) -> float:
    """As the wizard would wait for it."""
    inherited = {name: value for name, value in ENVIRONMENT.items() if name != "ESCDELAY"}
    done = subprocess.run(
        [sys.executable, "-c", ESCAPE_DELAY],
        capture_output=True,
        env={**inherited, **environment},
        text=True,
        timeout=60,
        check=True,
    )
    return float(done.stdout)


def test_the_rest_of_a_key_is_waited_for_longer_than_textual_does() -> None:
    assert seconds_for_the_rest_of_a_key() == 0.25


def test_whoever_has_a_slower_line_says_so_in_the_environment() -> None:
    assert seconds_for_the_rest_of_a_key(ESCDELAY="900") == 0.9


def test_a_torn_arrow_key_moves_on_and_does_not_go_back(
    machine: Machine, on_terminal: OnTerminal
) -> None:
    terminal = on_terminal("--root", machine.root, ESCDELAY=VERY_LONG)
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("create: made here once")

    terminal.type("\x1b")
    terminal.read(0.4)
    terminal.type("[B")

    terminal.wait_for("The two letters of ISO 3166")

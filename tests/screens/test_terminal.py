"""The real program on a pseudo-terminal, with each kind of terminal that operators have."""

import re
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from pfwizard.wizard.steps import ASKING
from tests.cli.program import Machine, pfwizard_process, traces
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.terminal import CTRL_P, CTRL_U, ENTER, F1, F8, F10, RIGHT, TAB

TERMS = ["xterm-256color", "screen", "tmux-256color", "linux", "vt220"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)


@pytest.fixture
def on(machine: Machine) -> Iterator[OnTerminal]:
    """The wizard on a tree, starting from answers with keys that are made at once."""
    with opened_terminals() as start:
        home = str(machine.root.parent)
        yield partial(start, "--load", machine.answers, "--root", machine.root, HOME=home)


PAGES_BEFORE_THE_REVIEW = 1 + len(ASKING)
"""The welcome, and those that ask."""


@pytest.mark.parametrize("term", TERMS)
def test_the_whole_walk_works_on_every_terminal(
    machine: Machine, term: str, on: OnTerminal
) -> None:
    terminal = on(TERM=term)
    terminal.wait_for("Port 25 (mail): on, without TLS")
    for title in ("Certificate authority", "Server certificate", "Client certificates"):
        terminal.type(F8)
        terminal.wait_for(title)
    for title in (
        "Step 5 of 11",
        "Step 6 of 11",
        "Step 7 of 11",
        "Step 8 of 11",
        "Summary  smtpd.conf",
    ):
        terminal.type(F8)
        terminal.wait_for(title)
    terminal.type(F8, ENTER)
    terminal.wait_for("[ Keep ]")
    terminal.type("k")
    terminal.wait_for("[ Next ]")
    terminal.type(ENTER)
    terminal.wait_for("Done, as transaction")
    terminal.type(ENTER)

    assert terminal.wait() == 0
    assert terminal.is_sane
    assert "smtpd_tls_security_level = may" in (machine.root / "etc/postfix/main.cf").read_text()


def test_leaving_half_way_changes_nothing(machine: Machine, on: OnTerminal) -> None:
    before = traces(machine.root)
    terminal = on()
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.type(F10)
    terminal.wait_for("Quit pfwizard?")
    terminal.type(TAB, ENTER)

    assert terminal.wait() == 1
    assert "Nothing was changed." in terminal.text
    assert terminal.is_sane
    assert traces(machine.root) == before


def test_a_resize_in_the_middle_loses_nothing(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.type(TAB, "D", "E")
    terminal.resize(120, 40)
    terminal.wait_for("Key file")
    terminal.resize(60, 20)
    terminal.wait_for("ITDE")


def test_a_line_that_drops_ends_the_wizard_and_changes_nothing(
    machine: Machine, on: OnTerminal
) -> None:
    before = traces(machine.root)
    terminal = on()
    terminal.wait_for("Port 25 (mail)")

    terminal.hang_up()

    assert terminal.wait() == -signal.SIGHUP
    assert traces(machine.root) == before


def test_a_line_that_drops_on_probation_leaves_the_change_to_be_kept(
    machine: Machine, on: OnTerminal
) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")
    terminal.type(*[F8] * PAGES_BEFORE_THE_REVIEW)
    terminal.wait_for("Summary  smtpd.conf")
    terminal.type(F8, ENTER)
    terminal.wait_for("[ Keep ]")

    terminal.hang_up()
    terminal.wait()
    again = on()
    again.wait_for("is on probation")
    again.wait_for("[ Keep ]")
    again.type("k")
    again.wait_for("Port 465 (smtps): on, with TLS at once")

    assert "confirmed" in pfwizard_process("history", "--root", machine.root).stdout


def test_a_termination_leaves_the_terminal_as_it_was(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")

    terminal.process.terminate()

    assert terminal.wait() == 1
    assert terminal.is_sane
    assert "asked to end" in terminal.text


def test_nothing_is_sent_while_nobody_types(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.read(1.0)

    assert terminal.read(3.0) == b""


def test_another_page_is_painted_when_it_is_complete_and_not_on_its_way(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")
    terminal.read(1.0)
    before = len(terminal.sent)

    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.read(1.0)

    in_the_middle = b"\x1b[12;1H"
    assert terminal.sent[before:].count(in_the_middle) <= 2


@pytest.mark.parametrize(("value", "is_coloured"), [("", True), ("1", False)])
def test_no_color_is_heeded(value: str, is_coloured: bool, on: OnTerminal) -> None:
    terminal = on(NO_COLOR=value)
    terminal.wait_for("Port 25 (mail)")
    terminal.type(*[F8] * PAGES_BEFORE_THE_REVIEW)
    terminal.wait_for("Summary  smtpd.conf")
    terminal.type(RIGHT)
    terminal.wait_for("+pwcheck_method")

    assert bool(colours(terminal.sent)) is is_coloured


COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}
"""Parameters that set a colour other than the terminal's own (ECMA-48, SGR)."""


def colours(sent: bytes) -> set[int]:
    """The colours that are set."""
    parameters = b";".join(re.findall(rb"\x1b\[([0-9;]*)m", sent)).split(b";")
    return {int(number) for number in parameters if number} & COLOURS


def test_a_terminal_without_unicode_gets_ascii_only(on: OnTerminal) -> None:
    terminal = on(PFWIZARD_ASCII="1")
    terminal.wait_for("Port 25 (mail)")
    terminal.type(*[F8] * PAGES_BEFORE_THE_REVIEW)
    terminal.wait_for("Summary  smtpd.conf")
    terminal.type(CTRL_P)
    terminal.wait_for("Step: Review")

    assert terminal.sent.isascii()


def test_the_mouse_is_left_to_the_terminal(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")

    assert b"\x1b[?1003h" not in terminal.sent


def test_the_mouse_is_used_on_request(on: OnTerminal) -> None:
    terminal = on("--mouse")
    terminal.wait_for("Port 25 (mail)")

    assert b"\x1b[?1003h" in terminal.sent


def test_a_dumb_terminal_is_told_of_the_line_dialogue(on: OnTerminal) -> None:
    terminal = on(TERM="dumb")

    assert terminal.wait() == 2
    assert "pfwizard --plain" in terminal.text


def test_without_a_terminal_the_way_is_an_answers_file(machine: Machine) -> None:
    done = pfwizard_process("--load", machine.answers, "--root", machine.root)

    assert done.returncode == 2
    assert "pfwizard --answers FILE" in done.stderr


def test_a_crash_shows_no_answers_and_leaves_the_terminal_sane(machine: Machine) -> None:
    machine.answer('challenge_password = ""', 'challenge_password = "hunter2secret"')
    code = """
import sys
from pfwizard.screens.questions import Questions
def crash(self):
    secret = self.session.sheet.text("server.request_attributes.challenge_password")
    raise RuntimeError("cannot use " + secret)
Questions.on_mount = crash
from pfwizard.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
    with opened_terminals("-c", code) as start:
        terminal = start("--load", machine.answers, "--root", machine.root)
        terminal.wait_for("Port 25 (mail)")
        terminal.type(F8)

        assert terminal.wait() == 1
        assert terminal.is_sane
        assert b"internal error: RuntimeError" in terminal.sent
        assert b"hunter2secret" not in terminal.sent


def test_keys_typed_ahead_reach_the_page_they_are_meant_for(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")

    terminal.write(F8 + F8 + TAB + CTRL_U + "mx.example.org" + TAB + CTRL_U + "AT" + TAB)

    terminal.wait_for("Country                   AT")
    assert "Host names                mx.example.org" in terminal.text


def test_keys_typed_ahead_outlast_a_dialog(on: OnTerminal) -> None:
    terminal = on()
    terminal.wait_for("Port 25 (mail)")

    terminal.write(F1 + "q" + F8 + F8)

    terminal.wait_for("Step 3 of 11")

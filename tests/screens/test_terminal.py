"""The real program on a pseudo-terminal, with each kind of terminal that operators have."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import ENVIRONMENT, Machine, pfwizard_process, traces
from tests.terminal import ENTER, F8, F10, TAB, Terminal

TERMS = ["xterm-256color", "screen", "tmux-256color", "linux", "vt220"]

UTF_8 = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

open_terminals: list[Terminal] = []


@pytest.fixture(autouse=True)
def _end_terminals() -> Iterator[None]:
    yield
    while open_terminals:
        open_terminals.pop().end()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)


def wizard(*arguments: str | Path, **environment: str) -> Terminal:
    """The program on a terminal of its own."""
    argv = [sys.executable, "-m", "pfwizard", *map(str, arguments)]
    terminal = Terminal(argv, {**ENVIRONMENT, **UTF_8, "TERM": "xterm", **environment})
    open_terminals.append(terminal)
    return terminal


def on(machine: Machine, **environment: str) -> Terminal:
    """The wizard on a tree, starting from answers with keys that are made at once."""
    return wizard("--load", machine.answers, "--root", machine.root, **environment)


@pytest.mark.parametrize("term", TERMS)
def test_the_whole_walk_works_on_every_terminal(machine: Machine, term: str) -> None:
    terminal = on(machine, TERM=term)
    terminal.wait_for("Port 25 (mail): on, without TLS")
    for title in ("Certificate authority", "Server certificate", "Client certificates"):
        terminal.type(F8)
        terminal.wait_for(title)
    for title in ("Step 5 of 10", "Step 6 of 10", "Step 7 of 10", "Files and directories"):
        terminal.type(F8)
        terminal.wait_for(title)
    terminal.type(F8)
    terminal.wait_for("[ Keep ]")
    terminal.type(ENTER)
    terminal.wait_for("[ Next ]")
    terminal.type(ENTER)
    terminal.wait_for("Done, as transaction")
    terminal.type(ENTER)

    assert terminal.wait() == 0
    assert terminal.is_sane
    assert "smtpd_tls_security_level = may" in (machine.root / "etc/postfix/main.cf").read_text()


def test_leaving_half_way_changes_nothing(machine: Machine) -> None:
    before = traces(machine.root)
    terminal = on(machine)
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


def test_a_resize_in_the_middle_loses_nothing(machine: Machine) -> None:
    terminal = on(machine)
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.type("D", "E")
    terminal.resize(120, 40)
    terminal.wait_for("Key file")
    terminal.resize(60, 20)
    terminal.wait_for("ITDE")


def test_a_line_that_drops_ends_the_wizard_and_changes_nothing(machine: Machine) -> None:
    before = traces(machine.root)
    terminal = on(machine)
    terminal.wait_for("Port 25 (mail)")

    terminal.hang_up()

    assert terminal.wait() == -signal.SIGHUP
    assert traces(machine.root) == before


def test_a_line_that_drops_on_probation_leaves_the_change_to_be_kept(machine: Machine) -> None:
    terminal = on(machine)
    terminal.wait_for("Port 25 (mail)")
    terminal.type(*[F8] * 7)
    terminal.wait_for("Files and directories")
    terminal.type(F8)
    terminal.wait_for("[ Keep ]")

    terminal.hang_up()
    terminal.wait()
    again = on(machine)
    again.wait_for("is on probation")
    again.wait_for("[ Keep ]")
    again.type(ENTER)
    again.wait_for("Port 465 (smtps): on, with TLS at once")

    assert "confirmed" in pfwizard_process("history", "--root", machine.root).stdout


def test_a_termination_leaves_the_terminal_as_it_was(machine: Machine) -> None:
    terminal = on(machine)
    terminal.wait_for("Port 25 (mail)")

    terminal.process.terminate()

    assert terminal.wait() == 1
    assert terminal.is_sane
    assert "asked to end" in terminal.text


def test_nothing_is_sent_while_nobody_types(machine: Machine) -> None:
    terminal = on(machine)
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.read(1.0)

    assert terminal.read(3.0) == b""


def test_no_color_is_heeded(machine: Machine) -> None:
    terminal = on(machine, NO_COLOR="1")
    terminal.wait_for("Port 25 (mail)")
    terminal.type(*[F8] * 7)
    terminal.wait_for("Files and directories")

    assert b"\x1b[3" not in colours(terminal.sent)
    assert b"38;" not in colours(terminal.sent)


def colours(sent: bytes) -> bytes:
    """What sets a colour other than the terminal's own (ECMA-48, SGR)."""
    return b" ".join(
        part for part in sent.split(b"\x1b") if part.startswith(b"[") and b"m" in part[:20]
    ).replace(b"39;49", b"")


def test_a_terminal_without_unicode_gets_ascii_only(machine: Machine) -> None:
    terminal = on(machine, PFWIZARD_ASCII="1")
    terminal.wait_for("Port 25 (mail)")
    terminal.type(*[F8] * 7)
    terminal.wait_for("Files and directories")

    assert terminal.sent.isascii()


def test_the_mouse_is_left_to_the_terminal(machine: Machine) -> None:
    terminal = on(machine)
    terminal.wait_for("Port 25 (mail)")

    assert b"\x1b[?1003h" not in terminal.sent


def test_the_mouse_is_used_on_request(machine: Machine) -> None:
    terminal = wizard("--load", machine.answers, "--root", machine.root, "--mouse")
    terminal.wait_for("Port 25 (mail)")

    assert b"\x1b[?1003h" in terminal.sent


def test_a_dumb_terminal_is_told_of_the_line_dialogue(machine: Machine) -> None:
    terminal = on(machine, TERM="dumb")

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
    argv = [sys.executable, "-c", code, "--load", str(machine.answers)]
    environment = {**ENVIRONMENT, **UTF_8, "TERM": "xterm"}
    terminal = Terminal([*argv, "--root", str(machine.root)], environment)
    open_terminals.append(terminal)
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)

    assert terminal.wait() == 1
    assert terminal.is_sane
    assert b"internal error: RuntimeError" in terminal.sent
    assert b"hunter2secret" not in terminal.sent

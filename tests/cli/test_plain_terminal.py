"""The line dialogue on a real terminal: Ctrl-C, Ctrl-D, the echo, and a line that is lost."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Machine, contents, traces
from tests.cli.test_plain import history
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.terminal import Terminal
from tests.waiting import LIMIT, wait_until

CTRL_C, CTRL_D = "\x03", "\x04"

ENTER = "\n"

FIRST_QUESTION = "Where it comes from ("

PROMPT = b": "
"""How everything ends that the dialogue waits behind."""

MORE_THAN_ALL = 80
"""Questions."""


@pytest.fixture
def start() -> Iterator[OnTerminal]:
    with opened_terminals() as start:
        yield start


def wait_for(terminal: Terminal, words: str, times: int = 1) -> None:
    """Read until this was said so often; it may have left the screen long ago."""
    deadline = time.monotonic() + LIMIT
    while said(terminal).count(words) < times:
        assert time.monotonic() < deadline, f"{words!r} was not said:\n{said(terminal)}"
        terminal.read(0.1)


def said(terminal: Terminal) -> str:
    """Everything so far, wherever its lines were broken."""
    return " ".join(terminal.sent.decode(errors="replace").split())


def at_the_first_question(start: OnTerminal, machine: Machine, home: Path) -> Terminal:
    terminal = start("--plain", "--root", machine.root, HOME=str(home), XDG_STATE_HOME="")
    wait_for(terminal, FIRST_QUESTION)
    return terminal


def at_the_secret(start: OnTerminal, machine: Machine) -> Terminal:
    terminal = start("--plain", "--root", machine.root, "--load", machine.answers)
    enter_until(terminal, "Challenge password")
    assert not terminal.is_sane
    return terminal


def enter_until(terminal: Terminal, words: str) -> None:
    """Take what is offered, question by question and none ahead: it would answer these words."""
    wait_for_a_prompt(terminal)
    while words not in said(terminal):
        answered = len(terminal.sent)
        terminal.type(ENTER)
        wait_for_a_prompt(terminal, answered)


def wait_for_a_prompt(terminal: Terminal, after: int = 0) -> None:
    """Read until the program waits for a line, having written more than so many bytes."""
    deadline = time.monotonic() + LIMIT
    while len(terminal.sent) <= after or not terminal.sent.endswith(PROMPT):
        assert time.monotonic() < deadline, f"nothing more is asked:\n{said(terminal)}"
        terminal.read(0.02)


def on_probation(start: OnTerminal, machine: Machine, *options: str) -> Terminal:
    terminal = start("--plain", "--root", machine.root, "--load", machine.answers, *options)
    enter_until(terminal, "What now? (apply")
    terminal.type("apply\n")
    wait_for(terminal, "What now? (keep, rollback)")
    return terminal


def test_ctrl_c_at_a_question_asks_whether_to_quit(
    start: OnTerminal, machine: Machine, tmp_path: Path
) -> None:
    terminal = at_the_first_question(start, machine, tmp_path)

    terminal.type(CTRL_C)
    wait_for(terminal, "Quit pfwizard?")
    terminal.type("stay\n")
    wait_for(terminal, FIRST_QUESTION, times=2)
    terminal.type(CTRL_C, CTRL_C)

    assert terminal.wait() == 1
    assert b"Nothing was changed." in terminal.sent


def test_nothing_that_is_typed_as_a_secret_is_shown(start: OnTerminal, machine: Machine) -> None:
    terminal = at_the_secret(start, machine)

    terminal.type("Xyzzy123\n")
    wait_for(terminal, "Company name [")

    assert b"Xyzzy123" not in terminal.sent
    assert terminal.is_sane


def test_what_is_typed_ahead_of_a_secret_is_not_lost(start: OnTerminal, machine: Machine) -> None:
    terminal = start("--plain", "--root", machine.root, "--load", machine.answers)
    wait_for(terminal, FIRST_QUESTION)

    terminal.type(ENTER * MORE_THAN_ALL)

    wait_for(terminal, "What now? (apply")


def test_ctrl_c_at_the_secret_brings_the_echo_back(start: OnTerminal, machine: Machine) -> None:
    terminal = at_the_secret(start, machine)

    terminal.type(CTRL_C)
    wait_for(terminal, "Quit pfwizard?")

    assert terminal.is_sane


def test_sigterm_at_the_secret_brings_the_echo_back(start: OnTerminal, machine: Machine) -> None:
    terminal = at_the_secret(start, machine)

    terminal.process.send_signal(signal.SIGTERM)

    assert terminal.wait() == 1
    assert terminal.is_sane


def test_sigterm_keeps_what_was_typed(start: OnTerminal, machine: Machine, tmp_path: Path) -> None:
    terminal = at_the_first_question(start, machine, tmp_path)

    terminal.type("create\n")
    wait_for(terminal, "Country [")
    terminal.type("IT\n")
    terminal.process.send_signal(signal.SIGTERM)

    assert terminal.wait() == 1
    (draft,) = tmp_path.glob(".local/state/pfwizard/answers-*.toml")
    assert 'country = "IT"' in draft.read_text()


def test_a_line_that_is_lost_keeps_what_was_typed(
    start: OnTerminal, machine: Machine, tmp_path: Path
) -> None:
    terminal = at_the_first_question(start, machine, tmp_path)

    terminal.type("create\n")
    wait_for(terminal, "Country [")
    terminal.type("IT\n")
    terminal.hang_up()

    terminal.process.wait(timeout=60)
    (draft,) = tmp_path.glob(".local/state/pfwizard/answers-*.toml")
    assert 'country = "IT"' in draft.read_text()


def test_an_interrupted_demonstration_leaves_nothing(start: OnTerminal, tmp_path: Path) -> None:
    terminal = start("--plain", "--demo", TMPDIR=str(tmp_path))
    wait_for(terminal, FIRST_QUESTION)
    assert list(tmp_path.glob("pfwizard-demo-*"))

    terminal.type(CTRL_C)
    wait_for(terminal, "Quit pfwizard?")
    terminal.type("quit\n")

    assert terminal.wait() == 1
    assert not list(tmp_path.glob("pfwizard-demo-*"))


def test_ctrl_c_on_probation_takes_the_change_back(start: OnTerminal, machine: Machine) -> None:
    before = contents(machine.root)
    terminal = on_probation(start, machine)

    terminal.type(CTRL_C)
    wait_for(terminal, "Error: interrupted by SIGINT. The old configuration is back in place")
    wait_for(terminal, "What now? (review")

    assert contents(machine.root) == before


def test_ctrl_d_on_probation_asks_again(start: OnTerminal, machine: Machine) -> None:
    terminal = on_probation(start, machine)

    terminal.type(CTRL_D)
    wait_for(terminal, "Ctrl-D does not decide")
    terminal.type("keep\n")

    wait_for(terminal, "Done: the change stays")


def test_after_a_probation_that_has_run_out_the_next_word_is_heard(
    start: OnTerminal, machine: Machine
) -> None:
    terminal = on_probation(start, machine, "--confirm", "5")
    wait_for(terminal, "What now? (review")

    terminal.type("quit\n")
    wait_for(terminal, "Quit pfwizard?")
    terminal.type("quit\n")

    assert terminal.wait() == 4


def test_a_line_that_is_lost_on_probation_leaves_the_change_to_time(
    start: OnTerminal, machine: Machine
) -> None:
    before = contents(machine.root)
    terminal = on_probation(start, machine, "--confirm", "5")

    terminal.hang_up()

    assert terminal.process.wait(timeout=60) == -signal.SIGHUP
    assert contents(machine.root) != before
    wait_until(lambda: "on probation" not in history(machine))
    assert contents(machine.root) == before


def at_the_history(start: OnTerminal, machine: Machine) -> Terminal:
    assert machine.pfwizard().returncode == 0
    terminal = start("--plain", "--root", machine.root)
    wait_for(terminal, "What now? (begin, history, quit)")
    terminal.type("history\n")
    wait_for(terminal, "Number of a transaction")
    return terminal


def test_a_change_of_the_history_is_taken_back(start: OnTerminal, machine: Machine) -> None:
    before = contents(machine.root)
    terminal = at_the_history(start, machine)

    terminal.type("1\n")
    wait_for(terminal, "What now? (rollback, show, back)")
    terminal.type("rollback\n")
    wait_for(terminal, "What now? (apply, show, back, save, quit)")
    terminal.type("apply\n")
    wait_for(terminal, "What now? (keep, rollback)")
    terminal.type("keep\n")

    assert terminal.wait() == 0
    assert contents(machine.root) == before


def test_ctrl_c_on_the_probation_of_a_rollback_leaves_the_change_in_place(
    start: OnTerminal, machine: Machine
) -> None:
    terminal = at_the_history(start, machine)
    after = contents(machine.root)

    terminal.type("1\nrollback\napply\n")
    wait_for(terminal, "What now? (keep, rollback)")
    terminal.type(CTRL_C)
    wait_for(terminal, "What now? (review, back, save, quit)")

    assert contents(machine.root) == after


def test_ctrl_d_in_the_history_asks_whether_to_quit(start: OnTerminal, machine: Machine) -> None:
    terminal = at_the_history(start, machine)

    terminal.type(CTRL_D)
    wait_for(terminal, "Quit pfwizard?")
    terminal.type("stay\n")

    wait_for(terminal, "What now? (begin, history, quit)", times=2)


def test_leaving_with_two_ctrl_d_changes_nothing(
    start: OnTerminal, machine: Machine, tmp_path: Path
) -> None:
    before = traces(machine.root)
    terminal = at_the_first_question(start, machine, tmp_path)

    terminal.type(CTRL_D, CTRL_D)

    assert terminal.wait() == 1
    assert traces(machine.root) == before


def test_a_lost_line_whose_signal_is_ignored_ends_the_input(
    start: OnTerminal, machine: Machine, tmp_path: Path
) -> None:
    with opened_terminals(
        "-c",
        "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "from pfwizard.cli.main import main; sys.exit(main(sys.argv[1:]))",
    ) as ignoring:
        terminal = at_the_first_question(ignoring, machine, tmp_path)
        terminal.hang_up()

        assert terminal.process.wait(timeout=60) == 1

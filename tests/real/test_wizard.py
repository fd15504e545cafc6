"""The wizard on a terminal of a real mail server, through to real logins."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.machines.machine import ENVIRONMENT, Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, GuideMachine
from tests.real.mail_server import MailServer, history, wait_until_no_process_is_left
from tests.terminal import ENTER, F8, Terminal

pytestmark = pytest.mark.machine

AUTHENTICATED = 235  # RFC 4954 section 6

OnTerminal = Callable[..., Terminal]


@pytest.fixture
def on_terminal() -> Iterator[OnTerminal]:
    """Runs a command in a machine, on a terminal that is gone after the test."""
    opened: list[Terminal] = []

    def run(machine: Machine, argv: Sequence[str], term: str = "xterm-256color") -> Terminal:
        environment = {
            **ENVIRONMENT,
            **machine.python_paths(),
            "LC_ALL": "C.UTF-8",
            "TERM": term,
        }
        terminal = Terminal(machine.namespaces.entering_root(list(argv)), environment)
        opened.append(terminal)
        return terminal

    yield run
    for terminal in opened:
        terminal.end()


WIZARD = ["python3", "-m", "pfwizard", "--load", ANSWERS_FILE]


def walked_to_the_probation(terminal: Terminal) -> None:
    """From the first page to a change that is live."""
    terminal.wait_for("Port 25 (mail): on")
    terminal.type(F8)
    for number in range(3, 8):
        terminal.wait_for(f"Step {number - 1} of 10")
        terminal.type(F8)
        terminal.wait_for(f"Step {number} of 10")
    terminal.type(F8)
    terminal.wait_for("Files and directories")
    terminal.type(F8, ENTER)
    terminal.wait_for("[ Keep ]")


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_a_walk_on_a_terminal_ends_with_a_server_that_serves_tls_and_logins(
    suite: str, open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES[suite])))
    terminal = on_terminal(server.machine, WIZARD)
    walked_to_the_probation(terminal)
    assert server.login(465, "PLAIN", PASSWORD) == AUTHENTICATED

    terminal.type("k")
    terminal.wait_for("[ Next ]")
    terminal.type(ENTER)
    terminal.wait_for("Done, as transaction")
    terminal.type(ENTER)

    assert terminal.wait() == 0
    assert "confirmed" in history(server.machine)
    assert server.login(465, "PLAIN", PASSWORD) == AUTHENTICATED
    assert server.login(25, "PLAIN", PASSWORD) == AUTHENTICATED


def test_a_terminal_that_is_lost_on_probation_brings_the_old_server_back(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    before = MailServer.of(server.machine)
    terminal = on_terminal(server.machine, [*WIZARD, "--confirm", "6"])
    walked_to_the_probation(terminal)

    terminal.hang_up()

    wait_until_no_process_is_left(server.machine)
    assert MailServer.of(server.machine) == before

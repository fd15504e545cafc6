"""The wizard on a terminal of a real mail server, through to real logins."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Protocol

import pytest

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import ENVIRONMENT, Machine
from tests.machines.suites import SUITES
from tests.machines.tmux import CLIENT, ENDED, TmuxWindow
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, USER, WRONG_PASSWORD, GuideMachine
from tests.real.mail_server import MailServer, history, wait_until_no_process_is_left
from tests.terminal import CTRL_U, ENTER, F4, F8, TAB, Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.machine

AUTHENTICATED, REFUSED = 235, 535  # RFC 4954 section 6

OnTerminal = Callable[..., Terminal]


class Screen(Protocol):
    """Where the wizard is seen and typed to."""

    def type(self, *keys: str) -> None: ...
    def wait_for(self, words: str) -> None: ...


def environment_of(machine: Machine, term: str = "xterm-256color") -> dict[str, str]:
    """What the wizard finds in the machine, on a terminal of this kind."""
    return {**ENVIRONMENT, **machine.python_paths(), "LC_ALL": "C.UTF-8", "TERM": term}


@pytest.fixture
def on_terminal() -> Iterator[OnTerminal]:
    """Runs a command in a machine, on a terminal that is gone after the test."""
    with ExitStack() as opened:

        def run(machine: Machine, argv: Sequence[str], term: str = "xterm-256color") -> Terminal:
            command = machine.namespaces.entering_root(list(argv))
            return opened.enter_context(Terminal(command, environment_of(machine, term)))

        yield run


WIZARD = ["python3", "-m", "pfwizard"]
STARTED = [*WIZARD, "--load", ANSWERS_FILE]

LEADING_A_SESSION = ["setsid", "--ctty"]
"""Otherwise the way into the machine is hung up first, and kills what it has started."""

WITHOUT_STATUS_LINE = [";", "set", "status", "off"]

TERMINALS = [
    ("bookworm", "xterm-256color"),
    ("bookworm", "screen"),
    ("bookworm", "tmux-256color"),
    ("bookworm", "linux"),
    ("bookworm", "vt220"),
    ("trixie", "xterm-256color"),
]


def walked_to_the_review(terminal: Screen) -> None:
    """From the first page to the plan."""
    terminal.wait_for("Port 25 (mail): on")
    terminal.type(F8)
    for number in range(3, 9):
        terminal.wait_for(f"Step {number - 1} of 11")
        terminal.type(F8)
        terminal.wait_for(f"Step {number} of 11")
    terminal.type(F8)
    terminal.wait_for("Summary  smtpd.conf")


def rehearsing(terminal: Screen, *login: str) -> None:
    """From the plan past the question for somebody who logs in: a user and the password."""
    terminal.type(F8, ENTER)
    terminal.wait_for("A user to log in with")
    for answer in login:
        terminal.type(*answer, ENTER)
    if not login:
        terminal.type(ENTER)


def applied(terminal: Screen, *login: str) -> None:
    """From the plan to a change that is live."""
    rehearsing(terminal, *login)
    terminal.wait_for("[ Keep ]")


def kept(terminal: Screen) -> None:
    """From the change on probation to the end."""
    terminal.type("k")
    terminal.wait_for("[ Next ]")
    terminal.type(ENTER)
    terminal.wait_for("Done, as transaction")
    terminal.type(ENTER)


def resized(terminal: Terminal, columns: int, rows: int) -> None:
    """Returns when the page reaches from the first to the last row of the new size."""

    def fills_the_terminal() -> bool:
        terminal.read(0.1)
        first, *_, last = terminal.text.splitlines()
        return first.startswith(" pfwizard") and last.startswith(" F1 Help")

    terminal.resize(columns, rows)
    wait_until(fills_the_terminal)


def serves_logins(server: GuideMachine) -> bool:
    """Whether the right password is taken on both ports, and a wrong one on neither."""
    replies = [
        server.login(port, "PLAIN", password)
        for port in (465, 25)
        for password in (PASSWORD, "wrong")
    ]
    return replies == [AUTHENTICATED, REFUSED, AUTHENTICATED, REFUSED]


@pytest.mark.parametrize(("suite", "term"), TERMINALS)
def test_a_walk_on_a_terminal_ends_with_a_server_that_serves_tls_and_logins(
    suite: str, term: str, open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES[suite])))
    terminal = on_terminal(server.machine, STARTED, term)
    walked_to_the_review(terminal)
    applied(terminal)
    assert serves_logins(server)

    kept(terminal)

    assert terminal.wait() == 0
    assert "confirmed" in history(server.machine)
    assert serves_logins(server)


def test_the_wizard_rehearses_the_change_and_logs_in_before_and_after_it_is_live(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    terminal = on_terminal(server.machine, STARTED)
    walked_to_the_review(terminal)
    resized(terminal, 120, 60)
    applied(terminal, USER, PASSWORD)
    terminal.wait_for("login-refused at 127.0.0.1:465 PLAIN")
    assert "FAILED" not in terminal.text

    kept(terminal)

    assert terminal.wait() == 0
    shown = server.machine.pfwizard("show", "1").stdout
    for heading in ("# Rehearsed before", "# Proved when it was live"):
        _, _, found = shown.partition(heading)
        assert f"{USER} can log in" in found
    assert PASSWORD not in shown


def test_a_change_with_which_nobody_can_log_in_stops_at_its_rehearsal(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    before = MailServer.of(server.machine)
    terminal = on_terminal(server.machine, STARTED)
    walked_to_the_review(terminal)
    rehearsing(terminal, USER, WRONG_PASSWORD)

    terminal.wait_for("The rehearsal failed, so nothing was changed.")

    terminal.wait_for("535 5.7.8")
    assert MailServer.of(server.machine) == before


ANOTHER_CERTIFICATE = """\
mkdir -p /etc/postfix/ssl/private
cd /etc/postfix/ssl
openssl req -new -newkey rsa:2048 -nodes -keyout private/server.key -subj /CN=mail.kernel-panic.it \
    -addext subjectAltName=DNS:mail.kernel-panic.it -out /root/server.csr
openssl req -x509 -newkey rsa:2048 -nodes -keyout /root/ca.key -subj "/CN=A CA of others" \
    -out /root/ca-of-others.crt
openssl x509 -req -in /root/server.csr -CA /root/ca-of-others.crt -CAkey /root/ca.key -days 90 \
    -copy_extensions copy -out server.crt
chmod 0600 private/server.key
rm /root/ca-of-others.crt
"""
"""Of a CA that nobody on the machine knows."""


@pytest.fixture
def with_another_certificate(open_machine: OpenMachine) -> GuideMachine:
    """A server about to be given a certificate whose CA is not known there."""
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.run(["sh", "-ec", ANOTHER_CERTIFICATE])
    machine.start_postfix()
    text = answers_with_socket(SOCKET).replace('source = "create"', 'source = "none"')
    text = text.replace('source = "ca"', 'source = "files"')
    return GuideMachine.install(machine, text.replace('ca_file = "/etc/ssl/ca.crt"', ""))


def test_a_certificate_of_a_ca_that_is_not_known_is_no_fault_in_the_wizard(
    with_another_certificate: GuideMachine, on_terminal: OnTerminal
) -> None:
    terminal = on_terminal(with_another_certificate.machine, STARTED)
    walked_to_the_review(terminal)
    applied(terminal, USER, PASSWORD)

    terminal.wait_for("login-refused at")


def test_a_certificate_of_a_ca_that_is_not_known_is_no_fault_unattended(
    with_another_certificate: GuideMachine,
) -> None:
    with_another_certificate.machine.write("/root/password", f"{PASSWORD}\n", 0o600)
    login = ("--user", USER, "--password-file", "/root/password")

    report = with_another_certificate.report("--rehearse", "always", *login)

    assert report["result"] == "applied"
    assert {each["verdict"] for each in report["verification"]} <= {"pass", "skipped"}


def test_a_terminal_that_is_resized_on_the_way_gets_there_too(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    terminal = on_terminal(server.machine, STARTED)
    terminal.wait_for("Port 25 (mail): on")
    resized(terminal, 120, 40)
    walked_to_the_review(terminal)
    resized(terminal, 60, 20)
    applied(terminal)
    resized(terminal, 100, 30)
    kept(terminal)

    assert terminal.wait() == 0
    assert serves_logins(server)


def test_under_tmux_a_client_that_is_lost_loses_nothing(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    session = [*CLIENT, "new-session", shlex.join(STARTED), *WITHOUT_STATUS_LINE]
    terminal = on_terminal(server.machine, session)
    walked_to_the_review(terminal)
    applied(terminal)
    terminal.hang_up()
    terminal.wait()

    again = on_terminal(server.machine, [*CLIENT, "attach-session"])
    again.wait_for("[ Keep ]")
    kept(again)

    assert again.wait() == 0
    assert "confirmed" in history(server.machine)
    assert serves_logins(server)


def test_under_tmux_a_walk_goes_on_when_its_client_is_detached_on_the_way(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    window = TmuxWindow(server.machine, STARTED, environment_of(server.machine))
    client = on_terminal(server.machine, window.attaching)
    client.wait_for("Port 25 (mail): on")

    window.detach()

    assert client.wait() == 0
    walked_to_the_review(window)
    applied(window)
    on_terminal(server.machine, window.attaching).wait_for("[ Keep ]")
    kept(window)
    window.wait_for(f"{ENDED} 0")
    assert "confirmed" in history(server.machine)
    assert serves_logins(server)


def test_a_terminal_that_is_lost_on_probation_brings_the_old_server_back(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    before = MailServer.of(server.machine)
    terminal = on_terminal(server.machine, [*STARTED, "--confirm", "6"])
    walked_to_the_review(terminal)
    applied(terminal)

    terminal.hang_up()

    wait_until_no_process_is_left(server.machine)
    assert MailServer.of(server.machine) == before


def test_a_terminal_that_is_lost_while_one_types_changes_nothing_and_loses_nothing(
    open_machine: OpenMachine, on_terminal: OnTerminal
) -> None:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    before = MailServer.of(server.machine)
    terminal = on_terminal(server.machine, [*LEADING_A_SESSION, *WIZARD])
    terminal.wait_for("Port 25 (mail): on")
    terminal.type(F8)
    terminal.wait_for("Step 2 of 11")
    terminal.type(TAB, TAB, CTRL_U, *"Bavaria")
    terminal.wait_for("Bavaria")

    terminal.hang_up()

    wait_until_no_process_is_left(server.machine)
    assert MailServer.of(server.machine) == before
    again = on_terminal(server.machine, WIZARD)
    again.wait_for("Port 25 (mail): on")
    again.wait_for("[ Take up answers ]")
    again.type(F4)
    again.wait_for("Bavaria")

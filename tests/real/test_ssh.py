"""pfwizard over a real SSH connection that is lost: what nobody can confirm is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.machines.machine import Machine
from tests.machines.sshd import SshSession
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, GuideMachine
from tests.real.held_run import (
    HALF_SWAPPED,
    SWAPPED,
    let_go_on,
    make_fifos,
    program,
    wait_until_held,
)
from tests.real.mail_server import MailServer, history, wait_until_no_process_is_left

pytestmark = pytest.mark.machine

AT_ONCE, SOON, LATER = "1", "4", "600"
"""Seconds for a confirmation."""

TO_ONE_STREAM = ["sh", "-c", 'exec "$@" 2>&1', "sh"]

AUTHENTICATED = 235  # RFC 4954 section 6

either = pytest.mark.parametrize(
    ("remote", "tty"),
    [
        pytest.param("bookworm", True, id="bookworm, terminal"),
        pytest.param("trixie", False, id="trixie, pipes"),
    ],
    indirect=["remote"],
)


@dataclass(frozen=True)
class Remote:
    """A mail server on which an operator works from afar."""

    server: GuideMachine
    before: MailServer

    @property
    def machine(self) -> Machine:
        return self.server.machine

    def session(self, command: Sequence[str], *arguments: str, tty: bool) -> SshSession:
        argv = [*TO_ONE_STREAM, *command, *arguments]
        return self.machine.ssh(argv, tty=tty, env=self.machine.python_paths())

    def applying(self, *arguments: str, tty: bool, command: Sequence[str] = ()) -> SshSession:
        answers = ("--answers", ANSWERS_FILE)
        return self.session(command or program(), *answers, *arguments, tty=tty)

    def when_all_is_over(self) -> MailServer:
        """What there is when the last process has gone, without anybody's help."""
        wait_until_no_process_is_left(self.machine)
        return MailServer.of(self.machine)


@pytest.fixture
def remote(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Remote:
    server = GuideMachine.prepare(open_machine(Machine(SUITES[request.param])))
    server.machine.start_sshd()
    make_fifos(server.machine)
    return Remote(server, MailServer.of(server.machine))


def wait_for_words(session: SshSession, words: str) -> None:
    """Read the session up to the line with these words."""
    lines = []
    for line in iter(session.line, ""):
        lines.append(line)
        if words in line:
            return
    raise AssertionError("\n".join(lines))


@either
def test_a_line_that_is_cut_on_probation_brings_the_old_configuration_back(
    remote: Remote, tty: bool
) -> None:
    session = remote.applying("--confirm", SOON, tty=tty)
    wait_for_words(session, "on probation for 4 s")
    assert MailServer.of(remote.machine).open_ports == ("25", "465")

    session.cut()

    assert remote.when_all_is_over() == remote.before
    assert remote.before.open_ports == ("25",)
    assert history(remote.machine).endswith("rolled back: it was not confirmed in time")


@either
def test_a_line_that_is_cut_during_the_swap_brings_the_old_configuration_back(
    remote: Remote, tty: bool
) -> None:
    held = program(in_engine=HALF_SWAPPED)
    session = remote.applying("--confirm", AT_ONCE, tty=tty, command=held)
    wait_until_held(remote.machine)

    session.cut()
    let_go_on(remote.machine)

    assert remote.when_all_is_over() == remote.before
    assert history(remote.machine).endswith("rolled back: it was not confirmed in time")


@pytest.mark.parametrize("remote", ["bookworm"], indirect=True)
def test_without_probation_a_terminal_that_is_lost_takes_the_change_back(remote: Remote) -> None:
    session = remote.applying(tty=True, command=program(in_engine=SWAPPED))
    wait_until_held(remote.machine)

    session.cut()
    let_go_on(remote.machine)

    assert remote.when_all_is_over() == remote.before
    assert history(remote.machine).endswith("rolled back: interrupted by SIGHUP")


@pytest.mark.parametrize("remote", ["trixie"], indirect=True)
def test_after_a_cut_line_the_change_can_be_confirmed_over_another(remote: Remote) -> None:
    session = remote.applying("--confirm", LATER, tty=True)
    wait_for_words(session, "on probation for 600 s")
    session.cut()

    confirmation = remote.session(program(), "confirm", tty=True).wait()

    assert confirmation.returncode == 0, confirmation.stdout
    assert "Confirmed: transaction 0001-" in confirmation.stdout
    wait_until_no_process_is_left(remote.machine)
    assert history(remote.machine).endswith("applied and confirmed")
    assert remote.server.login(465, "PLAIN", PASSWORD) == AUTHENTICATED
    assert remote.server.login(25, "PLAIN", PASSWORD) == AUTHENTICATED

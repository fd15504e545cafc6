"""The machine loses its power at any point of a change: recovery puts it right before Postfix."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.machines.machine import Machine
from tests.machines.snapshot import Snapshot
from tests.machines.suites import SUITES, Suite
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, USER, GuideMachine
from tests.real.held_run import (
    HALF_BACK,
    HALF_SWAPPED,
    ON_PROBATION,
    PUBLISHED,
    RELOADED,
    RETIRED,
    Point,
    begin,
    make_fifos,
    program,
    wait_for_words,
    wait_until_held,
)
from tests.real.mail_server import MailServer, configuration, history

pytestmark = pytest.mark.machine

APPLYING = ("--answers", ANSWERS_FILE)
KILLED = "rolled back: its run was killed"
RESTARTED = "rolled back: the machine was restarted before it was confirmed"
BY_COMMAND = "rolled back: pfwizard rollback was run"

AUTHENTICATED = 235  # RFC 4954 section 6


@dataclass(frozen=True)
class Server:
    """A mail server that can be rebooted, and what it was before pfwizard came."""

    guide: GuideMachine
    before: MailServer

    @property
    def machine(self) -> Machine:
        return self.guide.machine

    def lose_power_while(self, command: Sequence[str]) -> Snapshot:
        """Reboot when the command waits at its point; returns the configuration of just before."""
        make_fifos(self.machine)
        begin(self.machine, command)
        wait_until_held(self.machine)
        found = configuration(self.machine)
        self.machine.reboot()
        return found

    def begin_probation(self) -> None:
        """Apply the answers; returns when the change is live and waits for its confirmation."""
        begin(self.machine, [*program(), *APPLYING, "--confirm", "600"])
        wait_for_words(self.machine, ON_PROBATION)

    def recover(self) -> str:
        """What the unit does at boot, before Postfix starts; returns what it says."""
        assert self.machine.run(["pgrep", "-x", "master"], check=False).stdout == ""
        return self.machine.pfwizard("recover", check=True).stderr

    def start_postfix(self) -> None:
        """Postfix has not a word to say against its configuration, starts, and greets."""
        for mode in ("-n", "-M"):
            assert self.machine.run(["postconf", mode]).stderr == ""
        self.machine.start_postfix()

    def reply_to_a_login(self) -> int:
        """What a user is answered on port 465, when all the servers have started."""
        self.start_postfix()
        self.machine.start_authdaemond({USER: PASSWORD})
        return self.guide.login(465, "PLAIN", PASSWORD)


def at_points(*points: Point) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("point", points, ids=lambda point: point.name)


def prepared(suite: Suite, open_machine: OpenMachine) -> Server:
    """A machine on which everything runs."""
    guide = GuideMachine.prepare(open_machine(Machine(suite, survives_reboot=True)))
    return Server(guide, MailServer.of(guide.machine))


@pytest.fixture
def server(open_machine: OpenMachine) -> Server:
    return prepared(SUITES["bookworm"], open_machine)


@at_points(PUBLISHED, HALF_SWAPPED, RELOADED)
def test_a_change_that_was_not_complete_is_taken_back(server: Server, point: Point) -> None:
    server.lose_power_while([*program(in_engine=point), *APPLYING])

    words = server.recover()

    assert "its run was killed" in words
    server.start_postfix()
    assert MailServer.of(server.machine) == server.before
    assert history(server.machine).endswith(KILLED)


def test_a_change_on_probation_is_taken_back(server: Server) -> None:
    server.begin_probation()
    server.machine.reboot()

    server.recover()

    server.start_postfix()
    assert MailServer.of(server.machine) == server.before
    assert history(server.machine).endswith(RESTARTED)


def test_taking_back_goes_on_where_it_stood(server: Server) -> None:
    server.begin_probation()
    half = server.lose_power_while([*program(here=HALF_BACK), "rollback"])

    server.recover()

    assert half["/etc/postfix/main.cf"] == server.before.configuration["/etc/postfix/main.cf"]
    assert half["/etc/postfix/master.cf"] != server.before.configuration["/etc/postfix/master.cf"]
    server.start_postfix()
    assert MailServer.of(server.machine) == server.before
    assert history(server.machine).endswith(BY_COMMAND)


def test_a_complete_change_stays_and_is_tidied_up(server: Server) -> None:
    found = server.lose_power_while([*program(in_engine=RETIRED), *APPLYING])

    server.recover()

    after = configuration(server.machine)
    waited_beside = found.keys() - after.keys()
    assert after == {path: found[path] for path in found if path not in waited_beside}
    assert len(waited_beside) == 2
    assert all(".pfwizard-0001-" in path for path in waited_beside)
    assert history(server.machine).endswith("  applied")
    assert server.reply_to_a_login() == AUTHENTICATED


def test_a_confirmed_change_stays(server: Server) -> None:
    server.begin_probation()
    server.machine.pfwizard("confirm", check=True)
    found = configuration(server.machine)
    server.machine.reboot()

    words = server.recover()

    assert words == "Nothing was left unfinished.\n"
    assert configuration(server.machine) == found
    assert history(server.machine).endswith("applied and confirmed")
    assert server.reply_to_a_login() == AUTHENTICATED

"""A plan that is broken in spite of all: the whole program finds it out and takes it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES, Suite
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, NAME, GuideMachine
from tests.real.mail_server import MailServer, history
from tests.waiting import wait_until

pytestmark = pytest.mark.machine

# Makes the plan as the command line does, replaces the content of one file in it (or adds to it),
# and has it carried out. Prints a JSON object: the exit status and the message of the failure.
CARRY_OUT = """\
import json, sys
from dataclasses import replace
from pathlib import Path
from pfwizard.answers.reading import load
from pfwizard.engine import Application, Job, plan_job
from pfwizard.errors import PfwizardError
answers, path = sys.argv[1:]
content, keep = json.load(sys.stdin)
def broken(change):
    if str(change.path) != path:
        return change
    return replace(change, after=(change.after if keep else b"") + content.encode())
job = Job.on(Path("/"), None, None)
planned = plan_job(job, load(Path(answers)))
changes = tuple(map(broken, planned.plan.changes))
assert changes != planned.plan.changes or not content, path
plan = replace(planned.plan, changes=changes)
try:
    Application(job, replace(planned, plan=plan), lambda words: None).carry_out()
    print(json.dumps([0, ""]))
except PfwizardError as error:
    print(json.dumps([error.exit_status, error.message]))
"""

# Takes a port, says so, and keeps it until its input ends.
TAKE_PORT = """\
import socket, sys
with socket.create_server(("", 465)):
    print("taken", flush=True)
    sys.stdin.read()
"""

MAIN_CF, MASTER_CF = "/etc/postfix/main.cf", "/etc/postfix/master.cf"
KEY = "/etc/postfix/ssl/private/server.key"

ROLLED_BACK = 4
BACK = "The old configuration is back in place."


@dataclass(frozen=True)
class Server:
    """A mail server to which broken plans are applied, and what it was before."""

    guide: GuideMachine
    before: MailServer

    @property
    def machine(self) -> Machine:
        return self.guide.machine

    def carry_out(self, path: str = "", content: str = "", *, keep: bool = False) -> str:
        """Apply the guide's plan with another content of one file; returns why it failed.

        With ``keep`` the content is added to the planned one.
        """
        done = self.machine.run(
            ["python3", "-c", CARRY_OUT, ANSWERS_FILE, path],
            input=json.dumps([content, keep]),
            env=self.machine.python_paths(),
        )
        status, message = json.loads(done.stdout)
        assert status == ROLLED_BACK, message
        return str(message)

    def is_as_before(self, message: str) -> bool:
        """Whether the old files are back, and mail is taken and delivered."""
        assert message.endswith(BACK)
        assert history(self.machine).endswith(f"rolled back: {message.removesuffix(f'. {BACK}')}")
        assert MailServer.of(self.machine) == self.before
        sent = self.guide.swaks("--server", "127.0.0.1", "--to", f"root@{NAME}")
        assert sent.returncode == 0, sent.stdout
        wait_until(lambda: "status=sent (delivered to mailbox)" in self.machine.mail_log())
        return True

    @contextmanager
    def port_465_taken(self) -> Iterator[None]:
        with self.machine.popen(["python3", "-c", TAKE_PORT]) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"taken\n"
            yield
            other.communicate()


def prepared(suite: Suite, open_machine: OpenMachine, *, with_systemd: bool = False) -> Server:
    """A machine on which everything runs."""
    guide = GuideMachine.prepare(open_machine(Machine(suite, with_systemd=with_systemd)))
    return Server(guide, MailServer.of(guide.machine))


@pytest.fixture
def server(open_machine: OpenMachine) -> Server:
    return prepared(SUITES["bookworm"], open_machine)


@pytest.fixture
def server_with_syslog(open_machine: OpenMachine) -> Server:
    """The last words of a master(8) are lost where its own postlogd(8) was to write them down."""
    return prepared(SUITES["bookworm"], open_machine, with_systemd=True)


def test_a_key_that_does_not_belong_to_the_certificate(server: Server) -> None:
    other = server.machine.run(["openssl", "genpkey", "-algorithm", "ed25519"]).stdout

    message = server.carry_out(KEY, other)

    assert message.startswith("port 25: ")
    assert KEY in message
    assert "disabling TLS support" in message
    assert server.is_as_before(message)


def test_a_master_cf_that_the_master_ends_of(server_with_syslog: Server) -> None:
    service = "no.such.host.invalid:8025 inet n - n - - smtpd\n"

    message = server_with_syslog.carry_out(MASTER_CF, service, keep=True)

    assert "the mail log says: postfix/master: fatal: " in message
    assert "no.such.host.invalid:8025" in message
    assert server_with_syslog.is_as_before(message)


def test_a_service_that_takes_the_port_of_another(server: Server) -> None:
    """master(8) goes by the address, and takes the later one: here TLS does not begin at once."""
    message = server.carry_out(MASTER_CF, "465 inet n - n - - smtpd\n", keep=True)

    assert message.startswith("port 465: the TLS handshake fails")
    assert server.is_as_before(message)


def test_a_port_that_somebody_else_has_taken(server_with_syslog: Server) -> None:
    with server_with_syslog.port_465_taken():
        message = server_with_syslog.carry_out()

    assert "the mail log says: postfix/master: fatal: bind " in message
    assert "port 465: Address already in use" in message
    assert server_with_syslog.is_as_before(message)


def test_a_main_cf_that_smtpd_dies_of(server: Server) -> None:
    message = server.carry_out(MAIN_CF, "smtpd_delay_reject = perhaps\n", keep=True)

    assert message.startswith("port 25: ")
    assert "bad boolean configuration: smtpd_delay_reject = perhaps" in message
    assert server.is_as_before(message)

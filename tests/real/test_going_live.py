"""A reload or restart of the real Postfix is believed only when it works; then it comes back."""

import json
from dataclasses import dataclass

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

MAIN_CF, MASTER_CF = "/etc/postfix/main.cf", "/etc/postfix/master.cf"

# Prints a JSON object: what was announced, and why it failed, or null. Instances are given and
# handed back as JSON, as between two processes.
DRIVE = """\
import json, sys
from pathlib import Path, PurePosixPath
from pfwizard.apply.live.instance import Instance, instance_of
from pfwizard.apply.live.mail_system import mail_system_of
from pfwizard.errors import PfwizardError
from pfwizard.plan.plan import SmtpPort
verb, ports, instance = json.load(sys.stdin)
said, failure = [], None
if instance is None:
    places = PurePosixPath("/etc/postfix"), PurePosixPath("/var/spool/postfix")
    instance = instance_of(Path("/"), *places).to_json()
mail_system = mail_system_of(Instance.from_json(instance), said.append)
arguments = [[SmtpPort(*port) for port in ports]] if verb in ("reload", "restart") else []
try:
    if verb != "look":
        getattr(mail_system, verb)(*arguments)
except PfwizardError as error:
    failure = error.message
print(json.dumps([said, failure, instance]))
"""

WRAPPED = "smtps inet n - y - - smtpd -o smtpd_tls_wrappermode=yes\n"

KEY = "/root/server.key"
OTHER_KEY = "/root/other.key"
MAKE_PAIR = f"""\
openssl req -x509 -newkey rsa:2048 -nodes -keyout {KEY} -out /root/server.crt -days 3 -subj /CN=a
openssl genrsa -out {OTHER_KEY} 2048
"""
TLS = (
    "smtpd_tls_cert_file=/root/server.crt",
    f"smtpd_tls_key_file={KEY}",
    "smtpd_tls_security_level=may",
)

CLEAR, STARTTLS, IMPLICIT_TLS = [25, True, False], [25, True, True], [465, False, True]
Port = list[int | bool]

ADDRESS = "192.0.2.9"
"""Another address of the machine (RFC 5737)."""

# A client that has begun to send mail and does not go on before it is told to.
TALK = """\
import socket
with socket.create_connection(("127.0.0.1", 25), timeout=20) as connection:
    replies = connection.makefile()
    replies.readline()
    connection.sendall(b"HELO client\\r\\n")
    replies.readline()
    print("talking", flush=True)
    input()
    connection.sendall(b"NOOP\\r\\n")
    print(replies.readline().strip(), flush=True)
"""


@dataclass(frozen=True)
class Outcome:
    said: list[str]
    failure: str | None

    @property
    def warnings(self) -> list[str]:
        return [words for words in self.said if words.startswith("The mail log")]


@dataclass
class Server:
    """A running Postfix whose configuration is edited, and the mail system that is told so."""

    machine: Machine
    instance: dict[str, object] | None = None

    @classmethod
    def start(cls, machine: Machine) -> "Server":
        machine.run(["sh", "-ec", MAKE_PAIR])
        machine.start_postfix()
        server = cls(machine)
        server.drive("look")
        return server

    def set(self, *settings: str) -> None:
        """Change main.cf, and date it back: pfwizard's files arrive finished."""
        self.machine.run(["cp", "-a", MAIN_CF, f"{MAIN_CF}.old"])
        self.machine.run(["postconf", "-e", *settings])
        self.machine.run(["touch", "-d", "1 minute ago", MAIN_CF])

    def add_service(self, line: str) -> None:
        self.machine.run(["cp", "-a", MASTER_CF, f"{MASTER_CF}.old"])
        self.machine.write(MASTER_CF, self.machine.read(MASTER_CF).decode() + line)

    def put_back(self) -> None:
        for path in (MAIN_CF, MASTER_CF):
            self.machine.run(["sh", "-c", f"[ ! -e {path}.old ] || mv {path}.old {path}"])

    def drive(self, verb: str, *ports: Port) -> Outcome:
        done = self.machine.run(
            ["python3", "-c", DRIVE],
            input=json.dumps([verb, ports, self.instance]),
            env=self.machine.python_paths(),
        )
        said, failure, self.instance = json.loads(done.stdout)
        return Outcome(said, failure)

    def comes_back(self) -> None:
        self.put_back()
        assert self.drive("revive").failure is None
        assert self.machine.postfix.greeting().startswith("220 ")

    def addresses(self) -> str:
        """The local addresses that listen on port 25, as the kernel lists them."""
        tables = self.machine.run(["cat", "/proc/net/tcp", "/proc/net/tcp6"]).stdout
        rows = [line.split() for line in tables.splitlines()]
        return " ".join(row[1] for row in rows if row[1].endswith(":0019") and row[3] == "0A")


RUN_INSIDE = [
    pytest.param(suite, id=name) for name, suite in SUITES.items() if suite.runs_pfwizard_inside
]
on_bookworm = pytest.mark.parametrize(
    "server", [pytest.param(SUITES["bookworm"], id="bookworm")], indirect=True
)
"""Where the suites do not differ, one will do."""


@pytest.fixture(params=RUN_INSIDE)
def server(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Server:
    """Where pfwizard works from outside, it runs and reloads nothing."""
    return Server.start(open_machine(Machine(request.param)))


def test_a_good_configuration_goes_live_without_a_word_of_complaint(server: Server) -> None:
    server.set(*TLS)
    server.add_service(WRAPPED)

    outcome = server.drive("reload", STARTTLS, IMPLICIT_TLS)

    assert outcome.failure is None
    assert outcome.said == ["Reloading Postfix and waiting for its services"]


@pytest.mark.parametrize("port", [STARTTLS, IMPLICIT_TLS], ids=["STARTTLS", "implicit TLS"])
def test_a_key_that_does_not_fit_is_found_out_and_taken_back(server: Server, port: Port) -> None:
    server.set(*TLS, f"smtpd_tls_key_file={OTHER_KEY}")
    server.add_service(WRAPPED)

    failure = server.drive("reload", port).failure

    assert failure is not None
    assert failure.startswith(f"port {port[0]}: ")
    assert OTHER_KEY in failure
    assert "disabling TLS support" in failure
    server.comes_back()


@on_bookworm
def test_a_ca_file_that_is_missing_is_found_out_though_it_is_no_warning(server: Server) -> None:
    server.set(*TLS, "smtpd_tls_CAfile=/root/missing.crt")

    failure = server.drive("reload", STARTTLS).failure

    assert failure is not None
    assert "cannot load Certification Authority data" in failure
    server.comes_back()


def test_a_master_cf_that_stops_the_master_is_found_out_and_taken_back(server: Server) -> None:
    server.add_service("no.such.host.invalid:8025 inet n - n - - smtpd\n")

    failure = server.drive("reload", CLEAR).failure

    assert failure is not None
    assert failure.startswith("Postfix stopped when it read the new configuration")
    server.comes_back()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["smtpd_delay_reject=perhaps"], "bad boolean configuration: smtpd_delay_reject"),
        (["smtpd_relay_restrictions=permit"], "reject_unauth_destination"),
        (["smtpd_sasl_auth_enable=yes", "smtpd_sasl_type=none"], "SASL"),
    ],
    ids=["bad value", "open relay", "unknown SASL type"],
)
def test_what_smtpd_dies_of_is_quoted_and_taken_back(
    server: Server, settings: list[str], words: str
) -> None:
    server.set(*settings)

    failure = server.drive("reload", CLEAR).failure

    assert failure is not None
    assert "/smtpd: fatal: " in failure or "/smtpd: warning: SASL" in failure
    assert words in failure
    server.comes_back()


@on_bookworm
def test_an_old_complaint_of_the_log_is_nobodys_fault(server: Server) -> None:
    """A service that nobody asked about has a wrong key, and says so whenever it begins anew."""
    server.set(*TLS)
    server.add_service(f"8025 inet n - n - - smtpd -o smtpd_tls_key_file={OTHER_KEY}\n")
    ports = (STARTTLS, [8025, True, False])

    failure = server.drive("reload", *ports).failure
    assert failure is not None
    assert OTHER_KEY in failure

    assert server.drive("reload", *ports).failure is None
    assert server.machine.mail_log().count("disabling TLS support") >= 2


def test_other_warnings_are_passed_on(server: Server) -> None:
    server.set("inet_interfaces=127.0.0.1")

    outcome = server.drive("reload", CLEAR)

    assert outcome.failure is None
    assert any("stop and start Postfix" in words for words in outcome.warnings)


@on_bookworm
def test_a_log_that_is_rotated_meanwhile_is_still_read(server: Server) -> None:
    """Whoever rotates it has postlogd(8) open the new file: a reload does that."""
    server.set("smtpd_delay_reject=perhaps")
    server.machine.run(["sh", "-c", "cp -a /usr/sbin/postfix /root/ && rm /usr/sbin/postfix"])
    rotating = '#!/bin/sh\nmv /var/log/mail.log /var/log/mail.log.1\nexec /root/postfix "$@"\n'
    server.machine.write("/usr/sbin/postfix", rotating, 0o755)

    failure = server.drive("reload", CLEAR).failure

    assert failure is not None
    assert "/smtpd: fatal: bad boolean configuration" in failure


@on_bookworm
def test_where_there_is_no_log_to_read_it_is_said(server: Server) -> None:
    server.set("maillog_file=")

    outcome = server.drive("reload", CLEAR)

    assert outcome.failure is None
    assert any("log was not found" in words for words in outcome.said)


def test_a_restart_listens_where_a_reload_would_not(server: Server) -> None:
    server.machine.run_outside(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"])
    before = server.addresses()
    server.set(f"inet_interfaces={ADDRESS}", "inet_protocols=ipv4")

    assert server.drive("reload", CLEAR).failure is None
    assert server.addresses() == before
    assert server.drive("restart", CLEAR).failure is None
    assert server.addresses() == "090200C0:0019"

    server.comes_back()
    assert server.addresses() == before


@on_bookworm
def test_a_restart_that_cannot_be_done_is_found_out_and_taken_back(server: Server) -> None:
    server.set("inet_interfaces=192.0.2.77")

    failure = server.drive("restart", CLEAR).failure

    assert failure is not None
    assert "postfix -c /etc/postfix stop" in failure
    server.comes_back()


@on_bookworm
def test_a_long_conversation_neither_hinders_nor_is_interrupted(server: Server) -> None:
    client = server.machine.popen(["python3", "-c", TALK])
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdout.readline()
    server.set(*TLS)

    assert server.drive("reload", STARTTLS).failure is None
    assert server.drive("revive").failure is None

    client.stdin.write(b"\n")
    client.stdin.flush()
    assert client.stdout.readline().startswith(b"250 ")
    client.communicate()

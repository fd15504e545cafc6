"""A second Postfix beside the first: ``--config-dir`` works on that one alone."""

import json
from dataclasses import dataclass

import pytest

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Completed, Machine
from tests.machines.snapshot import Snapshot
from tests.machines.suites import SUITES
from tests.real import guide_machine
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, CA, PASSWORD, USER, WRONG_PASSWORD

pytestmark = pytest.mark.machine

INSTANCE = "postfix-two"
CONFIG = f"/etc/{INSTANCE}"
QUEUE = f"/var/spool/{INSTANCE}"
LOG = "/var/log/mail-two.log"
NAME = "two.kernel-panic.it"
ADDRESS = "192.0.2.8"
"""The second instance's (RFC 5737); the first has 127.0.0.1."""

AUTHENTICATED, WRONG_CREDENTIALS = 235, 535  # RFC 4954 section 6

# As an operator makes one (MULTI_INSTANCE_README), with the jail that Debian's postfix@.service
# makes; the start of the first instance starts it too.
MAKE = f"""\
date_back() {{ touch -d '1 minute ago' /etc/postfix/main.cf "$@"; }}
postconf -e inet_interfaces=127.0.0.1
date_back
postmulti -e init
date_back
postmulti -I {INSTANCE} -e create
date_back {CONFIG}/main.cf
postconf -c {CONFIG} -e inet_interfaces={ADDRESS} maillog_file={LOG} \\
    myhostname={NAME} mydestination={NAME}
postconf -c {CONFIG} -X master_service_disable
date_back {CONFIG}/main.cf
postmulti -i {INSTANCE} -e enable
date_back {CONFIG}/main.cf
/usr/lib/postfix/configure-instance.sh {INSTANCE}
"""
"""Postfix's programs wait for a main.cf that has just been changed, unless it is dated back."""

LOGIN = """\
import smtplib, ssl, sys
name, port, ca, user, password = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
if port == "465":
    client = smtplib.SMTP_SSL(name, 465, context=trust, timeout=20)
else:
    client = smtplib.SMTP(name, int(port), timeout=20)
    client.starttls(context=trust)
with client:
    try:
        print(client.login(user, password)[0])
    except smtplib.SMTPAuthenticationError as refusal:
        print(refusal.smtp_code)
"""


@dataclass(frozen=True)
class TwoInstances:
    """A machine with a second instance, on which the answers are, or are about to be, applied."""

    machine: Machine

    @classmethod
    def start(cls, machine: Machine) -> "TwoInstances":
        machine.run_outside(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"])
        machine.start_authdaemond({USER: PASSWORD})
        answers = answers_with_socket(SOCKET).replace("/etc/postfix/", f"{CONFIG}/")
        machine.write(ANSWERS_FILE, answers.replace(guide_machine.NAME, NAME), 0o600)
        hosts = machine.read("/etc/hosts").decode()
        machine.write("/etc/hosts", f"{hosts}{ADDRESS} {NAME}\n")
        machine.run(["sh", "-ec", MAKE])
        machine.start_postfix()
        return cls(machine)

    def pfwizard(self, *arguments: str) -> Completed:
        return self.machine.pfwizard("--config-dir", CONFIG, "--answers", ANSWERS_FILE, *arguments)

    def login(self, port: int, password: str) -> int:
        """The second instance's reply to a login over TLS, its certificate verified by name."""
        words = [NAME, str(port), CA, USER, password]
        return int(self.machine.run(["python3", "-c", LOGIN, *words]).stdout)

    def settings(self) -> str:
        return self.machine.run(["postconf", "-n", "-c", CONFIG]).stdout

    def first(self) -> Snapshot:
        """The first instance's own files."""
        return self.machine.snapshot(["/etc/postfix"])

    def masters(self) -> tuple[int, int]:
        return self.machine.master_pid(), int(self.machine.read(f"{QUEUE}/pid/master.pid"))


@pytest.fixture
def instances(open_machine: OpenMachine) -> TwoInstances:
    return TwoInstances.start(open_machine(Machine(SUITES["bookworm"])))


def test_a_second_instance_gets_tls_and_logins(instances: TwoInstances) -> None:
    done = instances.pfwizard()

    assert done.returncode == 0, done.stderr
    assert f"smtpd_tls_cert_file = {CONFIG}/ssl/server.crt\n" in instances.settings()
    for port in (25, 465):
        assert instances.login(port, PASSWORD) == AUTHENTICATED
        assert instances.login(port, WRONG_PASSWORD) == WRONG_CREDENTIALS


def test_the_first_instance_is_left_as_it_was(instances: TwoInstances) -> None:
    files, masters = instances.first(), instances.masters()

    done = instances.pfwizard()

    assert done.returncode == 0, done.stderr
    assert instances.first() == files
    assert instances.masters() == masters
    assert " reload -- version" in instances.machine.read(LOG).decode()
    assert " reload -- version" not in instances.machine.mail_log()
    assert instances.machine.postfix.greeting().startswith("220 ")


def test_a_second_run_on_it_finds_nothing_to_do(instances: TwoInstances) -> None:
    assert instances.pfwizard().returncode == 0

    report = json.loads(instances.pfwizard("--json").stdout)

    assert report["result"] == "unchanged"

"""Plans and machines with one fault each: the rehearsal finds it and names its true cause."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.guide import answers_with_socket
from tests.machines import newer_python, policy
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import SOURCE_PLACE, Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.fault import Fault
from tests.real.faults_of_logins import LOGIN_FAULTS
from tests.real.faults_of_mail import MAIL_FAULTS
from tests.real.faults_of_services import SERVICE_FAULTS
from tests.real.faults_of_tls import TLS_FAULTS, WITH_A_CHAIN
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, GuideMachine
from tests.real.mail_server import MailServer

pytestmark = pytest.mark.machine

PROGRAM = (Path(__file__).parent / "rehearse.py").read_text()

FAULTS = (*TLS_FAULTS, *SERVICE_FAULTS, *LOGIN_FAULTS, *MAIL_FAULTS)

# A key and certificates that do not belong to the plan.
STRANGERS = """\
cd /root
openssl genrsa -out other.key 2048
openssl genrsa -aes256 -passout pass:secret -out encrypted.key 2048
subject="-subj /CN=mail.kernel-panic.it -addext subjectAltName=DNS:mail.kernel-panic.it"
openssl req -x509 -key other.key $subject -days 30 -addext basicConstraints=critical,CA:FALSE \
    -out strange.crt
openssl req -new -key other.key -subj /CN=mail.kernel-panic.it -out expired.csr
openssl genrsa -out ca.key 2048
openssl req -x509 -key ca.key -subj '/CN=Old CA' -days 30 -out ca.crt
echo subjectAltName=DNS:mail.kernel-panic.it >extensions
openssl x509 -req -in expired.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile extensions \
    -days -1 -out expired.leaf
cat expired.leaf ca.crt >expired.crt
cat strange.crt other.key >reversed.pem
cat strange.crt other.key >client.pem
cat ca.crt expired.leaf >behind.crt
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -subj '/CN=Root' -days 30 -out root.crt
openssl req -new -newkey rsa:2048 -nodes -keyout middle.key -subj '/CN=Middle' -out middle.csr
echo basicConstraints=CA:TRUE >of_a_ca
openssl x509 -req -in middle.csr -CA root.crt -CAkey root.key -CAcreateserial -extfile of_a_ca \
    -days 30 -out middle.crt
openssl x509 -req -in expired.csr -CA middle.crt -CAkey middle.key -CAcreateserial \
    -extfile extensions -days 30 -out leaf.crt
"""


@pytest.fixture(scope="module")
def guide() -> Iterator[GuideMachine]:
    """A server to which nothing is ever applied, so that all faults can share it."""
    with ExitStack() as machines:
        machine = policy.booted(Machine(SUITES["bookworm"]), machines)
        prepared = GuideMachine.prepare(machine)
        machine.run(["sh", "-ec", STRANGERS])
        machine.run(["sh", "-ec", "cp /root/ca.crt /etc/ssl/old-ca.crt"])
        chain = answers_with_socket(SOCKET).replace('layout = "pair"', 'layout = "chain"')
        machine.write(WITH_A_CHAIN, chain, 0o600)
        yield prepared


def rehearsed(guide: GuideMachine, fault: Fault) -> list[tuple[str, str, str, str]]:
    """What failed: probe, server, words, and the remedy."""
    machine = guide.machine
    edits = {
        path: [(old, _content(machine, new)) for old, new in pairs]
        for path, pairs in fault.edits.items()
    }
    order = {
        "answers": fault.answers,
        "edits": edits,
        "settings": dict(fault.settings),
        "joins": fault.joins,
        "user": fault.user,
        "client": fault.client,
        "password": PASSWORD,
    }
    program, paths = "python3", machine.python_paths()
    if not machine.suite.runs_pfwizard_inside:
        program = newer_python.PROGRAM
        paths["PYTHONPATH"] = f"{SOURCE_PLACE}:{newer_python.PACKAGES_PLACE}"
    done = machine.run([program, "-c", PROGRAM], input=json.dumps(order), env=paths)
    return [tuple(each) for each in json.loads(done.stdout)]


def _content(machine: Machine, text: str) -> str:
    return machine.read(text[1:]).decode() if text.startswith("<") else text


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_the_rehearsal_names_the_cause_of(fault: Fault, guide: GuideMachine) -> None:
    before = MailServer.of(guide.machine)
    guide.machine.run(["sh", "-ec", fault.before])
    try:
        failures = rehearsed(guide, fault)
    finally:
        guide.machine.run(["sh", "-c", fault.after])

    told = [(detail, remedy) for probe, _, detail, remedy in failures if probe == fault.probe]
    assert any(fault.cause in detail and remedy for detail, remedy in told), failures
    assert MailServer.of(guide.machine) == before


def test_without_a_fault_the_rehearsal_finds_none(guide: GuideMachine) -> None:
    assert rehearsed(guide, Fault("none", "", "")) == []


def test_a_session_cache_of_a_type_that_postfix_lacks_keeps_no_change_back(
    guide: GuideMachine,
) -> None:
    # tlsmgr(8) warns, and TLS goes on without the cache.
    cache = {"smtpd_tls_session_cache_database": "nosuch:${data_directory}/smtpd_scache"}

    assert rehearsed(guide, Fault("none", "", "", settings=cache)) == []


def test_the_rehearsal_names_the_cause_of_a_protocol_list_that_is_too_new(
    open_machine: OpenMachine,
) -> None:
    guide = GuideMachine.prepare(open_machine(Machine(SUITES["bullseye"])))
    newer = {"smtpd_tls_protocols": ">=TLSv1.2", "smtpd_tls_mandatory_protocols": ">=TLSv1.2"}

    failures = rehearsed(guide, Fault("", "", "", settings=newer))

    cause = 'this Postfix cannot read the protocol list ">=TLSv1.2"'
    assert any(cause in detail and remedy for _, _, detail, remedy in failures), failures


def test_a_password_checker_that_was_dead_before_keeps_no_change_back(
    open_machine: OpenMachine,
) -> None:
    guide = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    guide.apply()
    guide.machine.authdaemond.stop()
    quieter = answers_with_socket(SOCKET).replace("log_level = 1", "log_level = 0")
    guide.machine.write(ANSWERS_FILE, quieter, 0o600)

    document = guide.report("--rehearse", "always")

    rehearsed = [each for each in document["verification"] if each["probe"] == "password-checker"]
    assert document["result"] == "applied"
    assert {each["verdict"] for each in rehearsed} == {"skipped"}
    assert rehearsed[0]["detail"].startswith("that is so today, too: authdaemond does not run")

"""Plans and machines with one fault each: the rehearsal finds it and names its true cause."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
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
from tests.real.guide_machine import ANSWERS_FILE, PASSWORD, USER, GuideMachine
from tests.real.mail_server import MailServer

pytestmark = pytest.mark.machine

PROGRAM = (Path(__file__).parent / "rehearse.py").read_text()

FAULTS = (*TLS_FAULTS, *SERVICE_FAULTS, *LOGIN_FAULTS, *MAIL_FAULTS)

COMMON = "bookworm"

# A diagnosis reads what Postfix, OpenSSL, Cyrus SASL and Dovecot log and reply. The whole table was
# seen to be named on every suite; most of the words are the same in all of them. Where they differ
# is where the next generation breaks a diagnosis, and so these faults are on every suite.
CASES = [
    pytest.param(name, fault, id=f"{name}-{fault.name.replace(' ', '-')}")
    for name in SUITES
    for fault in FAULTS
    if name in fault.exists_on
    and (name == COMMON or fault.differs or COMMON not in fault.exists_on)
]

GuideOn = Callable[[str], GuideMachine]

# A key and certificates that do not belong to the plan.
STRANGERS = """\
cd /root
openssl genrsa -out other.key 2048
openssl genrsa -aes256 -passout pass:secret -out encrypted.key 2048
openssl req -new -key other.key -subj /CN=mail.kernel-panic.it -out expired.csr
echo subjectAltName=DNS:mail.kernel-panic.it >extensions
openssl x509 -req -in expired.csr -signkey other.key -extfile extensions -days 30 -out strange.crt
openssl genrsa -out ca.key 2048
openssl req -x509 -key ca.key -subj '/CN=Old CA' -days 30 -out ca.crt
openssl x509 -req -in expired.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile extensions \
    -days 0 -out expired.leaf
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
def guide_on() -> Iterator[GuideOn]:
    """The server of a suite: nothing is ever applied to it, so that all of its faults share it."""
    with ExitStack() as machines:
        yield cache(lambda suite: _prepared(policy.booted(Machine(SUITES[suite]), machines)))


def _prepared(machine: Machine) -> GuideMachine:
    prepared = GuideMachine.prepare(machine)
    machine.run(["sh", "-ec", STRANGERS])
    machine.run(["sh", "-ec", "cp /root/ca.crt /etc/ssl/old-ca.crt"])
    chain = answers_with_socket(SOCKET).replace('layout = "pair"', 'layout = "chain"')
    machine.write(WITH_A_CHAIN, chain, 0o600)
    return prepared


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
        "password": fault.password,
    }
    program, paths = "python3", machine.python_paths()
    if not machine.suite.runs_pfwizard_inside:
        program = newer_python.PROGRAM
        paths["PYTHONPATH"] = f"{SOURCE_PLACE}:{newer_python.PACKAGES_PLACE}"
    done = machine.run([program, "-c", PROGRAM], input=json.dumps(order), env=paths)
    return [tuple(each) for each in json.loads(done.stdout)]


def _content(machine: Machine, text: str) -> str:
    return machine.read(text[1:]).decode() if text.startswith("<") else text


@pytest.mark.parametrize(("suite", "fault"), CASES)
def test_the_rehearsal_names_the_cause_of(suite: str, fault: Fault, guide_on: GuideOn) -> None:
    guide = guide_on(suite)
    before = MailServer.of(guide.machine)
    guide.machine.run(["sh", "-ec", fault.before])
    try:
        failures = rehearsed(guide, fault)
    finally:
        guide.machine.run(["sh", "-c", fault.after])

    told = [(detail, remedy) for probe, _, detail, remedy in failures if probe == fault.probe]
    assert any(fault.cause in detail and remedy for detail, remedy in told), failures
    assert MailServer.of(guide.machine) == before


@pytest.mark.parametrize("suite", SUITES)
def test_without_a_fault_the_rehearsal_finds_none(suite: str, guide_on: GuideOn) -> None:
    assert rehearsed(guide_on(suite), Fault("none", "", "")) == []


def test_a_session_cache_of_a_type_that_postfix_lacks_keeps_no_change_back(
    guide_on: GuideOn,
) -> None:
    # tlsmgr(8) warns, and TLS goes on without the cache.
    nosuch = {"smtpd_tls_session_cache_database": "nosuch:${data_directory}/smtpd_scache"}

    assert rehearsed(guide_on(COMMON), Fault("none", "", "", settings=nosuch)) == []


def test_a_password_checker_that_was_dead_before_keeps_no_change_back(
    open_machine: OpenMachine,
) -> None:
    guide = GuideMachine.prepare(open_machine(Machine(SUITES[COMMON])))
    guide.apply()
    guide.machine.authdaemond.stop()
    quieter = answers_with_socket(SOCKET).replace("log_level = 1", "log_level = 0")
    guide.machine.write(ANSWERS_FILE, quieter, 0o600)

    document = guide.report("--rehearse", "always")

    rehearsed = [each for each in document["verification"] if each["probe"] == "password-checker"]
    assert document["result"] == "applied"
    assert {each["verdict"] for each in rehearsed} == {"skipped"}
    assert rehearsed[0]["detail"].startswith("that is so today, too: authdaemond does not run")


def test_a_blank_in_a_range_of_protocols_that_was_there_before_keeps_no_change_back(
    open_machine: OpenMachine,
) -> None:
    guide = GuideMachine.prepare(open_machine(Machine(SUITES[COMMON])))
    guide.machine.run(["postconf", "-e", "smtpd_tls_protocols = >= TLSv1.2"])
    guide.machine.write("/root/password", PASSWORD, 0o600)
    with_a_login = ("--user", USER, "--password-file", "/root/password")

    document = guide.report("--rehearse", "always", *with_a_login)

    told = [each for each in document["verification"] if each["probe"] == "new-tls"]
    assert document["result"] == "applied", document
    assert {"rehearsal:25", "127.0.0.1:25"} <= {each["target"] for each in told}
    assert {each["verdict"] for each in told} == {"skipped"}

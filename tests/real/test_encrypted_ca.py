"""A CA whose key is behind a passphrase, from its making to a renewal, beside a running Postfix."""

import pytest

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import ANSWERS_FILE, GuideMachine
from tests.real.test_clients import ANNA, REFUSED, files_of, offer

pytestmark = pytest.mark.machine

PASSPHRASE = "canary horse 7Zq staple"
PASSPHRASE_FILE = "/root/passphrase"
GIVEN = ("--ca-passphrase-file", PASSPHRASE_FILE)

CA_KEY, SERVER = "/etc/ssl/private/ca.key", "/etc/postfix/ssl/server.crt"
MEDIUM = "/mnt/ca.key"

SAID_WITHOUT = f"{CA_KEY}: the CA's key is encrypted, and no passphrase was given"


@pytest.fixture
def server(open_machine: OpenMachine) -> Machine:
    """Postfix runs with the guide's answers applied, but for the passphrase on the CA's key."""
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.start_postfix()
    answers = answers_with_socket(SOCKET)
    assert answers.count("[ca]\n") == 1
    GuideMachine.install(machine, answers.replace("[ca]\n", "[ca]\nencrypted = true\n"))
    machine.write(PASSPHRASE_FILE, f"{PASSPHRASE}\n".encode(), 0o600)
    machine.pfwizard("--answers", ANSWERS_FILE, *GIVEN, check=True)
    return machine


def serial(machine: Machine) -> str:
    return machine.run(["openssl", "x509", "-in", SERVER, "-noout", "-serial"]).stdout


def files_with_the_passphrase(machine: Machine) -> list[str]:
    places = ("/etc", "/var/lib", "/var/log", "/run", "/tmp")
    done = machine.run(["grep", "-rlsF", "--devices=skip", PASSPHRASE, *places], check=False)
    return done.stdout.split()


def test_it_issues_for_a_client_and_renews_the_server_and_itself(server: Machine) -> None:
    locked, before = server.read(CA_KEY), serial(server)
    assert locked.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")

    for command in (("client", "add", ANNA), ("renew", "--force"), ("renew", "--ca", "--force")):
        without = server.pfwizard(*command)
        assert (without.returncode, SAID_WITHOUT in without.stderr) == (2, True)
        server.pfwizard(*command, *GIVEN, check=True)

    assert offer(server) in REFUSED
    assert offer(server, *files_of(ANNA)) == 250
    assert serial(server) != before
    assert server.read(CA_KEY) == locked
    assert files_with_the_passphrase(server) == []


def test_openssl_opens_the_key_with_the_passphrase_alone(server: Machine) -> None:
    for passphrase, status in ((PASSPHRASE, 0), ("another one", 1)):
        command = ["openssl", "pkey", "-in", CA_KEY, "-passin", f"pass:{passphrase}", "-noout"]
        assert server.run(command, check=False).returncode == status


def test_on_a_medium_it_goes_on_signing(server: Machine) -> None:
    server.run(["mv", CA_KEY, MEDIUM])
    without = server.pfwizard("client", "add", ANNA)

    server.pfwizard("client", "add", ANNA, "--ca-key", MEDIUM, *GIVEN, check=True)
    server.pfwizard("renew", "--force", "--ca-key", MEDIUM, *GIVEN, check=True)

    assert without.returncode == 1
    assert "--ca-key FILE" in without.stderr
    assert offer(server, *files_of(ANNA)) == 250
    assert server.run(["test", "-e", CA_KEY], check=False).returncode == 1

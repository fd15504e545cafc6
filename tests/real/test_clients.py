"""Real clients with certificates: the listed ones relay, strangers and revoked ones do not."""

import json

import pytest

from tests.machines.machine import Completed, Machine
from tests.machines.suites import SUITES
from tests.real.guide_machine import CA, FOREIGN, NAME, STRANGER, GuideMachine

BOOKWORM = pytest.param(SUITES["bookworm"], marks=pytest.mark.machine, id="bookworm")
INSIDE = [
    pytest.param(suite, marks=pytest.mark.machine, id=name)
    for name, suite in SUITES.items()
    if suite.runs_pfwizard_inside
]

ANNA, RELAY = "anna@kernel-panic.it", "relay.kernel-panic.it"
PLACE = "/etc/ssl/private/clients"
REFUSED = (454, 554)

# Prints the code of the reply to RCPT TO for a client that shows a certificate, or none.
OFFER = """\
import smtplib, ssl, sys
name, ca, stranger, recipient, *pair = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
if pair:
    trust.load_cert_chain(*pair)
with smtplib.SMTP_SSL(name, 465, context=trust, timeout=20, source_address=(stranger, 0)) as client:
    client.ehlo()
    client.mail("somebody@example.net")
    print(client.rcpt(recipient)[0])
"""


def offer(machine: Machine, *pair: str) -> int:
    """The reply to a foreign recipient of a client that is not in mynetworks."""
    done = machine.run(["python3", "-c", OFFER, NAME, CA, STRANGER, FOREIGN, *pair])
    return int(done.stdout)


def files_of(name: str) -> tuple[str, str]:
    return f"{PLACE}/{name}/{name}.crt", f"{PLACE}/{name}/{name}.key"


def stranger(machine: Machine) -> tuple[str, str]:
    """A certificate for the same name by nobody's CA."""
    certificate, key = "/root/stranger.crt", "/root/stranger.key"
    machine.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
            *("-subj", f"/CN={ANNA}", "-keyout", key, "-out", certificate),
        ]
    )
    return certificate, key


def client(machine: Machine, *arguments: str) -> Completed:
    done = machine.pfwizard("client", *arguments)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def server(machine: Machine) -> Machine:
    """Postfix runs with the guide's answers applied."""
    GuideMachine.prepare(machine).apply()
    return machine


@pytest.mark.parametrize("suite", INSIDE, indirect=True)
def test_listed_clients_relay_and_strangers_and_revoked_ones_do_not(server: Machine) -> None:
    assert offer(server) in REFUSED
    client(server, "add", ANNA)
    client(server, "add", RELAY)

    assert offer(server, *files_of(ANNA)) == 250
    assert offer(server, *files_of(RELAY)) == 250
    assert offer(server, *stranger(server)) in REFUSED
    assert offer(server) in REFUSED

    client(server, "revoke", ANNA)

    assert offer(server, *files_of(ANNA)) in REFUSED
    assert offer(server, *files_of(RELAY)) == 250


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_taken_back_a_client_relays_no_longer(server: Machine) -> None:
    client(server, "add", ANNA, "--out", "/root/anna")
    kept = "/root/kept.crt", "/root/kept.key"
    for suffix, copy in zip((".crt", ".key"), kept, strict=True):
        server.run(["cp", f"/root/anna/{ANNA}{suffix}", copy])
    assert offer(server, *kept) == 250

    assert server.pfwizard("rollback").returncode == 0

    assert offer(server, *kept) in REFUSED
    (found,) = json.loads(client(server, "list", "--json").stdout)["clients"]
    assert (found["name"], found["in_table"]) == (ANNA, False)


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_the_table_that_was_built_is_what_postmap_makes_of_the_text(server: Machine) -> None:
    client(server, "add", ANNA)

    table = server.run(["postconf", "-h", "relay_clientcerts"]).stdout.strip()
    (found,) = json.loads(client(server, "list", "--json").stdout)["clients"]
    asked = server.run(["postmap", "-q", found["fingerprint"], table])
    assert asked.stdout.strip() == ANNA


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_a_second_run_changes_nothing(server: Machine) -> None:
    client(server, "add", ANNA)
    before = server.snapshot(["/etc"])

    client(server, "add", ANNA)

    assert server.snapshot(["/etc"]) == before

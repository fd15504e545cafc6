"""Real strangers cannot relay through configurations that operators had before, and users can."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.guide_machine import NAME, PASSWORD, STRANGER, USER, GuideMachine

BOOKWORM = pytest.param(SUITES["bookworm"], marks=pytest.mark.machine, id="bookworm")

PIPELINING = "reject_unauth_pipelining"
CHECKS = "reject_rbl_client zen.example.invalid"
CLIENTS = "check_client_access inline:{192.0.2.99=REJECT}"

CONFIGURATIONS = {
    "checks of its own": [
        f"smtpd_recipient_restrictions={CLIENTS}, permit_mynetworks, {CHECKS}, {PIPELINING}",
    ],
    "policy in the recipient list alone": [
        "smtpd_relay_restrictions=",
        "smtpd_recipient_restrictions=permit_mynetworks, reject_unauth_destination",
    ],
    "both lists empty": ["smtpd_relay_restrictions=", "smtpd_recipient_restrictions="],
    "a refusal that only warns": [
        "smtpd_relay_restrictions=permit_mynetworks, warn_if_reject reject_unauth_destination",
    ],
    "the policy in a class": [
        "smtpd_restriction_classes=ours",
        "ours=permit_mynetworks, reject_unauth_destination",
        "smtpd_relay_restrictions=ours",
    ],
}
LOGIN = ("--tls", "--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD)
REFUSED = (454, 554)


@pytest.fixture(params=CONFIGURATIONS)
def settings(request: pytest.FixtureRequest) -> list[str]:
    chosen: list[str] = CONFIGURATIONS[request.param]
    return chosen


def machine_with(machine: Machine, settings: list[str]) -> GuideMachine:
    for setting in settings:
        machine.run(["postconf", "-e", setting])
    return GuideMachine.install(machine)


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_strangers_are_refused_and_users_relay(machine: Machine, settings: list[str]) -> None:
    server = machine_with(machine, settings)

    done = server.pfwizard()

    assert done.returncode == 0, done.stderr
    machine.start_postfix()
    assert server.send(to="somebody@example.com") in REFUSED
    assert server.send(to=f"root@{NAME}") == 250
    assert server.send(*LOGIN, to="somebody@example.com") == 250


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_every_check_of_the_operator_is_there_afterwards(machine: Machine) -> None:
    server = machine_with(machine, CONFIGURATIONS["checks of its own"])

    server.pfwizard()

    value = server.main_cf()["smtpd_recipient_restrictions"]
    assert value == (
        f"{CLIENTS}, permit_mynetworks, permit_sasl_authenticated, {CHECKS}, {PIPELINING}"
    )


EVERYONE = "/etc/postfix/everyone"


@pytest.mark.parametrize(
    ("settings", "identifier"),
    [
        (["mynetworks=0.0.0.0/0"], "open-relay-mynetworks"),
        ([f"mynetworks=cidr:{EVERYONE}"], "open-relay-mynetworks"),
        (["mynetworks=unknown"], "open-relay-mynetworks"),
        (["relay_domains=static:all"], "open-relay-domains"),
        (
            [
                "smtpd_delay_reject=no",
                "smtpd_client_restrictions=reject_unauth_destination",
                "mynetworks=0.0.0.0/0",
            ],
            "open-relay-mynetworks",
        ),
        (["mynetworks=127.0.0.0/8 static:all"], "open-relay-mynetworks"),
        (
            [
                "smtpd_restriction_classes=everyone",
                "everyone=permit",
                "smtpd_relay_restrictions=everyone, reject_unauth_destination",
            ],
            "open-relay",
        ),
    ],
)
@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_an_open_relay_is_one_indeed_and_is_refused(
    machine: Machine, settings: list[str], identifier: str
) -> None:
    machine.write(EVERYONE, "0.0.0.0/0 x\n", 0o644)
    server = machine_with(machine, settings)
    machine.start_postfix()
    before = machine.snapshot(["/etc/postfix"])

    found = {finding["id"] for finding in server.report("--dry-run")["findings"]}
    done = server.pfwizard()

    assert server.send(to="somebody@example.com") == 250
    assert identifier in found
    assert done.returncode == 1
    assert machine.snapshot(["/etc/postfix"]) == before


WITHOUT_HELO = f"""
import socket
client = socket.create_connection(("{STRANGER}", 25), 20, source_address=("{STRANGER}", 0))
replies = client.makefile("rb")
replies.readline()
for command in (b"MAIL FROM:<somebody@example.net>", b"RCPT TO:<somebody@example.com>"):
    client.sendall(command + b"\\r\\n")
    reply = replies.readline()
print(reply[:3].decode())
"""


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_a_helo_list_is_no_protection_from_a_client_that_sends_none(machine: Machine) -> None:
    settings = ["smtpd_helo_restrictions=reject_unauth_destination", "mynetworks=0.0.0.0/0"]
    server = machine_with(machine, settings)
    machine.start_postfix()

    done = server.pfwizard()

    assert server.send(to="somebody@example.com") in REFUSED
    assert machine.run(["python3", "-c", WITHOUT_HELO]).stdout.strip() == "250"
    assert done.returncode == 1
    assert "open relay" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("table", "reply"),
    [
        ("inline:{0.0.0.0/0=x}", REFUSED),
        ("inline:{unknown=x}", (250,)),
    ],
)
@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_a_table_that_is_not_judged_is_warned_of(
    machine: Machine, table: str, reply: tuple[int, ...]
) -> None:
    server = machine_with(machine, [f"mynetworks={table}"])
    machine.start_postfix()

    found = {finding["id"] for finding in server.report("--dry-run")["findings"]}

    assert server.send(to="somebody@example.com") in reply
    assert "mynetworks-not-judged" in found


@pytest.mark.parametrize("suite", [BOOKWORM], indirect=True)
def test_the_domains_of_a_single_service_count_for_nothing(machine: Machine) -> None:
    server = machine_with(machine, ["relay_domains=static:all"])
    machine.run(["postconf", "-P", "smtp/inet/relay_domains="])
    machine.start_postfix()

    found = {finding["id"] for finding in server.report("--dry-run")["findings"]}

    assert server.send(to="somebody@example.com") == 250
    assert "open-relay-domains" in found

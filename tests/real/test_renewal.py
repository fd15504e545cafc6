"""``renew`` and ``install-certificate`` beside a running Postfix: what clients are shown."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.ledger import Ledger
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.real.conftest import OpenMachine
from tests.real.held_run import ON_PROBATION, begin, program, wait_for_words
from tests.real.mail_server import configuration, history, wait_until_no_process_is_left

pytestmark = pytest.mark.machine

CERTIFICATE, KEY = "/etc/postfix/ssl/server.crt", "/etc/postfix/ssl/server.key"
CA, CA_KEY, OLD_CA = "/etc/ssl/ca.crt", "/etc/ssl/private/ca.key", "/root/what-clients-have.crt"

MAIN = f"""
smtpd_tls_security_level = may
smtpd_tls_cert_file = {CERTIFICATE}
smtpd_tls_key_file = {KEY}
smtpd_tls_CAfile = {CA}
"""
SMTPS = "smtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"

PORTS = {25: ("-starttls", "smtp"), 465: ()}

SHOWN = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.S)

# Postfix's programs wait for files that have just been changed.
DATE_BACK = ["touch", "-d", "1 minute ago", "/etc/postfix/main.cf", "/etc/postfix/master.cf"]


def append(machine: Machine, path: str, text: str) -> None:
    machine.write(path, machine.read(path).rstrip(b"\n") + b"\n" + text.encode())
    machine.run(DATE_BACK)


@pytest.fixture(params=["bookworm", "sid"])
def server(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Machine:
    """A Postfix with a certificate of its own CA that is to be renewed, on two ports."""
    machine = open_machine(Machine(SUITES[request.param]))
    start = datetime.now(UTC) - timedelta(days=380)
    authority = pki.ca(now=start)
    machine.run(["mkdir", "-p", "/etc/postfix/ssl", "/etc/ssl/private"])
    for path in (CA, OLD_CA):
        machine.write(path, authority.pem())
    machine.write(CA_KEY, pki.key("ca").pem().reveal(), 0o600)
    machine.write(CERTIFICATE, pki.server(authority, now=start).pem())
    machine.write(KEY, pki.key("server").pem().reveal(), 0o600)
    append(machine, "/etc/postfix/main.cf", MAIN)
    append(machine, "/etc/postfix/master.cf", SMTPS)
    machine.start_postfix()
    return machine


def shown(machine: Machine, port: int) -> Certificate:
    """What openssl is shown, and accepts with the CA that clients have had all the time."""
    done = machine.run(
        [
            *("timeout", "90", "openssl", "s_client", "-connect", f"127.0.0.1:{port}"),
            *PORTS[port],
            *("-CAfile", OLD_CA, "-verify_return_error", "-verify_hostname", pki.HOST),
            "-showcerts",
        ],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = SHOWN.search(done.stdout)
    assert found, done.stdout + done.stderr
    return load_certificate(found.group().encode())


def in_the_file(machine: Machine) -> Certificate:
    return load_certificate(machine.read(CERTIFICATE))


@pytest.mark.parametrize(
    ("arguments", "keeps_its_key"),
    [((), True), (("--new-key",), False), (("--ca", "--force"), True)],
    ids=["renew", "renew --new-key", "renew --ca"],
)
def test_every_port_shows_what_was_renewed_and_after_a_rollback_what_was_there_before(
    server: Machine, arguments: tuple[str, ...], keeps_its_key: bool
) -> None:
    old = in_the_file(server)
    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, old)

    server.pfwizard("renew", *arguments, check=True)

    new = in_the_file(server)
    assert (new == old) is ("--ca" in arguments)
    assert (new.public_key == old.public_key) is keeps_its_key
    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, new)

    server.pfwizard("rollback", check=True)

    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, old)


def test_a_timer_finds_nothing_to_do_the_next_day_and_reloads_nothing(server: Machine) -> None:
    server.pfwizard("renew", check=True)
    log = server.read("/var/log/mail.log")

    done = server.pfwizard("renew", check=True)

    assert "Nothing to do" in done.stderr
    assert server.read("/var/log/mail.log") == log


def test_a_certificate_of_somebody_elses_ca_is_shown_on_every_port_with_its_chain(
    server: Machine,
) -> None:
    """The key is found by itself; openssl needs the intermediate, which came last."""
    root = issuing("root", now=datetime.now(UTC))
    issuer = issuing("upper", (root, "root"), now=datetime.now(UTC))
    leaf = pki.server(issuer, ca_key=pki.key("upper"), now=datetime.now(UTC))
    for path, certificates in (("/root/sent.pem", (root, issuer, leaf)), (OLD_CA, (root,))):
        server.write(path, b"".join(each.pem() for each in certificates))

    server.pfwizard("install-certificate", "/root/sent.pem", check=True)

    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, leaf)


def test_a_reversed_pair_for_another_key_changes_nothing(server: Machine) -> None:
    before = configuration(server)
    root = issuing("root", now=datetime.now(UTC))
    leaf = pki.client(root, ca_key=pki.key("root"), now=datetime.now(UTC))
    server.write("/root/sent.pem", root.pem() + leaf.pem())

    done = server.pfwizard("install-certificate", "/root/sent.pem")

    assert done.returncode == 1
    assert "the key of the certificate of" in done.stderr
    assert configuration(server) == before


# --- on probation ---------------------------------------------------------------------------------


on_bookworm = pytest.mark.parametrize("server", ["bookworm"], indirect=True)


def ledger_of(machine: Machine) -> Ledger:
    return Ledger.load(machine.read("/var/lib/pfwizard/certificates"))


def begin_probation(machine: Machine, seconds: int, *arguments: str) -> Certificate:
    """Returns what the ports show when the new certificate waits for its confirmation."""
    old = in_the_file(machine)
    begin(machine, [*program(), "renew", *arguments, "--confirm", str(seconds)])
    wait_for_words(machine, ON_PROBATION)
    new = in_the_file(machine)
    assert new != old
    assert {port: shown(machine, port) for port in PORTS} == dict.fromkeys(PORTS, new)
    return new


@pytest.mark.parametrize("arguments", [(), ("--new-key",)], ids=["renew", "renew --new-key"])
def test_a_certificate_that_is_confirmed_stays(server: Machine, arguments: tuple[str, ...]) -> None:
    new = begin_probation(server, 600, *arguments)

    server.pfwizard("confirm", check=True)

    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, new)
    assert history(server).endswith("confirmed")
    assert [entry.serial for entry in ledger_of(server).entries] == [new.facts.serial]


@on_bookworm
@pytest.mark.parametrize("arguments", [(), ("--new-key",)], ids=["renew", "renew --new-key"])
def test_a_certificate_that_nobody_confirms_gives_way_to_the_old_one_and_was_issued_all_the_same(
    server: Machine, arguments: tuple[str, ...]
) -> None:
    old = in_the_file(server)
    new = begin_probation(server, 8, *arguments)

    wait_until_no_process_is_left(server)

    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, old)
    assert history(server).endswith("rolled back: it was not confirmed in time")
    assert [entry.serial for entry in ledger_of(server).entries] == [new.facts.serial]


@on_bookworm
def test_after_it_was_taken_back_it_can_be_renewed_again_with_another_serial_number(
    server: Machine,
) -> None:
    first = begin_probation(server, 600)
    server.pfwizard("rollback", check=True)

    server.pfwizard("renew", check=True)

    second = in_the_file(server)
    assert {port: shown(server, port) for port in PORTS} == dict.fromkeys(PORTS, second)
    issued = [entry.serial for entry in ledger_of(server).entries]
    assert issued == [first.facts.serial, second.facts.serial]

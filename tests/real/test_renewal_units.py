"""The weekly renewal: by systemd's timer, or by cron's line."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.secret import Secret
from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES
from tests.pki import builders as pki
from tests.real.conftest import OpenMachine
from tests.real.test_renewal import CA, CA_KEY, CERTIFICATE, KEY, MAIN, append, shown
from tests.real.test_renewal import OLD_CA as WHAT_CLIENTS_HAVE
from tests.real.test_status_units import PROGRAM, UNITS
from tests.real.test_status_units import shown as properties

pytestmark = pytest.mark.machine

SERVICE, TIMER = "pfwizard-renew.service", "pfwizard-renew.timer"

PASSPHRASE = Secret("correct horse battery")
PASSPHRASE_FILE = "/etc/pfwizard/ca-passphrase"

DROP_IN = f"""\
[Service]
LoadCredential=pfwizard-ca-passphrase:{PASSPHRASE_FILE}
"""


def install(machine: Machine, *, left: int, ca_key: Secret[bytes] | None = None) -> Certificate:
    """The program, a CA, and a certificate of it, in use, with so many days left."""
    paths = "".join(f"export {name}={value}\n" for name, value in machine.python_paths().items())
    machine.write(PROGRAM, f'#!/bin/sh\n{paths}exec python3 -m pfwizard "$@"\n', 0o755)
    start = datetime.now(UTC) - timedelta(days=397 - left)
    authority = pki.ca(now=start)
    certificate = pki.server(authority, now=start)
    machine.run(["mkdir", "-p", "/etc/postfix/ssl", "/etc/ssl/private", "/etc/pfwizard"])
    for path in (CA, WHAT_CLIENTS_HAVE):
        machine.write(path, authority.pem())
    machine.write(CA_KEY, (ca_key or pki.key("ca").pem()).reveal(), 0o600)
    machine.write(CERTIFICATE, certificate.pem())
    machine.write(KEY, pki.key("server").pem().reveal(), 0o600)
    append(machine, "/etc/postfix/main.cf", MAIN)
    return certificate


def in_the_file(machine: Machine) -> Certificate:
    return load_certificate(machine.read(CERTIFICATE))


@pytest.fixture
def with_systemd(open_machine: OpenMachine) -> Machine:
    machine = open_machine(Machine(SUITES["bookworm"], with_systemd=True))
    for unit in (SERVICE, TIMER):
        machine.write(f"{UNITS}/{unit}", (CHECKOUT / "pfwizard/systemd" / unit).read_bytes())
    return machine


def go_live(machine: Machine) -> None:
    machine.run(["systemctl", "daemon-reload"])
    machine.postfix.reload()


def test_systemd_finds_nothing_wrong_with_the_units(with_systemd: Machine) -> None:
    install(with_systemd, left=300)
    go_live(with_systemd)

    done = with_systemd.run(["systemd-analyze", "verify", f"{UNITS}/{TIMER}"], check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_timer_renews_every_week_once_it_is_switched_on(with_systemd: Machine) -> None:
    install(with_systemd, left=300)
    go_live(with_systemd)

    with_systemd.run(["systemctl", "enable", "--now", TIMER])

    wanted = ("ActiveState", "UnitFileState", "Unit", "Persistent")
    assert properties(with_systemd, TIMER, *wanted) == [
        *("ActiveState=active", "Persistent=yes", f"Unit={SERVICE}", "UnitFileState=enabled")
    ]
    calendar = with_systemd.run(["systemctl", "show", "--property=TimersCalendar", TIMER]).stdout
    assert "OnCalendar=Mon *-*-* 00:00:00" in calendar


def test_a_certificate_that_is_due_is_renewed_and_shown_and_stays(with_systemd: Machine) -> None:
    old = install(with_systemd, left=20)
    go_live(with_systemd)

    with_systemd.run(["systemctl", "start", SERVICE])

    assert properties(with_systemd, SERVICE, "Result") == ["Result=success"]
    new = in_the_file(with_systemd)
    assert new.facts.not_after > old.facts.not_after
    assert new.public_key == old.public_key
    assert shown(with_systemd, 25) == new
    history = with_systemd.run([PROGRAM, "history"]).stdout
    assert history.count("applied") == 1


def test_one_that_is_not_due_is_left_alone(with_systemd: Machine) -> None:
    old = install(with_systemd, left=300)
    go_live(with_systemd)

    with_systemd.run(["systemctl", "start", SERVICE])

    assert properties(with_systemd, SERVICE, "Result") == ["Result=success"]
    assert in_the_file(with_systemd) == old
    said = with_systemd.run(["journalctl", "--output=cat", f"--unit={SERVICE}"]).stdout
    assert "Nothing to do" in said


def test_a_key_behind_a_passphrase_is_opened_by_a_credential(with_systemd: Machine) -> None:
    locked = encrypted_pem(pki.key("ca"), PASSPHRASE, os.urandom)
    old = install(with_systemd, left=20, ca_key=locked)
    with_systemd.write(PASSPHRASE_FILE, f"{PASSPHRASE.reveal()}\n".encode(), 0o600)
    with_systemd.run(["mkdir", "-p", f"{UNITS}/{SERVICE}.d"])
    with_systemd.write(f"{UNITS}/{SERVICE}.d/override.conf", DROP_IN)
    go_live(with_systemd)

    with_systemd.run(["systemctl", "start", SERVICE])

    assert in_the_file(with_systemd).facts.not_after > old.facts.not_after
    assert with_systemd.read(CA_KEY) == locked.reveal()


def test_the_unit_itself_says_how_the_credential_is_given() -> None:
    unit = (CHECKOUT / "pfwizard/systemd" / SERVICE).read_text()

    assert all(f"#   {line}" in unit.splitlines() for line in DROP_IN.splitlines())


def test_a_renewal_that_is_due_and_cannot_be_made_is_among_the_failed_units(
    with_systemd: Machine,
) -> None:
    old = install(with_systemd, left=20)
    with_systemd.run(["rm", CA_KEY])
    go_live(with_systemd)

    with_systemd.run(["systemctl", "start", SERVICE], check=False)

    failed = with_systemd.run(["systemctl", "list-units", "--failed", "--plain"]).stdout
    assert SERVICE in failed
    said = with_systemd.run(["journalctl", "--output=cat", f"--unit={SERVICE}"]).stdout
    assert "name the file with --ca-key FILE" in said
    assert in_the_file(with_systemd) == old


def line_of_cron() -> str:
    """The command of the line, behind the five fields of its time and the user (crontab(5))."""
    lines = (CHECKOUT / "pfwizard/cron/pfwizard-renew").read_text().splitlines()
    (line,) = (each for each in lines if each[0].isdigit())
    *_, user, command = line.split(maxsplit=6)
    assert user == "root"
    return command


@pytest.mark.parametrize(
    ("left", "has_key", "is_silent"),
    [(300, True, True), (20, True, True), (20, False, False)],
    ids=["not due", "renewed", "cannot be renewed"],
)
def test_cron_has_something_to_mail_only_when_there_is_something_to_do(
    open_machine: OpenMachine, left: int, has_key: bool, is_silent: bool
) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))
    install(machine, left=left)
    if not has_key:
        machine.run(["rm", CA_KEY])
    machine.start_postfix()

    done = machine.run(["sh", "-c", line_of_cron()])

    assert (done.stdout == "") is is_silent
    assert done.stderr == ""

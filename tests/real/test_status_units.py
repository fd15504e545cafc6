"""The daily look at the certificates: by systemd's timer, or by cron's line."""

from datetime import UTC, datetime

import pytest

from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES
from tests.pki import builders as pki
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

PROGRAM = "/usr/local/bin/pfwizard"
SERVICE, TIMER = "pfwizard-status.service", "pfwizard-status.timer"
UNITS = "/etc/systemd/system"
CERTIFICATE = "/etc/postfix/server.pem"

MAIN = f"smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {CERTIFICATE}\n"


def install(machine: Machine, *, days: int) -> None:
    """The program, and a certificate that lasts so long; Postfix is as the package left it."""
    paths = "".join(f"export {name}={value}\n" for name, value in machine.python_paths().items())
    machine.write(PROGRAM, f'#!/bin/sh\n{paths}exec python3 -m pfwizard "$@"\n', 0o755)
    certificate = pki.server(pki.ca(now=datetime.now(UTC)), days=days, now=datetime.now(UTC))
    machine.write(CERTIFICATE, pki.key("server").pem().reveal() + certificate.pem(), 0o600)
    main_cf = machine.read("/etc/postfix/main.cf")
    machine.write("/etc/postfix/main.cf", main_cf + MAIN.encode())
    machine.run(["touch", "-d", "1 minute ago", "/etc/postfix/main.cf"])


def install_units(machine: Machine) -> None:
    for unit in (SERVICE, TIMER):
        machine.write(f"{UNITS}/{unit}", (CHECKOUT / "pfwizard/systemd" / unit).read_bytes())
    machine.run(["systemctl", "daemon-reload"])


def shown(machine: Machine, unit: str, *properties: str) -> list[str]:
    wanted = f"--property={','.join(properties)}"
    return sorted(machine.run(["systemctl", "show", wanted, unit]).stdout.split())


@pytest.fixture
def with_systemd(open_machine: OpenMachine) -> Machine:
    return open_machine(Machine(SUITES["bookworm"], with_systemd=True))


def test_systemd_finds_nothing_wrong_with_the_units(with_systemd: Machine) -> None:
    install(with_systemd, days=90)
    install_units(with_systemd)

    done = with_systemd.run(["systemd-analyze", "verify", f"{UNITS}/{TIMER}"], check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_timer_looks_every_day_once_it_is_switched_on(with_systemd: Machine) -> None:
    install(with_systemd, days=90)
    install_units(with_systemd)

    with_systemd.run(["systemctl", "enable", "--now", TIMER])

    assert shown(with_systemd, TIMER, "ActiveState", "UnitFileState", "Unit", "Persistent") == [
        *("ActiveState=active", "Persistent=yes", f"Unit={SERVICE}", "UnitFileState=enabled")
    ]
    listed = with_systemd.run(["systemctl", "list-timers", "--no-legend", TIMER]).stdout
    assert SERVICE in listed


def test_a_certificate_in_order_leaves_the_service_in_order(with_systemd: Machine) -> None:
    install(with_systemd, days=90)
    install_units(with_systemd)
    with_systemd.postfix.reload()

    with_systemd.run(["systemctl", "start", SERVICE])

    assert shown(with_systemd, SERVICE, "Result") == ["Result=success"]
    said = with_systemd.run(["journalctl", "--output=cat", f"--unit={SERVICE}"]).stdout
    assert f"leaf   {CERTIFICATE}" in said
    assert "shown  127.0.0.1:25" in said


def test_one_that_expires_soon_is_among_the_failed_units_with_its_reason(
    with_systemd: Machine,
) -> None:
    install(with_systemd, days=20)
    install_units(with_systemd)
    with_systemd.postfix.reload()

    with_systemd.run(["systemctl", "start", SERVICE], check=False)

    assert shown(with_systemd, SERVICE, "ExecMainStatus", "Result") == [
        "ExecMainStatus=1",
        "Result=exit-code",
    ]
    failed = with_systemd.run(["systemctl", "list-units", "--failed", "--plain"]).stdout
    assert SERVICE in failed
    said = with_systemd.run(["journalctl", "--output=cat", f"--unit={SERVICE}"]).stdout
    assert f"warning: the server's certificate in {CERTIFICATE} expires on " in said


def line_of_cron() -> str:
    """The command of the line, behind the five fields of its time and the user (crontab(5))."""
    lines = (CHECKOUT / "pfwizard/cron/pfwizard-status").read_text().splitlines()
    (line,) = (each for each in lines if each[0].isdigit())
    *_, user, command = line.split(maxsplit=6)
    assert user == "root"
    return command


@pytest.mark.parametrize(
    ("days", "is_silent"), [(90, True), (20, False)], ids=["in order", "expires soon"]
)
def test_cron_has_something_to_mail_only_when_there_is_something_to_do(
    open_machine: OpenMachine, days: int, is_silent: bool
) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))
    install(machine, days=days)
    machine.start_postfix()

    done = machine.run(["sh", "-c", line_of_cron()])

    assert (done.stdout == "") is is_silent
    assert done.stderr == ""

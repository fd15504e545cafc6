"""``pfwizard verify`` may run every few minutes, and must not lock the user out who logs in."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import saslauthd
from tests.real.sasl.login_server import NAME, LoginServer

pytestmark = pytest.mark.machine

# Every wrong password of a user is counted, and no right one takes that back (pam_faillock(8)).
COUNTING = """\
auth required pam_faillock.so preauth deny=100
auth sufficient pam_unix.so nodelay
auth [default=die] pam_faillock.so authfail deny=100
account required pam_unix.so
"""

COUNTED = f"faillock --user {NAME} | grep -c '^20' || true"


def counted(machine: Machine) -> int:
    return int(machine.run(["sh", "-c", COUNTED]).stdout)


def test_no_wrong_password_of_a_verification_counts_against_the_user(
    open_machine: OpenMachine,
) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))
    server = LoginServer.prepare(machine, saslauthd.with_pam, "")
    server.apply()
    machine.write("/etc/pam.d/smtp", COUNTING)

    assert server.failed_probes() == {}
    assert counted(machine) == 0

    server.logins()
    assert counted(machine) > 0  # so wrong passwords with her name would have been seen

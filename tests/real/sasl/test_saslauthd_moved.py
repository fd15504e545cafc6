"""saslauthd's socket moves into the jail, and back again with everything that came of it."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import saslauthd
from tests.real.sasl.login_server import LoginServer, Provisioning

pytestmark = pytest.mark.machine

MOVED = 'chroot = "move-socket"\n'
JAIL = "/var/spool/postfix"
"""With systemd or without, its directory in there is made by whoever starts it."""

SUITES_WITHOUT_SYSTEMD = ("bookworm", "trixie")
"""The script of bookworm starts it with START=yes alone, that of trixie in any case."""


def directories_of_saslauthd(machine: Machine) -> set[str]:
    """Of those that run; each has several processes."""
    found = machine.run(["sh", "-c", "ps -C saslauthd -o args= || true"]).stdout
    return {line.split(" -m ")[1].split()[0] for line in found.splitlines()}


def directories_in_jail(machine: Machine) -> list[str]:
    return machine.run(["find", JAIL, "-path", f"{JAIL}/var*"]).stdout.split()


@pytest.mark.parametrize("suite", SUITES_WITHOUT_SYSTEMD)
@pytest.mark.parametrize(
    ("provisioning", "before"),
    [
        pytest.param(saslauthd.with_pam_moved, set[str](), id="stopped"),
        pytest.param(saslauthd.with_pam, {"/var/run/saslauthd"}, id="running"),
    ],
)
def test_a_rollback_leaves_it_as_it_was(
    suite: str, provisioning: Provisioning, before: set[str], open_machine: OpenMachine
) -> None:
    machine = open_machine(Machine(SUITES[suite]))
    server = LoginServer.prepare(machine, provisioning, MOVED)
    in_jail = directories_in_jail(machine)
    assert directories_of_saslauthd(machine) == before
    server.apply()
    assert directories_of_saslauthd(machine) == {f"{JAIL}/var/run/saslauthd"}

    machine.pfwizard("rollback", check=True)

    assert directories_of_saslauthd(machine) == before
    assert directories_in_jail(machine) == in_jail

"""From Dovecot to another checker: what pfwizard wrote for Dovecot stays until it is removed."""

import json

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import dovecot, stores
from tests.real.sasl.login_server import ANSWERS_FILE, LoginServer, restart

pytestmark = pytest.mark.machine

DROP_IN = "/etc/dovecot/conf.d/99-pfwizard-auth.conf"
SOCKET = "/var/spool/postfix/private/auth"
LEFT = "dovecot-listener-left"


ACCEPTS = "00010000"
"""Among the flags of a socket in /proc/net/unix (proc(5)): somebody listens."""


def someone_listens(machine: Machine) -> bool:
    lines = machine.run(["cat", "/proc/net/unix"]).stdout.splitlines()
    return any(ACCEPTS in line and line.endswith(f" {SOCKET}") for line in lines)


def findings(machine: Machine) -> dict[str, str]:
    done = machine.pfwizard("--answers", ANSWERS_FILE, "--dry-run", "--json", check=False)
    return {each["id"]: each["message"] for each in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_its_file_is_told_of_until_it_is_removed_and_a_rollback_needs_it(
    suite: str, open_machine: OpenMachine
) -> None:
    machine = open_machine(Machine(SUITES[suite]))
    first = LoginServer.prepare(machine, dovecot.dovecot, "")
    first.apply()
    second = LoginServer.asking(machine, stores.sasldb(machine))
    assert DROP_IN in findings(machine)[LEFT]

    second.apply()

    assert second.logins() == second.expected_logins()
    assert someone_listens(machine)
    machine.pfwizard("rollback", check=True)
    assert first.logins() == first.expected_logins()
    second.apply()

    machine.run(["rm", DROP_IN])
    restart(machine, "dovecot")

    assert not someone_listens(machine)
    assert LEFT not in findings(machine)
    assert second.logins() == second.expected_logins()

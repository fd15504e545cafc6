"""A socket that Dovecot has left behind is no listener: the same answers open one again."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import dovecot
from tests.real.sasl.login_server import ANSWERS_FILE, LoginServer

pytestmark = pytest.mark.machine


@pytest.mark.parametrize("suite", ["bookworm", "sid"])
def test_what_was_taken_back_can_be_applied_again(suite: str, open_machine: OpenMachine) -> None:
    server = LoginServer.prepare(open_machine(Machine(SUITES[suite])), dovecot.dovecot, "")
    server.apply()
    server.roll_back()

    done = server.pfwizard("--answers", ANSWERS_FILE, "--rehearse", "never")

    assert done.returncode == 0, done.stderr
    assert server.logins() == server.expected_logins()

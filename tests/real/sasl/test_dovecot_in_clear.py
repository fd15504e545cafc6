"""Who asks for logins without TLS is warned, and gets them: of Dovecot too, with its own list."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import dovecot
from tests.real.sasl.login_server import ANSWERS, ANSWERS_FILE

pytestmark = pytest.mark.machine


def test_the_rehearsal_does_not_refuse_what_was_asked_for(open_machine: OpenMachine) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.start_postfix()
    dovecot.dovecot(machine)
    in_clear = ANSWERS.replace("auth_only = true", "auth_only = false")
    machine.write(ANSWERS_FILE, f'{in_clear}backend = "dovecot"\n', 0o600)

    done = machine.pfwizard("--answers", ANSWERS_FILE)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

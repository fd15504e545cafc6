"""A sample of the faults that the torture goes through: strace(1) strikes the real thing.

The machine has the old state or the new one afterwards, and Postfix works with it.
"""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.torture.strace_calls import ERRORS
from tests.torture.strace_machine import assert_nothing_is_mixed_up, outcomes
from tests.torture.strace_selection import Selection

pytestmark = pytest.mark.machine

SAMPLE = Selection(("KILL",), ERRORS, step=7)
SMALLER_SAMPLE = Selection((), ("KILL", *ERRORS), step=10, offset=3)
OF_MANY_FILES = Selection(("KILL",), ERRORS, step=15, offset=5)
WHOLE_PROGRAM = Selection((), ("KILL", "TERM", "EIO"), step=30, offset=9)


def test_a_fault_while_a_change_is_applied(open_machine: OpenMachine) -> None:
    found = outcomes(open_machine(Machine(SUITES["bookworm"])), {"applying": SAMPLE})

    assert_nothing_is_mixed_up(found, {"applying": 120})


def test_a_fault_while_a_certificate_is_issued(open_machine: OpenMachine) -> None:
    found = outcomes(open_machine(Machine(SUITES["bookworm"])), {"issuing": OF_MANY_FILES})

    assert_nothing_is_mixed_up(found, {"issuing": 100})


def test_a_fault_in_a_command(open_machine: OpenMachine) -> None:
    commands = ("rolling-back", "confirming", "recovering", "ending-probation")
    machine = open_machine(Machine(SUITES["bookworm"]))

    found = outcomes(machine, dict.fromkeys(commands, SMALLER_SAMPLE))

    assert_nothing_is_mixed_up(found, dict.fromkeys(commands, 25))


def test_a_fault_in_the_engine_of_the_whole_program(open_machine: OpenMachine) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))

    found = outcomes(machine, {"whole-apply": WHOLE_PROGRAM})

    assert_nothing_is_mixed_up(found, {"whole-apply": 50})

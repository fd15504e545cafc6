"""Every mutating system call, on a real Postfix, with every signal and error: strace(1) strikes it.

The machine has the old state or the new one afterwards, and Postfix works with it.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.torture.strace_calls import ERRORS, FAULTS, SIGNALS
from tests.torture.strace_machine import assert_nothing_is_mixed_up, outcomes
from tests.torture.strace_selection import Selection

pytestmark = pytest.mark.machine

FEWEST_CALLS = {
    "applying": 120,
    "rolling-back": 100,
    "issuing": 100,
    "recovering": 30,
    "ending-probation": 30,
    "confirming": 25,
    "whole-apply": 50,
    "whole-rollback": 50,
    "whole-recover": 20,
    "whole-confirm": 20,
}
"""With fewer than these, strace has not seen what it should."""

SHORT = ("confirming", "recovering", "ending-probation")
LONG = ("applying", "rolling-back", "issuing")
WHOLE = ("whole-apply", "whole-rollback", "whole-recover", "whole-confirm")


@pytest.fixture
def life() -> Iterator[ExitStack]:
    with ExitStack() as machines:
        yield machines


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("scenario", LONG)
def test_any_fault_at_any_call_of_the_engine(scenario: str, fault: str, life: ExitStack) -> None:
    machine = policy.booted(Machine(SUITES["bookworm"]), life)

    found = outcomes(machine, {scenario: Selection((fault,))})

    assert_nothing_is_mixed_up(found, {scenario: FEWEST_CALLS[scenario]})


@pytest.mark.parametrize("scenario", SHORT)
def test_any_fault_at_any_call_of_a_command(scenario: str, life: ExitStack) -> None:
    machine = policy.booted(Machine(SUITES["bookworm"]), life)

    found = outcomes(machine, {scenario: Selection()})

    assert_nothing_is_mixed_up(found, {scenario: FEWEST_CALLS[scenario]})


@pytest.mark.parametrize("scenario", [*LONG, *SHORT])
def test_another_postfix_and_another_python(scenario: str, life: ExitStack) -> None:
    machine = policy.booted(Machine(SUITES["trixie"]), life)

    found = outcomes(machine, {scenario: Selection(("KILL",), (*ERRORS, *SIGNALS[1:]))})

    assert_nothing_is_mixed_up(found, {scenario: FEWEST_CALLS[scenario]})


@pytest.mark.parametrize("scenario", WHOLE)
def test_the_whole_program_with_its_watchdog(scenario: str, life: ExitStack) -> None:
    machine = policy.booted(Machine(SUITES["bookworm"]), life)

    found = outcomes(machine, {scenario: Selection((), FAULTS)})

    assert_nothing_is_mixed_up(found, {scenario: FEWEST_CALLS[scenario]})

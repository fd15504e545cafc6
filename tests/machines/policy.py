"""What a test does where its machine cannot be built.

PFWIZARD_MACHINES says it:

    (unset)   it is skipped, and the end of the report says what was not proven
    require   it fails
    off       it is skipped at once, nothing is built
"""

import os
from contextlib import ExitStack
from typing import NoReturn

import pytest

from tests.machines import summary
from tests.machines.cache import MachinesUnavailable
from tests.machines.machine import Machine
from tests.machines.suites import Suite

POLICY = os.environ.get("PFWIZARD_MACHINES", "")


def pytest_configure() -> None:
    """Refuses a policy nobody knows: a typing error must not turn `require` into a skip."""
    if POLICY not in ("", "require", "off"):
        raise pytest.UsageError(f"PFWIZARD_MACHINES is {POLICY!r}; use require, off or nothing")


def booted(machine: Machine, life: ExitStack) -> Machine:
    """The machine, up until `life` ends; or the end of the test that wanted it."""
    if POLICY == "off":
        _do_without(machine.suite, "PFWIZARD_MACHINES=off")
    try:
        return life.enter_context(machine)
    except (MachinesUnavailable, OSError) as unavailable:
        _do_without(machine.suite, str(unavailable))


def _do_without(suite: Suite, reason: str) -> NoReturn:
    message = summary.missing(suite.name, reason)
    if POLICY == "require":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)

"""Real servers for the tests: fresh machines, or a clear word why there are none.

PFWIZARD_MACHINES says what happens where machines cannot be built:

    (unset)   their tests are skipped, and the end of the report says what was not proven
    require   their tests fail
    off       their tests are skipped at once, nothing is built
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NoReturn

import pytest

from tests.machines import summary
from tests.machines.cache import MachinesUnavailable
from tests.machines.machine import Machine
from tests.machines.suites import SUITES, Suite

OpenMachine = Callable[[Machine], Machine]

POLICY = os.environ.get("PFWIZARD_MACHINES", "")


def pytest_configure(config: pytest.Config) -> None:
    """Refuses a policy nobody knows: a typing error must not turn `require` into a skip."""
    if POLICY not in ("", "require", "off"):
        raise pytest.UsageError(f"PFWIZARD_MACHINES is {POLICY!r}; use require, off or nothing")
    if not config.pluginmanager.is_registered(summary):
        config.pluginmanager.register(summary, summary.__name__)


@pytest.fixture
def open_machine(request: pytest.FixtureRequest) -> Iterator[OpenMachine]:
    """Boots a machine that ends with the test, under the policy above."""
    with ExitStack() as machines:

        def boot(machine: Machine) -> Machine:
            reason = "PFWIZARD_MACHINES=off"
            if POLICY != "off":
                try:
                    return machines.enter_context(machine)
                except MachinesUnavailable as unavailable:
                    reason = str(unavailable)
            _do_without(request, machine.suite, reason)

        yield boot


@pytest.fixture(
    params=[
        pytest.param(suite, marks=pytest.mark.machine, id=name) for name, suite in SUITES.items()
    ]
)
def suite(request: pytest.FixtureRequest) -> Suite:
    """Each of the suites in turn, for tests that boot their own machines."""
    chosen: Suite = request.param
    return chosen


@pytest.fixture
def machine(suite: Suite, open_machine: OpenMachine) -> Machine:
    """A fresh machine of each suite in turn, with no service running yet."""
    return open_machine(Machine(suite))


def _do_without(request: pytest.FixtureRequest, suite: Suite, reason: str) -> NoReturn:
    request.node.user_properties.append((summary.MISSING, (suite.name, reason)))
    message = f"no {suite.name} machine, so nothing was proven about it: {reason}"
    if POLICY == "require":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)

"""Real servers for the tests: fresh machines, or a clear word why there are none."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES, Suite

OpenMachine = Callable[[Machine], Machine]


@pytest.fixture
def open_machine() -> Iterator[OpenMachine]:
    """Boots a machine that ends with the test, where there are machines."""
    with ExitStack() as machines:
        yield lambda machine: policy.booted(machine, machines)


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

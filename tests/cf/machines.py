"""A machine for a whole module of tests: booting one for each test would take most of the time."""

import os
from contextlib import ExitStack

import pytest

from tests.machines.cache import MachinesUnavailable
from tests.machines.machine import Machine
from tests.machines.suites import Suite


def machine_or_skip(life: ExitStack, suite: Suite, *, log_to_file: bool) -> Machine:
    """A machine that ends with ``life``; PFWIZARD_MACHINES says what happens without machines."""
    policy = os.environ.get("PFWIZARD_MACHINES", "")
    if policy == "off":
        pytest.skip("PFWIZARD_MACHINES=off")
    try:
        return life.enter_context(Machine(suite, log_to_file=log_to_file))
    except MachinesUnavailable as unavailable:
        if policy == "require":
            pytest.fail(str(unavailable))
        pytest.skip(str(unavailable))

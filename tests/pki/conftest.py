"""Programs that are not on every host, in a machine that all tests of a worker share."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.pki.verifiers import GnuTls


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A machine in which nothing runs; for its programs."""
    with ExitStack() as life:
        yield policy.booted(Machine(SUITES["trixie"]), life)


@pytest.fixture(scope="session")
def gnutls(machine: Machine) -> GnuTls:
    return GnuTls(machine)

"""What holds for all tests."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

pytest_plugins = ["tests.machines.summary", "tests.machines.policy", "tests.screens.drawn_with"]

# pfwizard is started several thousand times: whatever the shell says, it is compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples in every run: a red build must be red again when somebody looks into it.
settings.register_profile("reproducible", derandomize=True, deadline=None, print_blob=True)
# Elsewhere new ones are tried; how long one takes says nothing on a machine that is busy.
settings.register_profile("curious", deadline=None, print_blob=True)
settings.load_profile("reproducible" if "CI" in os.environ else "curious")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """What a test has called in its own process, main() above all, is not left to the next one."""
    before = os.umask(0o022)
    yield
    os.umask(before)

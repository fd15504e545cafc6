"""A machine for each test."""

from pathlib import Path

import pytest

from tests.cli.program import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)

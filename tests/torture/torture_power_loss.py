"""The model of lost power, with every set of lost changes, not only the smallest and largest."""

import pytest

from tests.torture import disk
from tests.torture.cases import CASES, Case
from tests.torture.power_loss import MODES, Mode, recording

MANY = 1000
"""More than there ever are between two fsyncs, but for the drafts of a journal."""


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_power_fails_and_any_changes_are_lost(
    case: Case, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "AT_MOST", MANY)
    with mode.in_force(), recording(case) as recorded:
        assert list(recorded.violations()) == []

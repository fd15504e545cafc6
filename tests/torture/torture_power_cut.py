"""The power fails at every call, on real file systems, in a quiet journal and in a busy one."""

import pytest

from tests.torture.cases import CASES, Case
from tests.torture.file_systems import KINDS, Kind, on
from tests.torture.power_cut import number_of_calls, violations
from tests.torture.power_loss import MODES, Mode


@pytest.mark.parametrize("noise", [False, True], ids=["quiet", "busy"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_power_fails_at_any_call(case: Case, mode: Mode, kind: Kind, noise: bool) -> None:
    with mode.in_force():
        points = range(number_of_calls(case) + 1)
        assert on(kind, lambda disk: violations(case, disk, points, noise=noise)) == []

"""A sample of power cuts on real file systems; ``make torture`` makes one at every call."""

import pytest

from tests.torture.cases import CASES, Case
from tests.torture.file_systems import KINDS, FileSystem, Kind, on
from tests.torture.power_cut import number_of_calls, violations

POINTS = 3
"""Calls at which each case is cut, spread over the whole of it; one more after its success."""


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_power_fails_at_a_few_calls(kind: Kind) -> None:
    assert on(kind, _found) == {}


def _found(file_system: FileSystem) -> dict[str, list[tuple[int, str]]]:
    found = {str(case): violations(case, file_system, _sample(case), noise=True) for case in CASES}
    return {case: cuts for case, cuts in found.items() if cuts}


def _sample(case: Case) -> list[int]:
    calls = number_of_calls(case)
    step = max(1, calls // POINTS)
    return [*range(CASES.index(case) % step, calls, step), calls]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_is_not_synced_is_really_lost(kind: Kind) -> None:
    """Or else a cut would prove nothing."""
    assert on(kind, _left_of_two_files) == ["synced"]


def _left_of_two_files(file_system: FileSystem) -> list[str]:
    place = file_system.mounted / "place"
    place.mkdir()
    (place / "synced").write_bytes(b"content")
    file_system.sync()
    (place / "not synced").write_bytes(b"content")
    file_system.lose_power(noise=False)
    file_system.mount_again()
    return sorted(each.name for each in place.iterdir())

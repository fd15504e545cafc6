"""Whatever happens at whatever step, the tree is the old one or the new one, and never a mixture.

After the fault the next start of pfwizard is played, as on a machine where the run just died.
"""

import errno
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pfwizard.apply.disk import renaming
from tests.apply.faults import (
    ERRORS,
    SIGNALS,
    Calls,
    disk_full_after,
    failing_with,
    in_a_process_that_dies,
    signalling,
)
from tests.apply.scenarios import (
    APPLYING,
    SCENARIOS,
    Announce,
    Scenario,
    Traces,
    outcome,
    quietly,
    settle,
    traces,
)

MEMORY = Path("/dev/shm")
scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=str)


@pytest.fixture(params=["exchanging", "replacing"])
def place(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A directory in memory, on a file system that can exchange names, and on one that cannot."""
    directory = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    with pytest.MonkeyPatch.context() as patched:
        if request.param == "replacing":
            patched.setattr(renaming, "_renameat2", unknown)
        yield directory
    shutil.rmtree(directory)


def unknown(source: Path, target: Path, flags: int) -> None:
    raise OSError(errno.EINVAL, "unknown flags", str(source))


def both_trees(place: Path) -> list[Traces]:
    """The tree before the change and after it, when nothing goes wrong."""
    root = place / "undisturbed"
    action = APPLYING.prepare(root)
    old = traces(root)
    action(quietly)
    return [old, traces(root)]


def number_of_calls(scenario: Scenario, place: Path) -> int:
    action = scenario.prepare(place / "counted")
    with Calls().watched() as calls:
        outcome(lambda: action(quietly))
    return calls.count


Struck = Callable[[Callable[[Announce], object], int], str | None]
"""Does something while one call is struck: what went wrong, nothing, or None for a sudden death."""


def mixtures(scenario: Scenario, place: Path, struck: Struck) -> list[object]:
    """Every call after whose fault the tree is neither the old one nor the new one."""
    old, new = both_trees(place)
    found: list[object] = []
    for number in range(number_of_calls(scenario, place)):
        root = place / str(number)
        failure = struck(scenario.prepare(root), number)
        settle(root)
        now = traces(root)
        if now not in (old, new) or (failure == "" and now != scenario.goal(old, new)):
            found.append((number, failure, sorted(set(now) ^ set(old)), root))
    return found


@scenarios
def test_a_process_that_is_killed_at_any_call(scenario: Scenario, place: Path) -> None:
    def kill(action: Callable[[Announce], object], number: int) -> None:
        assert not in_a_process_that_dies(lambda: action(quietly), number)

    assert mixtures(scenario, place, kill) == []


@scenarios
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_any_call_that_fails(scenario: Scenario, place: Path, error: int) -> None:
    def fail(action: Callable[[Announce], object], number: int) -> str:
        with Calls(number, failing_with(error)).watched():
            return outcome(lambda: action(quietly))

    assert mixtures(scenario, place, fail) == []


@scenarios
@pytest.mark.parametrize("signal_number", SIGNALS, ids=lambda number: str(number.name))
def test_a_signal_at_any_call(
    scenario: Scenario, place: Path, signal_number: signal.Signals
) -> None:
    def send(action: Callable[[Announce], object], number: int) -> str:
        with signalling(signal_number) as (strike, announce), Calls(number, strike).watched():
            return outcome(lambda: action(announce))

    assert mixtures(scenario, place, send) == []


@scenarios
def test_a_disk_that_is_full_from_any_call_on(scenario: Scenario, place: Path) -> None:
    """Where names can be exchanged, going back needs no room; otherwise it needs some again."""
    old, new = both_trees(place)
    mixed = []
    for number in range(number_of_calls(scenario, place)):
        root = place / str(number)
        action = scenario.prepare(root)
        with disk_full_after(number):
            outcome_of(action)
            if can_exchange():
                settle(root)
        settle(root)
        if traces(root) not in (old, new):
            mixed.append(number)

    assert mixed == []


def outcome_of(action: Callable[[Announce], object]) -> str:
    return outcome(lambda: action(quietly))


def can_exchange() -> bool:
    return renaming._renameat2 is not unknown


@scenarios
def test_there_are_calls_to_be_struck(scenario: Scenario, place: Path) -> None:
    assert number_of_calls(scenario, place) > 15

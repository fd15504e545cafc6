"""A run is killed at one of its calls, and at that moment the power of its disk fails."""

import shutil
from collections.abc import Iterable
from functools import partial

from tests.apply.faults import Calls, in_a_process_that_dies
from tests.apply.scenarios import outcome, quietly
from tests.torture.cases import Case
from tests.torture.file_systems import FileSystem
from tests.torture.power_loss import both_trees_at, place_in_memory
from tests.torture.settling import verdict


def number_of_calls(case: Case) -> int:
    with place_in_memory() as place:
        action = case.scenario.prepare(place / "counted")
        with Calls().watched() as calls:
            outcome(lambda: action(quietly))
        return calls.count


def violations(
    case: Case, file_system: FileSystem, points: Iterable[int], *, noise: bool
) -> list[tuple[int, str]]:
    """Each call at which the power fails and what is there later is not what has to be.

    A point that the run does not come to is a cut after its success.
    """
    found = []
    undisturbed = file_system.mounted / "undisturbed"
    trees = both_trees_at(undisturbed, case.changes)
    shutil.rmtree(undisturbed)
    for point in points:
        root = file_system.mounted / str(point)
        action = case.scenario.prepare(root)
        file_system.sync()
        is_over = in_a_process_that_dies(partial(action, quietly), point)
        file_system.lose_power(noise)
        file_system.mount_again()
        now = verdict(case, root, trees)
        if now not in ({case.goal} if is_over else case.on_the_way):
            found.append((point, now))
        shutil.rmtree(root)
    return found

"""Whenever the power fails, the tree is the old one or the new one, and a commit is for good.

Every state in which a file system may come back is made from the trace of a run, and settled.
``tests/torture/disk.py`` says what is assumed of file systems.
"""

from collections.abc import Iterator
from itertools import islice

import pytest

from tests.torture.cases import CASES, Case
from tests.torture.disk import Disk, Named, Node, Synced, Tree, Written
from tests.torture.power_loss import MODES, Mode, Recording, recording

cases = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(params=MODES, ids=str)
def mode(request: pytest.FixtureRequest) -> Iterator[Mode]:
    chosen: Mode = request.param
    with chosen.in_force():
        yield chosen


@cases
def test_the_power_fails_at_any_point(case: Case, mode: Mode) -> None:
    with recording(case) as recorded:
        assert list(islice(recorded.violations(), 5)) == []
        assert _ends(recorded) == case.on_the_way | {case.goal}


def _ends(recorded: Recording) -> set[str]:
    """What was come to: were it only one of two, nothing would have been tried."""
    return set(recorded.settled.values())


def test_a_run_that_syncs_nothing_is_found_out(mode: Mode) -> None:
    with recording(CASES[0]) as recorded:
        recorded.trace.events[:] = [
            event for event in recorded.trace.events if not isinstance(event, Synced)
        ]
        assert next(recorded.violations(), None) is not None


DIRECTORY, FILE = 1, 2
EMPTY = Node(b"", 0o600, 0, 0)
FULL = Node(b"full", 0o640, 0, 0)
CREATED = Named({(DIRECTORY, "file"): FILE})


def _disk(*events: Named | Written | Synced) -> Disk:
    disk = Disk({(0, "directory"): DIRECTORY}, {DIRECTORY: Node(None, 0o755, 0, 0)})
    disk.after(Written(FILE, EMPTY, is_born=True))
    for event in events:
        disk.after(event)
    return disk


def _files(disk: Disk) -> set[tuple[tuple[str, Node], ...]]:
    return {_without_the_directory(tree) for tree in disk.states()}


def _without_the_directory(tree: Tree) -> tuple[tuple[str, Node], ...]:
    return tuple((path, node) for path, _, node in tree if node.content is not None)


def test_a_name_that_is_not_synced_may_be_lost() -> None:
    assert _files(_disk(CREATED)) == {(), (("directory/file", EMPTY),)}


def test_a_name_is_kept_by_its_directory() -> None:
    assert _files(_disk(CREATED, Synced(DIRECTORY, ""))) == {(("directory/file", EMPTY),)}


def test_a_name_is_not_kept_by_its_file() -> None:
    assert () in _files(_disk(CREATED, Written(FILE, FULL), Synced(FILE, "")))


def test_a_content_that_is_not_synced_may_be_cut_short_and_its_attributes_be_there() -> None:
    found = _files(_disk(CREATED, Written(FILE, FULL), Synced(DIRECTORY, "")))
    contents = {(node.content, node.mode) for ((_, node),) in found}
    assert contents == {
        (b"", 0o600),
        (b"", 0o640),
        (b"fu", 0o640),
        (bytes(4), 0o640),
        (b"full", 0o640),
    }


def test_changes_of_one_name_keep_their_order_and_those_of_two_do_not() -> None:
    renamed = Named({(DIRECTORY, "file"): None, (DIRECTORY, "other"): FILE})
    created = Named({(DIRECTORY, "third"): 3})
    disk = _disk(CREATED, renamed)
    disk.after(Written(3, EMPTY, is_born=True))
    disk.after(created)
    names = {tuple(path.rpartition("/")[2] for path, _ in tree) for tree in _files(disk)}
    assert names == {(), ("file",), ("other",), ("third",), ("file", "third"), ("other", "third")}


def test_a_rename_across_directories_needs_both_of_them() -> None:
    moved = Named({(DIRECTORY, "file"): None, (0, "file"): FILE})
    before = (CREATED, Synced(DIRECTORY, ""), moved)
    either = {(("directory/file", EMPTY),), (("file", EMPTY),)}
    assert _files(_disk(*before)) == either
    assert _files(_disk(*before, Synced(0, ""))) == either
    assert _files(_disk(*before, Synced(0, ""), Synced(DIRECTORY, ""))) == {(("file", EMPTY),)}

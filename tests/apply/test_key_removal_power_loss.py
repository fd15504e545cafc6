"""Whenever the power fails while a key is moved, the key is somewhere, and in the end not here.

``tests/torture/disk.py`` says what is assumed of file systems.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.apply.test_key_removal import CONTENT, HERE, KEPT, MOVED, THERE, move, prepared
from tests.torture.disk import Disk, Event, Synced, Tree
from tests.torture.trace import Trace

WHOLE = (CONTENT, MOVED.reveal())


@dataclass(frozen=True)
class Recorded:
    """A move, once gone through in peace."""

    trace: Trace

    def disks(self, without: str = "") -> Iterator[Disk]:
        """After each of its steps; ``without`` is an fsync that is left out."""
        disk = Disk(dict(self.trace.before.names), dict(self.trace.before.nodes))
        for event in self.trace.events:
            if not _is_at(event, without):
                disk.after(event)
                yield disk

    @property
    def sites(self) -> tuple[str, ...]:
        """Where fsync(2) is called."""
        return tuple(
            dict.fromkeys(event.site for event in self.trace.events if isinstance(event, Synced))
        )


def _is_at(event: Event, site: str) -> bool:
    return isinstance(event, Synced) and event.site == site


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    removal = prepared(tmp_path)
    trace = Trace(tmp_path)
    with trace.recorded():
        move(removal, tmp_path)
    return Recorded(trace)


def whereabouts(tree: Tree) -> set[str]:
    return {path for path, _, node in tree if node.content in WHOLE}


def is_ever_lost(recorded: Recorded, without: str = "") -> bool:
    return any(
        not whereabouts(state) & {HERE, THERE}
        for disk in recorded.disks(without)
        for state in disk.states()
    )


def ends(recorded: Recorded, without: str = "") -> list[set[str]]:
    """Where the key may be when the power fails after everything has been done."""
    *_, last = recorded.disks(without)
    return [whereabouts(state) for state in last.states()]


def test_the_key_is_never_lost(recorded: Recorded) -> None:
    assert not is_ever_lost(recorded)


def test_what_was_removed_does_not_come_back(recorded: Recorded) -> None:
    assert all(found == {THERE} for found in ends(recorded))


def test_without_any_fsync_of_the_new_file_and_of_its_directory_the_key_could_be_lost(
    recorded: Recorded,
) -> None:
    of_the_new_file = [site for site in recorded.sites if ": medium" in site]

    assert len(of_the_new_file) == 2
    assert all(is_ever_lost(recorded, site) for site in of_the_new_file)


def test_without_any_fsync_of_the_old_directories_the_key_could_come_back(
    recorded: Recorded,
) -> None:
    of_the_old_ones = [site for site in recorded.sites if "_remove" in site]

    assert len(of_the_old_ones) == 2
    assert all(
        any(found & {HERE, *KEPT} for found in ends(recorded, site)) for site in of_the_old_ones
    )

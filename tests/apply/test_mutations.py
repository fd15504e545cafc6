"""The tests of lost power are tested: each fsync(2) that is left out must make one of them fail.

Those that may be left out are listed, each with the reason. ``make torture`` also lets every two
steps of the protocol change places; here it is a sample of them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfwizard.apply import journal
from tests.torture.mutations import recordings, sites_of, sites_that_are_missed, trouble_with
from tests.torture.power_loss import MODES
from tests.torture.steps import swapped_steps

REDUNDANT = {
    "swap.stage < transaction._prepare: etc":
        "the names of waiting files: the same directories are synced again after the swap, and "
        "until then only the old tree counts",
    "undo.take_back < ending._put_back: etc":
        "the old files' names: what waits is removed under names that are changed by putting "
        "back, so that no removal is kept without it; the second sync keeps both",
    "journal._write_durably < journal.note_state: var/lib/pfwizard/journal/*":
        "a state that cannot be read is taken for applying, and after a restart of the machine "
        "each of them means taking back; only the reason that the history gives is lost",
    "journal._write_durably < journal.note_state: var/lib/pfwizard/journal":
        "as above",
    "journal._write_durably < journal.note_result: var/lib/pfwizard/done":
        "a complete transaction has its result already since before it was retired",
    "journal._moved < journal.file_away: var/lib/pfwizard":
        "the next start finds it in its old place, and files it away again",
    "journal.file_away < ending.clean_up: var/lib/pfwizard/history":
        "as above",
    "journal.file_away < ending.take_back: var/lib/pfwizard/history":
        "as above; taking back what is back already changes nothing",
}  # fmt: skip
"""Where fsync(2) may be left out, one at a time, on file systems as we assume them."""

SYNCING = {"sync", "sync_directories", "write_new", "fsync"}
NOT_CALLED = {
    *("journal.note_result", "journal.note_taking_back", "mail_system.rejects"),
    *("key_removal._write", "key_removal._remove", "trial_files.keep_trial"),
}
"""The first two sync when the disk is full, the third one writes a copy for ``postconf`` only. The
removal of a key is no transaction: test_key_removal_power_loss.py is about it. What probes have
found is kept when the transaction is over."""


def test_each_fsync_is_needed_or_known_to_be_redundant() -> None:
    seen: set[str] = set()
    needed: set[str] = set()
    for mode in MODES:
        with recordings(mode) as recorded:
            sites = sites_of(recorded)
            seen |= sites
            needed |= sites_that_are_missed(recorded, sites - needed)
    assert seen - needed == set(REDUNDANT)


def test_no_fsync_is_overlooked() -> None:
    seen: set[str] = set()
    for mode in MODES:
        with recordings(mode) as recorded:
            seen |= sites_of(recorded)
    called = {site.partition(":")[0].partition(" ")[0] for site in seen}
    assert set(_functions_that_sync()) - called == NOT_CALLED


SAMPLE = (
    "Journal._write_durably: sync",
    "StateDirectory.publish: self._moved",
    "StateDirectory._moved: sync",
    "swap: sync_directories",
    "remove_old_files: sync_directories",
    "take_back: _remove_made_directories",
    "take_back: sync_directories",
    "_take_away: rename_to_free_name",
    "Ending.take_back: trouble",
    "Transaction._apply: self._prepare",
    "Transaction._apply: journal = self._publish(plan, mail_system) before enter",
)
"""How the names begin of the mutants that are tried here: the later step, which comes first."""


@pytest.mark.parametrize("beginning", SAMPLE)
def test_two_steps_that_change_places_are_found_out(beginning: str) -> None:
    (mutant,) = (each for each in swapped_steps() if str(each).startswith(beginning))
    assert trouble_with(mutant) != ""


def _functions_that_sync() -> Iterator[str]:
    """In all of the room but ``files``, which has the functions that the others call."""
    for module in Path(journal.__file__).parent.rglob("*.py"):
        if module.stem != "files":
            for function in ast.walk(ast.parse(module.read_bytes())):
                if isinstance(function, ast.FunctionDef) and _called_in(function) & SYNCING:
                    yield f"{module.stem}.{function.name}"


def _called_in(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {ast.unparse(each).rpartition(".")[2] for each in calls}

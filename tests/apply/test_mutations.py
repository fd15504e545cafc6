"""The tests of lost power are tested: two steps of the protocol that change places must make one of
them fail.

Here it is a sample of them. ``make torture`` tries every two, and leaves out each fsync(2).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfwizard.apply import journal
from tests.torture.mutations import recordings, sites_of, trouble_with
from tests.torture.power_loss import MODES
from tests.torture.steps import swapped_steps

SYNCING = {"sync", "sync_directories", "write_new", "fsync"}
NOT_CALLED = {
    *("journal.note_result", "journal.note_taking_back", "mail_system.rejects"),
    *("key_removal._write", "key_removal._remove", "trial_files.keep_trial"),
}
"""The first two sync when the disk is full, the third one writes a copy for ``postconf`` only. The
removal of a key is no transaction: test_key_removal_power_loss.py is about it. What probes have
found is kept when the transaction is over."""


def test_no_fsync_is_overlooked() -> None:
    seen: set[str] = set()
    for mode in MODES:
        with recordings(mode) as recorded:
            seen |= sites_of(recorded)
    called = {site.partition(":")[0].partition(" ")[0] for site in seen}
    assert set(_functions_that_sync()) - called == NOT_CALLED


SAMPLE = (
    "StateDirectory.publish: self._moved",
    "StateDirectory._moved: sync",
    "swap: sync_directories",
    "remove_old_files: sync_directories",
    "take_back: _remove_made_directories",
    "_take_away: rename_to_free_name",
    "Transaction._apply: self._prepare",
)
"""How the names begin of the mutants that are tried here: the later step, which comes first. They
are those that are found out soon."""


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

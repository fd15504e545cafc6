"""Every two steps of the protocol change places, and some test has to notice."""

import pytest

from tests.torture.mutations import trouble_with
from tests.torture.steps import Swapped, swapped_steps

WITHIN_A_FILE = (
    "all of it comes before the file's fsync, and nobody knows the file's name until then"
)
IN_STAGING = "all of it comes before the syncs and the rename that make it count"
GROUPS = "groups are independent of each other and of files that nobody reads yet"
DAEMONS = "no plan here restarts a daemon: tests/apply/test_daemons.py is about them"

UNNOTICED = {
    "write_new: os.fchmod(": WITHIN_A_FILE,
    "write_new: _write_all(": WITHIN_A_FILE,
    "write_new: (attributes or": WITHIN_A_FILE + "; that no key is readable by others meanwhile is "
    "tested in test_files.py",
    "write_new: os.fsync(": "only the time of the file may be lost, by which nothing is decided",
    "make_directory: attributes.give_to(": "no case has a directory with a default access list",
    "StateDirectory.publish: write_new(staging / MANIFEST": IN_STAGING,
    "StateDirectory.file_away: sync(place.parent)": "a transaction that is not filed away for good "
    "is filed away by the next start",
    "stage: sync_directories(": "this sync is redundant: the swap syncs the same directories",
    "take_back: _remove_what_waits(": "the sync before it is redundant: a removed name keeps the "
    "change that it was put back with",
    "Ending.abandon: _memberships_back": GROUPS,
    "_memberships_back: for leave": GROUPS,
    "Transaction._prepare: for join": GROUPS,
    "Transaction._prepare: for leave": GROUPS,
    "Ending.take_back: daemons = ": DAEMONS,
    "Ending.abandon: _run_again": DAEMONS,
    "Ending.abandon: self.state.forget": DAEMONS,
    "Ending._put_back: trouble_with(partial(mail_system.release_daemon": DAEMONS,
    "Transaction._apply: swap(": DAEMONS,
    "recover: if ending.state.done": "a draft is of no importance at any time",
}
"""How the names of those begin that nothing notices, each with the reason."""

MUTANTS = tuple(swapped_steps())


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_steps_that_change_places_are_found_out_or_known(mutant: Swapped) -> None:
    assert (trouble_with(mutant) == "") == any(map(str(mutant).startswith, UNNOTICED))


@pytest.mark.parametrize("beginning", UNNOTICED)
def test_each_exception_is_about_one_mutant(beginning: str) -> None:
    assert len([each for each in MUTANTS if str(each).startswith(beginning)]) == 1

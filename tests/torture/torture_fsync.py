"""Each fsync(2) is left out in turn, and some test of lost power has to notice.

Those that may be left out are listed, each with the reason.
"""

from tests.torture.mutations import recordings, sites_of, sites_that_are_missed
from tests.torture.power_loss import MODES

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


def test_each_fsync_is_needed_or_known_to_be_redundant() -> None:
    seen: set[str] = set()
    needed: set[str] = set()
    for mode in MODES:
        with recordings(mode) as recorded:
            sites = sites_of(recorded)
            seen |= sites
            needed |= sites_that_are_missed(recorded, sites - needed)
    assert seen - needed == set(REDUNDANT)

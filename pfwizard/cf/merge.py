"""Taking a change back out of a file that somebody else has edited since.

A change led from OURS, the old file, to BASE, the file that was written; THEIRS is what stands
there now. The merge answers THEIRS with the change undone and their own edit kept, or else what
of the two cannot both be had. It never guesses: what it answers has been read again and says
exactly what it should.
"""

from collections.abc import Callable

from pfwizard.cf.merge_rule import Conflict, Merged, Versions
from pfwizard.cf.merge_services import merged_services
from pfwizard.cf.merge_settings import merged_settings

__all__ = ["Conflict", "Merged", "merge_main_cf", "merge_master_cf"]


def merge_main_cf(base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """A main.cf with our change taken out, parameter by parameter.

    What counts is the value that Postfix uses: that of the last entry, whatever its white space.
    """
    return _merged(Versions(base, ours, theirs), merged_settings)


def merge_master_cf(base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """A master.cf with our change taken out, entry by entry.

    Within an entry that all three have, it goes by the columns, the ``-o`` options and the other
    arguments. Entries are the same if they are for the same endpoint; where there are several for
    one endpoint they are all taken together, and a change of their number goes back line by line
    or not at all.
    """
    return _merged(Versions(base, ours, theirs), merged_services)


def _merged(contents: Versions[bytes], by_units: Callable[[Versions[bytes]], Merged]) -> Merged:
    whole = contents.settled()
    return by_units(contents) if whole is None else Merged(whole.value)

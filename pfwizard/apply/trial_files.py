"""What probes have found, kept beside the journal of the transaction that they were about.

A file for each occasion, which is replaced as a whole: a kill leaves the old one or the new one.
Records of earlier versions have none.
"""

from enum import StrEnum

from pfwizard.apply.disk.files import sync, write_new
from pfwizard.apply.journal import Journal


class Occasion(StrEnum):
    """When the probes were made: before a change, when it was live, or at any time since."""

    REHEARSAL = "rehearsal"
    PROOF = "proof"
    VERIFY = "verify"


def kept_trial(journal: Journal, occasion: Occasion) -> bytes:
    """Empty where there was none, or where it cannot be read."""
    try:
        return (journal.directory / file_of(occasion)).read_bytes()
    except OSError:
        return b""


def keep_trial(journal: Journal, occasion: Occasion, content: bytes) -> None:
    """Keep it durably, in place of an earlier one; the lock of the state directory is held.

    Raises OSError.
    """
    draft = journal.directory / f"{file_of(occasion)}.new"
    draft.unlink(missing_ok=True)
    write_new(draft, content)
    draft.rename(journal.directory / file_of(occasion))
    sync(journal.directory)


def file_of(occasion: Occasion) -> str:
    """Its name beside the manifest."""
    return f"{occasion}.json"

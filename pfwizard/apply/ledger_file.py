"""The ledger of certificates on the disk: in the state directory, beside journals and history.

It is no file of a transaction. What was issued stays issued when the rest is taken back, because
somebody may have copied the certificate meanwhile.
"""

from collections.abc import Iterable
from pathlib import Path

from pfwizard.apply.disk.files import sync, write_new
from pfwizard.pki.errors import NotALedger
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued
from pfwizard.plan.plan import Action, EnterInLedger

LEDGER = "certificates"


def read_ledger(state_directory: Path) -> Ledger:
    """The ledger, which is empty as long as nothing was issued.

    Raises NotALedger when it cannot be believed, and OSError when it cannot be read.
    """
    place = state_directory / LEDGER
    try:
        return Ledger.load(place.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return Ledger()
    except NotALedger as error:
        raise error.at(place) from error


def enter(state_directory: Path, actions: Iterable[Action]) -> None:
    """Enter durably what these actions say; the lock of the state directory is held.

    The file is replaced as a whole, so that a kill leaves the old one or the new one. Raises
    CannotSign for a serial number that was given to another certificate meanwhile.
    """
    entries = [action.entry for action in actions if isinstance(action, EnterInLedger)]
    if not entries:
        return
    ledger = read_ledger(state_directory)
    for entry in entries:
        if isinstance(entry, Issued):
            ledger = ledger.with_issued(entry)
        elif not ledger.revocation(entry.serial):
            ledger = ledger.with_revoked(entry.serial, entry.reason, at=entry.at)
    place = state_directory / LEDGER
    draft = place.with_name(f"{LEDGER}.new")
    draft.unlink(missing_ok=True)
    write_new(draft, ledger.encoded)
    draft.rename(place)
    sync(state_directory)

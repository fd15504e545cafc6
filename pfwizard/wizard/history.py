"""What every face says of a transaction of the history."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfwizard.apply.history import Entry
    from pfwizard.apply.manifest import TransactionId


def summary(entry: "Entry") -> str:
    """One line of a list: which it is, when it was, and how it ended."""
    manifest = entry.manifest
    what = f"rollback of {manifest.undoes}, " if manifest.undoes else ""
    later = f", taken back by {entry.undone_by}" if entry.undone_by else ""
    return f"{manifest.transaction}  {_written(manifest.time)}  {what}{entry.result}{later}"


def moment(time: datetime) -> str:
    """As a person writes it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _written(time: str) -> str:
    """That of a record; what is no time stays as it is."""
    try:
        return moment(datetime.fromisoformat(time))
    except ValueError:
        return time


def why_not_taken_back(entry: "Entry", *, may_apply: bool) -> str:
    """Why this transaction cannot be taken back, or nothing where it can."""
    if entry.undone_by is not None:
        return f"It was taken back already, by {entry.undone_by}."
    if not entry.is_in_place:
        return "Nothing of it is in place."
    return "" if may_apply else "Only root can take a change back."


def rollback_title(transaction: "TransactionId | str") -> str:
    """What a review is called that takes a transaction back."""
    return f"Take back transaction {transaction}"

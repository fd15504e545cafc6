"""A run that was killed in the middle: found by the next one, and put before a person."""

from pathlib import Path

from pfwizard.apply.lock import locked
from pfwizard.errors import NeedsHuman


def refuse_unfinished(state_directory: Path) -> None:
    """Stop when an earlier transaction has neither been completed nor taken back.

    Raises NeedsHuman for one whose process is gone, Busy for one that is at work.
    """
    if not _unfinished(state_directory):
        return
    with locked(state_directory):
        killed = _unfinished(state_directory)  # it may have ended while nobody held the lock
    if not killed:
        return
    raise NeedsHuman(
        f"transaction {killed[0].name} was killed in the middle, and some of its files may be "
        "the new ones and others the old ones",
        f"The old files are in {killed[0]}; manifest.json there says where each belongs and what "
        "was created. Put them back, remove what was created and the files beside them whose "
        f'names begin with a dot and hold "pfwizard-{killed[0].name}", run postfix reload, and '
        "then remove that directory.",
    )


def _unfinished(state_directory: Path) -> list[Path]:
    """Transactions in the history that have no result."""
    manifests = sorted((state_directory / "history").glob("*/manifest.json"))
    return [file.parent for file in manifests if not (file.parent / "result").exists()]

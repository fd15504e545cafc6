"""A run that was killed in the middle, or could not put everything back: found by the next one."""

from pathlib import Path

from pfwizard.apply.lock import locked
from pfwizard.errors import NeedsHuman

NOT_PUT_BACK = "not put back"
"""How the result of a transaction begins that a person has to look into."""

WAY_OUT = (
    "The old files are in {directory}; manifest.json there says where each belongs and what was "
    "created. Put them back, remove what was created and the files beside them whose names begin "
    'with a dot and hold "pfwizard-{name}", run postfix reload, and then remove that directory.'
)


def refuse_unfinished(state_directory: Path) -> None:
    """Stop when an earlier transaction has neither been completed nor taken back.

    Raises NeedsHuman for one that nobody works on any more, Busy for one that is at work.
    """
    if _left_over(state_directory) is not None:
        with locked(state_directory):
            refuse_left_over(state_directory)


def refuse_left_over(state_directory: Path) -> None:
    """The same for whoever holds the lock; raises NeedsHuman."""
    found = _left_over(state_directory)
    if found is not None:
        raise NeedsHuman(
            f"transaction {found.name} {_fate(found)}",
            WAY_OUT.format(directory=found, name=found.name),
        )


def _left_over(state_directory: Path) -> Path | None:
    """The first transaction in the history that somebody has to look into."""
    manifests = sorted((state_directory / "history").glob("*/manifest.json"))
    return next((file.parent for file in manifests if _fate(file.parent)), None)


def _fate(own: Path) -> str:
    """What became of a transaction that did not end as it should; empty for all others."""
    try:
        result = (own / "result").read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return (
            "was killed in the middle, and some of its files may be the new ones and others the "
            "old ones"
        )
    reason = result.removeprefix(f"{NOT_PUT_BACK}: ")
    return "" if reason == result else f"could not be put back: {reason}"

"""What stood there before: kept in the state directory, readable by root only."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pfwizard.apply.files import (
    PRIVATE,
    PRIVATE_DIRECTORY,
    make_directory,
    sync,
    write_new,
)
from pfwizard.errors import Failed
from pfwizard.plan.plan import Change

FORMAT = 1


def prepare_state_directory(path: Path) -> None:
    """Create the state directory, and those above it, for its owner alone; raises Failed."""
    if path.is_dir():
        return
    if path.exists():
        raise Failed(f"{path}: is not a directory", "Name another one with --state-dir.")
    prepare_state_directory(path.parent)
    make_directory(path, PRIVATE_DIRECTORY if path.name == "pfwizard" else 0o755)


def keep(directory: Path, identifier: str, changes: Sequence[Change], now: datetime) -> Path:
    """Write every pre-image and a manifest durably; returns the transaction's own directory."""
    history = directory / "history"
    if not history.is_dir():
        make_directory(history, PRIVATE_DIRECTORY)
    own = history / identifier
    make_directory(own, PRIVATE_DIRECTORY)
    try:
        _write(own, changes, _manifest(identifier, changes, now))
    except BaseException:
        forget(own)
        raise
    return own


def _write(own: Path, changes: Sequence[Change], manifest: bytes) -> None:
    for number, change in enumerate(changes):
        if change.before is not None:
            write_new(own / kept_name(number, change), change.before, PRIVATE)
    write_new(own / "manifest.json", manifest, PRIVATE)
    for path in (own, own.parent, own.parent.parent):
        sync(path)


def kept_name(number: int, change: Change) -> str:
    """The name of a pre-image, by which a person finds it too: ``0012-main.cf``."""
    return f"{number:04}-{change.path.name}"


def _manifest(identifier: str, changes: Sequence[Change], now: datetime) -> bytes:
    document = {
        "format": FORMAT,
        "transaction": identifier,
        "time": now.isoformat(timespec="seconds"),
        "changes": [
            {
                "number": number,
                "kind": change.kind.value,
                "path": str(change.path),
                "real": str(change.real),
                "secret": change.secret,
                "before_sha256": change.before_sha256,
                "after_sha256": change.after_sha256,
            }
            for number, change in enumerate(changes)
        ],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def note_result(own: Path, result: str) -> None:
    """Record how the transaction ended, beside its manifest."""
    (own / "result").unlink(missing_ok=True)
    write_new(own / "result", f"{result}\n".encode(), PRIVATE)
    sync(own)


def forget(own: Path) -> None:
    """Remove the pre-images of a transaction that changed nothing."""
    for file in own.iterdir():
        file.unlink()
    own.rmdir()

"""Writing the documents into a directory of the operator's: new ones, and never over others."""

import os
from collections.abc import Iterable
from pathlib import Path

from pfwizard.apply.disk.attributes import created_with
from pfwizard.apply.disk.explained import explained
from pfwizard.apply.disk.files import sync, write_new
from pfwizard.apply.disk.renaming import rename_to_free_name
from pfwizard.errors import Failed
from pfwizard.publishing.documents import Document

FOR_EVERYBODY = 0o644


def write_documents(directory: Path, documents: Iterable[Document]) -> tuple[Document, ...]:
    """Write those that are not there yet, each of them whole or not at all; returns them.

    Raises Failed, with nothing written, where the directory is missing or something else stands
    under one of the names; a document that is there already is left as it is.
    """
    if not directory.is_dir():
        raise Failed(f"{directory}: is not a directory", f"Make it first: mkdir {directory}.")
    with explained(directory):
        missing = tuple(each for each in documents if not _is_there(directory, each))
        for document in missing:
            _write(directory, document)
        sync(directory.resolve())
    return missing


def _is_there(directory: Path, document: Document) -> bool:
    """Raises Failed for another file of this name."""
    place = directory / document.name
    if not os.path.lexists(place):
        return False
    if place.is_symlink() or not place.is_file() or place.read_bytes() != document.content:
        raise Failed(
            f"{place}: is there already, and is something else",
            "Move it away if it is of an earlier time, or name another directory.",
        )
    return True


def _write(directory: Path, document: Document) -> None:
    waiting = directory / f".{document.name}.pfwizard-new"
    waiting.unlink(missing_ok=True)
    try:
        write_new(waiting, document.content, created_with(FOR_EVERYBODY))
        rename_to_free_name(waiting, directory / document.name)
    except OSError:
        waiting.unlink(missing_ok=True)
        raise

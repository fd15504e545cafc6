"""Writing the documents into a directory of the operator's: new ones, and never over others."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pfwizard.apply.disk.attributes import created_with
from pfwizard.apply.disk.explained import explained
from pfwizard.apply.disk.files import make_directory, sync, write_new
from pfwizard.apply.disk.renaming import rename_to_free_name
from pfwizard.errors import Failed
from pfwizard.publishing.documents import Document

FOR_EVERYBODY, DIRECTORY_FOR_EVERYBODY = 0o644, 0o755


def write_documents(directory: Path, documents: Iterable[Document]) -> tuple[Document, ...]:
    """Write those that are not there yet, each of them whole or not at all; returns them.

    The directory is made where it is missing, and goes again when something fails. Raises Failed,
    with nothing written, where that above it is missing too or something else stands under one of
    the names; a document that is there already is left as it is.
    """
    wanted = tuple(documents)
    with explained(directory), _there(directory, wanted):
        missing = tuple(each for each in wanted if not _is_there(directory, each))
        for document in missing:
            _write(directory, document)
        sync(directory.resolve())
    return missing


@contextmanager
def _there(directory: Path, wanted: tuple[Document, ...]) -> Iterator[None]:
    if directory.is_dir():
        yield
        return
    if os.path.lexists(directory):
        raise Failed(f"{directory}: is not a directory", "Name another path.")
    above = directory.parent
    if os.path.lexists(above) and not above.is_dir():
        raise Failed(
            f"{above}: is not a directory", "Name a path below directories that are there."
        )
    if not above.is_dir():
        raise Failed(f"{above}: is not a directory", f"Make it first: mkdir -p {above}.")
    make_directory(directory, created_with(DIRECTORY_FOR_EVERYBODY))
    try:
        sync(above.resolve())
        yield
    except BaseException:
        _remove(directory, wanted)
        raise


def _remove(directory: Path, wanted: tuple[Document, ...]) -> None:
    """What else has come into it meanwhile stays, and with it the directory."""
    with suppress(OSError):
        for document in wanted:
            (directory / document.name).unlink(missing_ok=True)
        directory.rmdir()


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

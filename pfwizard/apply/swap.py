"""The way forward: every new file waits beside its place, then all of them go in, one by one.

A file that is replaced exchanges its name with the one that waits, so that the old inode stays,
under the other's name, until nothing can go wrong any more. Whatever happens on the way, the
journal knows enough to take it back (``undo``); nothing here undoes anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pfwizard.apply.disk.explained import edited, explained
from pfwizard.apply.disk.files import digest_of, make_directory, sync_directories, write_new
from pfwizard.apply.disk.renaming import ExchangeUnknown, exchange, rename_to_free_name
from pfwizard.apply.journal import Journal
from pfwizard.apply.manifest import Manifest, Operation
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import ChangeKind


@dataclass(frozen=True)
class Place:
    """Where an operation's files are, as the kernel finds them."""

    target: Path
    temporary: Path

    @property
    def copy(self) -> Path:
        """Where a copy is made that is no good before it is complete."""
        return self.temporary.with_name(f"{self.temporary.name}-copy")

    @classmethod
    def of(cls, tree: Tree, operation: Operation) -> "Place":
        target = tree.outside(operation.real)
        return cls(target, target.with_name(operation.temporary))


def directories_of(tree: Tree, manifest: Manifest) -> set[Path]:
    """Every directory in which a transaction makes or loses a name, or which is one of its own.

    The directory above keeps the name of a new one, and only it itself its owner and mode.
    """
    places = [(operation, Place.of(tree, operation)) for operation in manifest.operations]
    above = {place.target.parent for _, place in places}
    return above | {place.target for operation, place in places if operation.is_about_a_directory}


def stage(tree: Tree, manifest: Manifest, contents: Mapping[int, bytes]) -> None:
    """Make the new directories and write the new files beside their places, durably.

    ``contents`` are the new contents by the operations' numbers. Raises Failed, naming the file.
    """
    for operation in manifest.operations:
        place = Place.of(tree, operation)
        with explained(place.target):
            if operation.kind is ChangeKind.MKDIR and operation.after:
                make_directory(place.target, operation.after.attributes)
            elif operation.number in contents and operation.after:
                content = contents[operation.number]
                write_new(place.temporary, content, operation.after.attributes)
    sync_directories(directories_of(tree, manifest))


def swap(tree: Tree, manifest: Manifest) -> None:
    """Put everything in place, in the manifest's order; raises Failed, naming the file.

    What somebody else has done to a file in the meantime is not overwritten.
    """
    for operation in manifest.operations:
        place = Place.of(tree, operation)
        with explained(place.target):
            if digest_of_file(operation, place.target) != operation.sha256_before:
                raise edited(place.target)
    for operation in manifest.operations:
        place = Place.of(tree, operation)
        with explained(place.target):
            STEPS[operation.kind](operation, place)
    sync_directories(directories_of(tree, manifest))


def digest_of_file(operation: Operation, path: Path) -> str | None:
    """The digest of what stands there; None for nothing, and for directories."""
    return None if operation.is_about_a_directory else digest_of(path)


def _create(operation: Operation, place: Place) -> None:
    try:
        rename_to_free_name(place.temporary, place.target)
    except FileExistsError as error:
        raise edited(place.target) from error


def _replace(operation: Operation, place: Place) -> None:
    try:
        exchange(place.temporary, place.target)
    except ExchangeUnknown:
        if digest_of(place.target) != operation.sha256_before:
            raise edited(place.target) from None
        place.temporary.rename(place.target)
        return
    if digest_of(place.temporary) != operation.sha256_before:
        exchange(place.temporary, place.target)  # an edit of the very last moment
        raise edited(place.target)


def _delete(operation: Operation, place: Place) -> None:
    rename_to_free_name(place.target, place.temporary)
    if digest_of(place.temporary) != operation.sha256_before:
        rename_to_free_name(place.temporary, place.target)
        raise edited(place.target)


def _nothing(operation: Operation, place: Place) -> None:
    """A new directory is there since the files in it were staged; an old one goes last of all."""


STEPS: Mapping[ChangeKind, Callable[[Operation, Place], None]] = {
    ChangeKind.CREATE: _create,
    ChangeKind.REPLACE: _replace,
    ChangeKind.DELETE: _delete,
    ChangeKind.MKDIR: _nothing,
    ChangeKind.RMDIR: _nothing,
}


def remove_old_files(tree: Tree, journal: Journal) -> list[Path]:
    """Let go of what a complete transaction has replaced; returns the files that stay after all.

    An old file that somebody has written into since, through a descriptor from before, is not
    thrown away, nor is a directory in which somebody keeps something.
    """
    kept = []
    for operation in journal.manifest.operations:
        place = Place.of(tree, operation)
        if tree.resolve(operation.real) != operation.real:
            continue  # somebody has put a link on the way: it leads to what is not ours
        if operation.kind is ChangeKind.RMDIR:
            remove_unless_used(place.target)
            continue
        digest = digest_of_file(operation, place.temporary)
        if digest == operation.sha256_before:
            place.temporary.unlink(missing_ok=True)
        elif digest is not None:
            kept.append(place.temporary)
    sync_directories(directories_of(tree, journal.manifest))
    return kept


def remove_new_files_that_wait(tree: Tree, journal: Journal) -> None:
    """Of a change that is to stay as it stands: what never got into its place."""
    for operation in journal.manifest.operations:
        temporary = Place.of(tree, operation).temporary
        digest = digest_of_file(operation, temporary)
        if digest is not None and digest == operation.sha256_after:
            temporary.unlink()


def remove_unless_used(directory: Path) -> None:
    """Remove a directory, unless it is gone already or somebody keeps something in it."""
    try:
        directory.rmdir()
    except FileNotFoundError:
        return
    except OSError:
        if not any(directory.iterdir()):
            raise

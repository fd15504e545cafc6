"""The way back, from whatever point a transaction had come to, and however often it is begun.

Every file is judged first and nothing is touched until all of them are: what is old stays, what
is ours gives way to the old file, and what somebody else has edited since is kept, with our
change taken out of it; where that cannot be done for one file, none is touched.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pfwizard.apply.disk.attributes import Attributes
from pfwizard.apply.disk.explained import explained
from pfwizard.apply.disk.files import digest_of, sync_directories, write_new
from pfwizard.apply.disk.renaming import ExchangeUnknown, exchange, rename_to_free_name
from pfwizard.apply.journal import Journal
from pfwizard.apply.manifest import Operation
from pfwizard.apply.merging import merged_back
from pfwizard.apply.swap import Place, directories_of, remove_unless_used
from pfwizard.errors import NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import ChangeKind, digest

ATTEMPTS = 3
"""How often an edit of the very last moment sends us back to judging."""


class Conflict(NeedsHuman):
    """Somebody else has changed the same lines; nothing was touched."""


class _EditedJustNow(Exception):
    """Somebody has changed a file between its being judged and its being put back."""


@dataclass(frozen=True)
class _Subject:
    """One operation of a journal, and where its files are."""

    journal: Journal
    operation: Operation
    place: Place

    def is_at(self, path: Path, sha256: str | None) -> bool:
        return sha256 is not None and digest_of(path) == sha256


@dataclass(frozen=True)
class Step:
    """Puts one file back. Everything that needs room on the disk is in ``prepare``.

    ``revert`` puts the new file in again: for when another file turns out to be in conflict.
    """

    prepare: Callable[[], None]
    act: Callable[[], None]
    revert: Callable[[], None]


def nothing() -> None:
    """What a step does that needs no preparation."""


def take_back(tree: Tree, journal: Journal, about_to_act: Callable[[], None] = nothing) -> None:
    """Put the old files in place of the new ones, durably, and remove what waits beside them.

    ``about_to_act`` is called when nothing stands in the way any more. Raises Conflict, with
    nothing touched; MissingImage when an old content is gone; Failed when a system call is
    refused, after which it can be begun again.
    """
    _refuse_links_on_the_way(tree, journal)
    _put_all_back(tree, journal, about_to_act)
    directories = directories_of(tree, journal.manifest)
    sync_directories(directories)
    _remove_what_waits(tree, journal)
    _remove_made_directories(tree, journal)
    sync_directories(directories)


def _refuse_links_on_the_way(tree: Tree, journal: Journal) -> None:
    """Every place was free of symbolic links when the plan was made, and must be so still."""
    for operation in journal.manifest.operations:
        if tree.resolve(operation.real) != operation.real:
            raise Conflict(
                f"{operation.real}: there is a symbolic link on the way to it now", REMEDY
            )


def _put_all_back(tree: Tree, journal: Journal, about_to_act: Callable[[], None]) -> None:
    done: list[Step] = []
    for _ in range(ATTEMPTS):
        try:
            steps = _judged(tree, journal)
            for step in steps:
                step.prepare()
            about_to_act()
            for step in steps:
                step.act()
                done.append(step)
            return
        except _EditedJustNow as edit:
            again = edit
        except Conflict:
            _revert(done)
            raise
    _revert(done)
    raise Conflict(
        f"{again}: is being changed by somebody else again and again",
        "Stop that, then run pfwizard recover.",
    )


def _revert(done: list[Step]) -> None:
    """What was put back before a conflict showed goes in again: all of it, or none."""
    for step in reversed(done):
        with suppress(_EditedJustNow):
            step.revert()


def _judged(tree: Tree, journal: Journal) -> list[Step]:
    """The steps back, the last change first."""
    steps = []
    conflicts = []
    for operation in reversed(journal.manifest.operations):
        place = Place.of(tree, operation)
        with explained(place.target):
            try:
                step = JUDGES[operation.kind](_Subject(journal, operation, place))
            except Conflict as conflict:
                conflicts.append(conflict)
                continue
        if step is not None:
            steps.append(step)
    if conflicts:
        raise Conflict(
            "; ".join(conflict.message for conflict in reversed(conflicts)),
            conflicts[-1].remedy,
        )
    return steps


def _judge_created(subject: _Subject) -> Step | None:
    operation, place = subject.operation, subject.place
    is_waiting = subject.is_at(place.temporary, operation.sha256_after)
    present = digest_of(place.target)
    if present is None:
        return None
    if present == operation.sha256_after:
        return Step(
            nothing,
            lambda: _take_away(subject),
            lambda: rename_to_free_name(place.temporary, place.target),
        )
    if is_waiting:
        return None  # ours never got there: this one is somebody else's
    raise _conflict(subject, "was created by this change and then edited")


def _judge_replaced(subject: _Subject) -> Step | None:
    operation, place = subject.operation, subject.place
    present = digest_of(place.target)
    if present == operation.sha256_before:
        return None
    if present == operation.sha256_after:
        return _step_to_old_file(subject)
    if subject.is_at(place.temporary, operation.sha256_after):
        return None  # ours never got there: this is an edit of the old file
    if present is None:
        raise _conflict(subject, "was removed")
    theirs = place.target.read_bytes()
    merged = _merged(subject, theirs)
    return None if merged == theirs else _step_to_merged(subject, theirs, merged)


def _judge_deleted(subject: _Subject) -> Step | None:
    operation, place = subject.operation, subject.place
    present = digest_of(place.target)
    if present == operation.sha256_before:
        return None
    if present is not None:
        raise _conflict(subject, "was removed by this change and then created anew")
    if subject.is_at(place.temporary, operation.sha256_before):
        waiting, prepare = place.temporary, nothing
    else:
        old = subject.journal.before(operation)
        waiting = place.copy
        prepare = partial(_write_copy, place, old, operation.attributes_before)
    return Step(
        prepare,
        lambda: rename_to_free_name(waiting, place.target),
        lambda: rename_to_free_name(place.target, waiting),
    )


def _judge_directory(subject: _Subject) -> Step | None:
    """A new one goes when the files in it are gone; an old one stays until all is complete."""
    return None


JUDGES: Mapping[ChangeKind, Callable[[_Subject], Step | None]] = {
    ChangeKind.CREATE: _judge_created,
    ChangeKind.REPLACE: _judge_replaced,
    ChangeKind.DELETE: _judge_deleted,
    ChangeKind.MKDIR: _judge_directory,
    ChangeKind.RMDIR: _judge_directory,
}


def _take_away(subject: _Subject) -> None:
    """By a rename first, so that what somebody else puts there at this moment is not removed."""
    place = subject.place
    place.temporary.unlink(missing_ok=True)
    rename_to_free_name(place.target, place.temporary)
    if not subject.is_at(place.temporary, subject.operation.sha256_after):
        rename_to_free_name(place.temporary, place.target)
        raise _EditedJustNow(place.target)


def _step_to_old_file(subject: _Subject) -> Step:
    """The old inode where it is still there, which needs no room on the disk; else its copy.

    While the new file is in place, what waits beside it is the old inode, also when somebody has
    written into it since: then with that edit.
    """
    operation, place = subject.operation, subject.place
    prepare: Callable[[], None] = nothing
    old_digest = digest_of(place.temporary)
    if old_digest in (None, operation.sha256_after):
        old = subject.journal.before(operation)
        old_digest = operation.sha256_before

        def prepare() -> None:
            _write_copy(place, old, operation.attributes_before)
            place.copy.rename(place.temporary)

    return Step(
        prepare,
        lambda: _put(place.temporary, place.target, operation.sha256_after),
        lambda: _put(place.temporary, place.target, old_digest),
    )


def _step_to_merged(subject: _Subject, theirs: bytes, merged: bytes) -> Step:
    """With the attributes that the file has now: they are somebody else's as well."""
    place = subject.place
    attributes = Attributes.of(place.target)
    return Step(
        lambda: _write_copy(place, merged, attributes),
        lambda: _put(place.copy, place.target, digest(theirs)),
        lambda: _put(place.copy, place.target, digest(merged)),
    )


def _write_copy(place: Place, content: bytes, attributes: Attributes) -> None:
    """Under a name of its own: were it cut short, it must not be taken for the old file."""
    place.copy.unlink(missing_ok=True)
    write_new(place.copy, content, attributes)


def _put(waiting: Path, target: Path, expected: str | None) -> None:
    """Put a file in place of another one, but not of an edit that was made just now."""
    with explained(target):
        try:
            exchange(waiting, target)
        except ExchangeUnknown:
            if digest_of(target) != expected:
                raise _EditedJustNow(target) from None
            waiting.rename(target)
            return
        if digest_of(waiting) != expected:
            exchange(waiting, target)
            raise _EditedJustNow(target)


def _merged(subject: _Subject, theirs: bytes) -> bytes:
    """Their file without our change; raises Conflict."""
    operation, journal = subject.operation, subject.journal
    if operation.secret:
        raise _conflict(subject, "was replaced or edited")
    merged = merged_back(
        operation.path,
        journal.manifest.instance.config_directory,
        base=journal.after(operation),
        ours=journal.before(operation),
        theirs=theirs,
    )
    if isinstance(merged, bytes):
        return merged
    raise Conflict(f"{operation.path}: {merged}", REMEDY)


REMEDY = (
    "Nothing was touched: the changed configuration is still in place. Either give what is named "
    "here the value again that the change left it with, and run pfwizard recover, which then goes "
    "back; or keep everything as it is now with pfwizard recover --archive journal."
)


def _conflict(subject: _Subject, what: str) -> Conflict:
    return Conflict(f"{subject.operation.path}: {what} by somebody else", REMEDY)


def _remove_what_waits(tree: Tree, journal: Journal) -> None:
    for operation in journal.manifest.operations:
        if not operation.is_about_a_directory:
            place = Place.of(tree, operation)
            for waiting in (place.temporary, place.copy):
                with explained(waiting):
                    waiting.unlink(missing_ok=True)


def _remove_made_directories(tree: Tree, journal: Journal) -> None:
    for operation in reversed(journal.manifest.operations):
        if operation.kind is ChangeKind.MKDIR:
            target = Place.of(tree, operation).target
            with explained(target):
                remove_unless_used(target)

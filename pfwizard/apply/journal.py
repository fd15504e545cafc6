"""The undo journal: what is needed to take a transaction back, durable before anything is changed.

    staging/   being written; of no importance until it is renamed
    journal/   a transaction under way: whoever finds it without an owner takes it back
    done/      a complete transaction whose old files are still to be removed
    history/   transactions that are over, with how they ended
    archive/   journals that nobody could make sense of, set aside by a person

At most one of the first three is there at any time, and each step from one to the next is one
rename. Within such a directory there are the ``manifest``, which never changes, the old contents
in ``before`` and the new ones that may be shown in ``after``, the ``state``, and the ``result``.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path

from pfwizard.apply.attributes import PRIVATE_DIRECTORY, created_with
from pfwizard.apply.clock import BootSeconds
from pfwizard.apply.files import make_directory, sync, write_new
from pfwizard.apply.manifest import DamagedManifest, Manifest, Operation, TransactionId, sequence_of
from pfwizard.errors import Failed, NeedsHuman

STAGING, HOT, DONE, HISTORY, ARCHIVE = "staging", "journal", "done", "history", "archive"
MANIFEST, STATE, RESULT = "manifest", "state", "result"
BEFORE, AFTER = "before", "after"


NEVER = BootSeconds(0.0)


class Stage(Enum):
    """How far a transaction has come; the first two of them are taken back when nobody owns it."""

    APPLYING = "applying"
    TAKING_BACK = "taking back"
    ON_PROBATION = "on probation"
    IN_CONFLICT = "in conflict"


@dataclass(frozen=True)
class State:
    """The stage; on probation also until when, and the start of the machine that this counts from.

    ``words`` is what a person has to know of a conflict.
    """

    stage: Stage
    deadline: BootSeconds = NEVER
    boot_id: str = ""
    words: str = ""


@dataclass(frozen=True)
class Content:
    """The bytes that a journal keeps of one operation; None for what is not kept."""

    operation: Operation
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class Journal:
    """One transaction's directory, wherever in its life it is."""

    directory: Path

    @cached_property
    def manifest(self) -> Manifest:
        """Raises DamagedManifest when it cannot be believed."""
        try:
            return Manifest.from_bytes((self.directory / MANIFEST).read_bytes())
        except DamagedManifest as error:
            raise self._damaged(error.message) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged("the manifest cannot be read") from error

    def _damaged(self, what: str) -> DamagedManifest:
        return DamagedManifest(
            f"{self.directory}: {what}; nothing was touched",
            "The files in it tell what was changed: put back by hand what has to be, then set it "
            f"aside with pfwizard recover --archive {self.directory.name}.",
        )

    def before(self, operation: Operation) -> bytes:
        """The old content, as it was.

        Raises MissingImage when it is not there any more, or is not what it was.
        """
        return self._image(BEFORE, operation, operation.sha256_before)

    def after(self, operation: Operation) -> bytes:
        """The new content of a file that is not secret; raises MissingImage as ``before`` does."""
        return self._image(AFTER, operation, operation.sha256_after)

    def _image(self, which: str, operation: Operation, sha256: str | None) -> bytes:
        place = self.directory / which / operation.kept_name
        try:
            content = place.read_bytes()
        except OSError as error:
            raise MissingImage(f"{place}: cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise MissingImage(f"{place}: is not what was kept there")
        return content

    def drop_secrets(self) -> None:
        """Remove the keys that it keeps; its other files stay."""
        for operation in self.manifest.operations:
            if operation.secret:
                (self.directory / BEFORE / operation.kept_name).unlink(missing_ok=True)

    def state(self) -> State:
        """Applying, which is taken back, as long as nothing else can be read there."""
        try:
            stage, deadline, boot_id, *words = (self.directory / STATE).read_text().split("\n")
            return State(Stage(stage), BootSeconds(float(deadline)), boot_id, "\n".join(words))
        except (OSError, ValueError):
            return State(Stage.APPLYING)

    def note_taking_back(self, why: str) -> None:
        """From here on there is no confirmation any more; that needs no room on the disk."""
        try:
            self.note_state(State(Stage.TAKING_BACK, words=why))
        except OSError:
            (self.directory / STATE).unlink(missing_ok=True)
            sync(self.directory)

    def note_state(self, state: State) -> None:
        text = "\n".join([state.stage.value, str(state.deadline), state.boot_id, state.words])
        self._write_durably(STATE, text)

    def result(self) -> str:
        """How it ended; empty while it has not."""
        try:
            return (self.directory / RESULT).read_text().strip()
        except OSError:
            return ""

    def note_result(self, result: str) -> None:
        self._write_durably(RESULT, f"{result}\n")

    def _write_durably(self, name: str, text: str) -> None:
        draft = self.directory / f"{name}.new"
        draft.unlink(missing_ok=True)
        write_new(draft, text.encode())
        draft.rename(self.directory / name)
        sync(self.directory)


class MissingImage(NeedsHuman):
    """What a file was before is not known any more."""


@dataclass(frozen=True)
class StateDirectory:
    """Where journals live; whoever changes anything in it holds its lock."""

    path: Path

    def prepare(self) -> None:
        """Create it, and those above it, for its owner alone; raises Failed."""
        _prepare(self.path)
        _refuse_what_others_can_write(self.path)
        if not (self.path / HISTORY).is_dir():
            make_directory(self.path / HISTORY, created_with(PRIVATE_DIRECTORY))
            sync(self.path)

    @property
    def hot(self) -> Journal | None:
        """The transaction that is under way, or was when its engine died."""
        return self._journal(HOT)

    @property
    def done(self) -> Journal | None:
        """The complete transaction whose old files are still to be removed."""
        return self._journal(DONE)

    def _journal(self, name: str) -> Journal | None:
        return Journal(self.path / name) if (self.path / name).exists() else None

    def history(self) -> tuple[Journal, ...]:
        """The transactions that are over, the oldest first."""
        directories = (self.path / HISTORY).glob("[0-9]*-*")
        return tuple(Journal(each) for each in sorted(directories, key=_sequence))

    def next_sequence(self) -> int:
        """One more than any transaction has had; clocks can go back, numbers cannot."""
        places = [*(self.path / HISTORY).glob("[0-9]*-*"), *(self.path / ARCHIVE).glob("[0-9]*-*")]
        return 1 + max(map(_sequence, places), default=0)

    def publish(self, manifest: Manifest, contents: Iterable[Content]) -> Journal:
        """Make everything durable that taking back needs; one rename then makes it count."""
        self.clear_staging()
        staging = self.path / STAGING
        private = created_with(PRIVATE_DIRECTORY)
        for directory in (staging, staging / BEFORE, staging / AFTER):
            make_directory(directory, private)
        for content in contents:
            for which, kept in ((BEFORE, content.before), (AFTER, content.after)):
                if kept is not None:
                    write_new(staging / which / content.operation.kept_name, kept)
        write_new(staging / MANIFEST, manifest.to_bytes())
        for directory in (staging / BEFORE, staging / AFTER, staging):
            sync(directory)
        return self._moved(Journal(staging), self.path / HOT)

    def clear_staging(self) -> None:
        """Remove what a run left that died before it changed anything."""
        if (self.path / STAGING).exists():
            shutil.rmtree(self.path / STAGING)

    def retire(self, journal: Journal) -> Journal:
        """The commit point: from here on the transaction is complete, whatever happens."""
        return self._moved(journal, self.path / DONE)

    def file_away(self, journal: Journal, result: str) -> Journal:
        """End a transaction with its result, as far as there is room on the disk to note it."""
        with contextlib.suppress(OSError):
            journal.note_result(result)
        place = self.path / HISTORY / journal.manifest.transaction
        moved = self._moved(journal, place)
        sync(place.parent)
        return moved

    def forget(self, journal: Journal) -> None:
        """Remove a transaction that has changed nothing."""
        moved = self._moved(journal, self.path / STAGING)
        with contextlib.suppress(OSError):
            shutil.rmtree(moved.directory)

    def archive(self, name: str) -> Path:
        """Set a journal aside that nobody can make sense of; returns its new place.

        Raises Failed when there is none of this name.
        """
        if name not in (HOT, DONE) or not (self.path / name).exists():
            there = [each for each in (HOT, DONE) if (self.path / each).exists()]
            raise Failed(
                f"{self.path / name}: there is no such journal",
                f"There is {there[0]}."
                if there
                else "There is none at all: nothing is in the way.",
            )
        if not (self.path / ARCHIVE).is_dir():
            make_directory(self.path / ARCHIVE, created_with(PRIVATE_DIRECTORY))
        place = self.path / ARCHIVE / f"{self.next_sequence():04}-{name}"
        self._moved(Journal(self.path / name), place)
        sync(place.parent)
        return place

    def _moved(self, journal: Journal, place: Path) -> Journal:
        journal.directory.rename(place)
        sync(self.path)
        return Journal(place)


def _sequence(directory: Path) -> int:
    return sequence_of(TransactionId(directory.name))


def _refuse_what_others_can_write(path: Path) -> None:
    status = path.stat()
    if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
        raise Failed(
            f"{path}: others than its owner, or another owner than root, can write into it",
            f"What is kept there is secret: chown root {path} and chmod 700 {path}, or name "
            "another directory with --state-dir.",
        )


def _prepare(path: Path) -> None:
    if path.is_dir():
        return
    if path.exists():
        raise Failed(f"{path}: is not a directory", "Name another one with --state-dir.")
    _prepare(path.parent)
    make_directory(path, created_with(PRIVATE_DIRECTORY if path.name == "pfwizard" else 0o755))
    sync(path.parent)

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
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path, PurePosixPath

from pfwizard.apply.clock import BootSeconds
from pfwizard.apply.disk.attributes import PRIVATE_DIRECTORY, created_with
from pfwizard.apply.disk.files import make_directory, sync, write_new
from pfwizard.apply.disk.ownership import changeable_by_others
from pfwizard.apply.lock import locked
from pfwizard.apply.manifest import DamagedManifest, Manifest, Operation, TransactionId, sequence_of
from pfwizard.errors import Failed, NeedsHuman

STAGING, HOT, DONE, HISTORY, ARCHIVE = "staging", "journal", "done", "history", "archive"
MANIFEST, STATE, RESULT = "manifest", "state", "result"
BEFORE, AFTER = "before", "after"


NEVER = BootSeconds(0.0)

ENCODING = ("utf-8", "surrogateescape")
"""Words of other programs, and of files, may hold any octet."""

DEFAULT = PurePosixPath("/var/lib/pfwizard")
"""The state directory, unless the operator names another."""


class Stage(Enum):
    """How far a transaction has come; the first two of them are taken back when nobody owns it."""

    APPLYING = "applying"
    TAKING_BACK = "taking back"
    ON_PROBATION = "on probation"
    IN_CONFLICT = "in conflict"


@dataclass(frozen=True)
class State:
    """The stage; on probation also until when, and the start of the machine that this counts from.

    ``why`` is the reason for which it is taken back, and ``words`` what a person has to know of a
    conflict.
    """

    stage: Stage
    deadline: BootSeconds = NEVER
    boot_id: str = ""
    why: str = ""
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

    def is_readable(self) -> bool:
        """False when it has moved on meanwhile; raises DamagedManifest when it is damaged."""
        try:
            return bool(self.manifest.transaction)
        except DamagedManifest:
            if self.directory.exists():
                raise
            return False

    def is_of(self, transaction: TransactionId) -> bool:
        """A record that is there and cannot be read is taken for the one that is meant."""
        try:
            return self.is_readable() and self.manifest.transaction == transaction
        except DamagedManifest:
            return True

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
            stage, deadline, boot_id, why, *words = self._read(STATE).split("\n")
            until = BootSeconds(float(deadline))
            return State(Stage(stage), until, boot_id, why, "\n".join(words))
        except (OSError, ValueError):
            return State(Stage.APPLYING)

    def note_taking_back(self, why: str) -> None:
        """From here on there is no confirmation any more; that needs no room on the disk."""
        try:
            self.note_state(State(Stage.TAKING_BACK, why=why))
        except OSError:
            (self.directory / STATE).unlink(missing_ok=True)
            sync(self.directory)

    def note_state(self, state: State) -> None:
        why = state.why.replace("\n", " ")
        lines = [state.stage.value, str(state.deadline), state.boot_id, why, state.words]
        self._write_durably(STATE, "\n".join(lines))

    def result(self) -> str:
        """How it ended; empty while it has not."""
        try:
            return self._read(RESULT).strip()
        except OSError:
            return ""

    def note_result(self, result: str) -> None:
        """As far as there is room on the disk; an earlier one does not stay in any case."""
        try:
            self._write_durably(RESULT, f"{result}\n")
        except OSError:
            (self.directory / RESULT).unlink(missing_ok=True)
            sync(self.directory)

    def _read(self, name: str) -> str:
        return (self.directory / name).read_text(*ENCODING)

    def _write_durably(self, name: str, text: str) -> None:
        draft = self.directory / f"{name}.new"
        draft.unlink(missing_ok=True)
        write_new(draft, text.encode(*ENCODING))
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
        self.refuse_what_others_can_write()
        if not (self.path / HISTORY).is_dir():
            make_directory(self.path / HISTORY, created_with(PRIVATE_DIRECTORY))
            sync(self.path)

    @contextmanager
    def held(self, patience: float = 0.0) -> Iterator[None]:
        """Its lock, as in ``locked``; raises Failed when what is in it cannot be believed."""
        self.refuse_what_others_can_write()
        with locked(self.path, patience):
            yield

    def refuse_what_others_can_write(self) -> None:
        """Whoever can write here can have root write anywhere."""
        directory = changeable_by_others(self.path)
        if directory is not None or self.path.stat().st_mode & 0o022:
            place = directory or self.path
            raise Failed(
                f"{place}: others than its owner, or another owner than root, can write into it",
                f"What is kept in {self.path} is secret. Name a directory of its own with "
                "--state-dir, which pfwizard makes; or see to it that only root can write there.",
            )

    def under_way(self) -> Journal | None:
        """The transaction that is under way, for a look without the lock: it may end meanwhile.

        Raises DamagedManifest when its record cannot be believed.
        """
        journal = self.hot
        if journal is not None and not journal.is_readable():
            return None
        return journal

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

    def filed(self, transaction: TransactionId | None) -> Journal | None:
        """A transaction of the history, if it is there."""
        return next((each for each in self.history() if each.directory.name == transaction), None)

    def next_sequence(self) -> int:
        """One more than any transaction has had; clocks can go back, numbers cannot."""
        places = [*(self.path / HISTORY).glob("[0-9]*-*"), *(self.path / ARCHIVE).glob("[0-9]*-*")]
        return 1 + max(map(_sequence, places), default=0)

    def publish(
        self,
        manifest: Manifest,
        contents: Iterable[Content],
        beside: Mapping[str, bytes] | None = None,
    ) -> Journal:
        """Make everything durable that taking back needs; one rename then makes it count.

        ``beside`` are further files by their name, which are kept with the transaction.
        """
        self.clear_staging()
        staging = self.path / STAGING
        private = created_with(PRIVATE_DIRECTORY)
        for directory in (staging, staging / BEFORE, staging / AFTER):
            make_directory(directory, private)
        for content in contents:
            for which, kept in ((BEFORE, content.before), (AFTER, content.after)):
                if kept is not None:
                    write_new(staging / which / content.operation.kept_name, kept)
        for name, kept in (beside or {}).items():
            write_new(staging / name, kept)
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
        """End a transaction with its result."""
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

    def archive(self, journal: Journal) -> Path:
        """Set a journal aside that nobody can make sense of; returns its new place."""
        if not (self.path / ARCHIVE).is_dir():
            make_directory(self.path / ARCHIVE, created_with(PRIVATE_DIRECTORY))
        name = f"{self.next_sequence():04}-{journal.directory.name}"
        place = self.path / ARCHIVE / name
        self._moved(journal, place)
        sync(place.parent)
        return place

    def _moved(self, journal: Journal, place: Path) -> Journal:
        journal.directory.rename(place)
        sync(self.path)
        return Journal(place)


def _sequence(directory: Path) -> int:
    return sequence_of(TransactionId(directory.name))


def _prepare(path: Path) -> None:
    if path.is_dir():
        return
    if path.exists():
        raise Failed(f"{path}: is not a directory", "Name another one with --state-dir.")
    _prepare(path.parent)
    make_directory(path, created_with(PRIVATE_DIRECTORY if path.name == "pfwizard" else 0o755))
    sync(path.parent)

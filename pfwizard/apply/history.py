"""What was done to this machine: every transaction that is over, and the one that is under way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.apply.clock import seconds_since_boot
from pfwizard.apply.ending import APPLIED
from pfwizard.apply.journal import Journal, MissingImage, Stage, StateDirectory
from pfwizard.apply.manifest import Manifest, Operation, TransactionId, sequence_of
from pfwizard.apply.recovery import waits_for_confirmation
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.plan.plan import Change

NOT_KEPT = ("its content is not kept any more",)


@dataclass(frozen=True)
class Entry:
    """One transaction of the history, and how it ended or how it stands.

    ``undone_by`` is the later transaction that has taken it back.
    """

    journal: Journal
    manifest: Manifest
    result: str
    undone_by: TransactionId | None = None

    @property
    def is_in_place(self) -> bool:
        """Whether its change went live and stayed, whatever came after it."""
        return self.result.startswith(APPLIED)

    @property
    def number(self) -> int:
        """Transactions are numbered in their order."""
        return sequence_of(self.manifest.transaction)

    def is_called(self, name: str) -> bool:
        """Whether this is its number, or its whole identifier."""
        is_number = name.isascii() and name.lstrip("0") == str(self.number)
        return is_number or name == self.manifest.transaction

    def operation_on(self, path: PurePosixPath) -> Operation | None:
        """What it did to this file, if anything."""
        return next((each for each in self.manifest.operations if each.path == path), None)

    def changes(self) -> tuple[Change, ...]:
        """The changes that it made, to be shown; contents that are not kept are None."""
        return tuple(_change(self.journal, operation) for operation in self.manifest.operations)


@dataclass(frozen=True)
class History:
    """The transactions of a state directory."""

    state: StateDirectory

    def entries(self) -> tuple[Entry, ...]:
        """The oldest first; records that cannot be believed are passed over."""
        entries = tuple(self._entries())
        undone = _undone_by(entries)
        return tuple(
            replace(entry, undone_by=undone.get(entry.manifest.transaction)) for entry in entries
        )

    def _entries(self) -> Iterator[Entry]:
        for journal in self.state.history():
            if _is_whole(journal):
                yield Entry(journal, journal.manifest, journal.result() or "unknown")
        hot = self.state.under_way()
        if hot is not None:
            yield Entry(hot, hot.manifest, _standing(hot))

    def find(self, name: str) -> Entry:
        """The transaction of this number, or of this whole identifier; raises Failed."""
        entries = self.entries()
        for entry in entries:
            if entry.is_called(name):
                return entry
        if not entries:
            raise Failed("there is no transaction yet", f"The history is in {self.state.path}.")
        first, last = entries[0].manifest.transaction, entries[-1].manifest.transaction
        raise Failed(
            f"there is no transaction {name}",
            f"The history goes from {first} to {last}; pfwizard history lists it.",
        )

    def find_in_place(self, name: str) -> Entry:
        """The same for one that can be taken back; raises Failed for all others."""
        entry = self.find(name)
        transaction = entry.manifest.transaction
        if entry.undone_by is not None:
            raise Failed(
                f"transaction {transaction} was taken back already, by {entry.undone_by}",
                f"To have it again, take that back: pfwizard rollback {entry.undone_by}",
            )
        if not entry.is_in_place:
            raise Failed(
                f"transaction {transaction} is not in place: {entry.result}",
                "There is nothing of it to be taken back.",
            )
        return entry

    def later(self, than: Entry) -> tuple[Entry, ...]:
        """What has changed the machine since and was not taken back, the oldest first."""
        after = [entry for entry in self.entries() if entry.number > than.number]
        undone = {entry.manifest.transaction for entry in after if entry.undone_by is not None}
        return tuple(
            entry
            for entry in after
            if entry.is_in_place and entry.undone_by is None and entry.manifest.undoes not in undone
        )

    def in_force(self) -> Entry | None:
        """The last change that is live, on probation too: what is seen of the servers is its."""
        return next((entry for entry in reversed(self.entries()) if _is_live(entry)), None)

    def damaged(self) -> tuple[str, ...]:
        """The names of the records that cannot be believed."""
        return tuple(
            journal.directory.name for journal in self.state.history() if not _is_whole(journal)
        )

    def last_in_place(self) -> Entry:
        """The last change that has not been taken back since; raises Failed when there is none."""
        for entry in self._that_count():
            return entry
        raise Failed(
            "there is no change that could be taken back",
            "pfwizard history lists what was done and how it ended.",
        )

    def in_place_before(self, transaction: TransactionId) -> Entry | None:
        """The same for the time before a transaction."""
        number = sequence_of(transaction)
        return next((entry for entry in self._that_count() if entry.number < number), None)

    def _that_count(self) -> Iterator[Entry]:
        """The changes that went live and were not taken back, the last first."""
        for entry in reversed(self.entries()):
            is_a_rollback = entry.manifest.undoes is not None
            if entry.is_in_place and not is_a_rollback and entry.undone_by is None:
                yield entry


def _is_live(entry: Entry) -> bool:
    is_over = bool(entry.journal.result())
    return entry.is_in_place if is_over else waits_for_confirmation(entry.journal.state())


def _is_whole(journal: Journal) -> bool:
    try:
        return journal.is_readable()
    except NeedsHuman:
        return False


def _undone_by(entries: Sequence[Entry]) -> Mapping[TransactionId, TransactionId]:
    """What was taken back, by what; a rollback that was taken back itself takes nothing back."""
    undone: dict[TransactionId, TransactionId] = {}
    for entry in reversed(entries):
        manifest = entry.manifest
        is_effective = entry.is_in_place and manifest.transaction not in undone
        if is_effective and manifest.undoes is not None:
            undone[manifest.undoes] = manifest.transaction
    return undone


def _standing(journal: Journal) -> str:
    """How a transaction stands that is not over."""
    state = journal.state()
    if waits_for_confirmation(state):
        return f"on probation for another {max(0, state.deadline - seconds_since_boot()):.0f} s"
    if state.stage is Stage.IN_CONFLICT:
        return f"in conflict: {state.words}"
    return "unfinished"


def _change(journal: Journal, operation: Operation) -> Change:
    before = _kept(journal.before, operation, operation.sha256_before)
    after = _kept(journal.after, operation, operation.sha256_after)
    was_kept = (before is None) == (operation.sha256_before is None) and (
        (after is None) == (operation.sha256_after is None)
    )
    image = operation.after or operation.before
    return Change(
        kind=operation.kind,
        path=operation.path,
        real=operation.real,
        mode=0 if image is None else image.attributes.mode,
        before=before,
        after=after,
        secret=operation.secret,
        summary=operation.summary if was_kept or operation.secret else NOT_KEPT,
    )


def _kept(
    image: Callable[[Operation], bytes], operation: Operation, sha256: str | None
) -> bytes | None:
    try:
        return None if sha256 is None or operation.secret else image(operation)
    except MissingImage:
        return None

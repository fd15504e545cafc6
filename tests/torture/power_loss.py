"""The power fails at every point of a case: what may be left is put there, and settled."""

import errno
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from pfwizard.apply.disk import renaming
from pfwizard.apply.transaction import Transaction
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change
from tests.apply.builders import ObedientMailSystem, plan_of, state_of, transaction
from tests.apply.scenarios import APPLYING, outcome, quietly, traces
from tests.torture import disk
from tests.torture.cases import Case
from tests.torture.disk import Event, Synced
from tests.torture.settling import Trees, put_there, verdict
from tests.torture.trace import Trace

MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Mode:
    """Whether the file system can exchange the names of two files."""

    name: str
    can_exchange: bool

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def in_force(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            if not self.can_exchange:
                patched.setattr(renaming, "_renameat2", _unknown)
            yield


EXCHANGING, REPLACING = Mode("exchanging", True), Mode("replacing", False)
MODES = (EXCHANGING, REPLACING)


def _unknown(source: Path, target: Path, flags: int) -> None:
    raise OSError(errno.EINVAL, "unknown flags", str(source))


@dataclass(frozen=True)
class Violation:
    """``after``: how many events of the trace had happened. ``found``: what is wrong then."""

    after: int
    found: str


Asked = tuple[str, bytes, bool]


@dataclass
class Recording:
    """A case, once gone through in peace.

    ``watch`` is what is wrong with when it was set; ``asked`` is what was asked of Postfix, each
    with what main.cf said then and whether there was a journal.
    """

    case: Case
    root: Path
    trace: Trace
    watch: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    settled: dict[disk.Tree, str] = field(default_factory=dict)
    """What each state has come to; that depends on the state alone."""

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Where fsync(2) was called, in the order of the first calls."""
        synced = (event.site for event in self.trace.events if isinstance(event, Synced))
        return tuple(dict.fromkeys(synced))

    def violations(self, without: str = "") -> Iterator[Violation]:
        """Lose the power after each event; ``without`` is an fsync that is left out."""
        yield from (Violation(0, trouble) for trouble in self.watch)
        now = disk.Disk(dict(self.trace.before.names), dict(self.trace.before.nodes))
        events = [each for each in self.trace.events if not _is_at(each, without)]
        for number, event in enumerate(events):
            now.after(event)
            yield from self._judged(set(now.states_with(event)), self.case.on_the_way, number + 1)
        yield from self._judged(set(now.states()), {self.case.goal}, len(events))

    def _judged(
        self, states: Iterable[disk.Tree], allowed: Iterable[str], after: int
    ) -> Iterator[Violation]:
        for state in states:
            if state not in self.settled:
                put_there(self.root, state)
                self.settled[state] = verdict(self.case, self.root, both_trees(self.case.changes))
            if self.settled[state] not in allowed:
                yield Violation(after, self.settled[state])


def _is_at(event: Event, site: str) -> bool:
    return isinstance(event, Synced) and event.site == site


@contextmanager
def place_in_memory() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield place
    finally:
        shutil.rmtree(place)


@contextmanager
def recording(case: Case) -> Iterator[Recording]:
    """Go through a case in a directory in memory, which is there as long as this lasts."""
    both_trees(case.changes)
    with place_in_memory() as place:
        root = place / "traced"
        watch: list[str] = []
        asked: list[Asked] = []
        with _watched(root, watch), _asked(asked):
            action = case.scenario.prepare(root)
            trace = Trace(root)
            with trace.recorded():
                outcome(lambda: action(quietly))
        yield Recording(case, root, trace, watch, asked)


@contextmanager
def _watched(root: Path, trouble: list[str]) -> Iterator[None]:
    """The watch is to be set when there is something to take back, and nothing changed yet."""

    def watched(tree: Tree, mail_system: ObedientMailSystem, **options: Any) -> Transaction:
        before = traces(root)

        def set_watch() -> None:
            if state_of(tree).hot is None:
                trouble.append("the watch is set when there is nothing to take back")
            if traces(root) != before:
                trouble.append("the watch is set after something was changed")

        return replace(transaction(tree, mail_system, **options), set_watch=set_watch)

    with pytest.MonkeyPatch.context() as patched:
        for module in ("tests.apply.scenarios", "tests.torture.cases"):
            patched.setattr(f"{module}.transaction", watched)
        yield


@contextmanager
def _asked(calls: list[Asked]) -> Iterator[None]:
    called, complaints = ObedientMailSystem._called, ObedientMailSystem.complaints

    def note(mail_system: ObedientMailSystem, name: str) -> None:
        main_cf = (mail_system.root / "etc/postfix/main.cf").read_bytes()
        calls.append((name, main_cf, state_of(Tree(mail_system.root)).hot is not None))

    def noting_called(mail_system: ObedientMailSystem, name: str) -> None:
        note(mail_system, name)
        called(mail_system, name)

    def noting_complaints(mail_system: ObedientMailSystem) -> Sequence[str]:
        note(mail_system, "complaints")
        return complaints(mail_system)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ObedientMailSystem, "_called", noting_called)
        patched.setattr(ObedientMailSystem, "complaints", noting_complaints)
        yield


@cache
def both_trees(changes: tuple[Change, ...]) -> Trees:
    """The tree before the changes and after them, when nothing goes wrong."""
    with place_in_memory() as place:
        return both_trees_at(place / "undisturbed", changes)


def both_trees_at(root: Path, changes: tuple[Change, ...]) -> Trees:
    """The same, on the file system that is there: XFS shows an access list under two names."""
    APPLYING.prepare(root)
    old = traces(root)
    transaction(Tree(root), ObedientMailSystem(root)).apply(plan_of(changes))
    return Trees(old, traces(root))

"""A session on a machine in memory, on which everything is the same in every run."""

import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from pfwizard.answers.answers import Answers
from pfwizard.answers.reading import Start
from pfwizard.apply.history import Entry
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.process.events import OnProbationNow
from pfwizard.engine import Planned
from pfwizard.errors import PfwizardError
from pfwizard.machine.facts import Facts
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.plan.draft import Circumstances
from pfwizard.plan.planner import make_plan
from pfwizard.prove.rehearsing.dress_rehearsal import DressRehearsal, Tell
from pfwizard.prove.verdict import Outcome as ProbeOutcome
from pfwizard.secret import Secret
from pfwizard.wizard.aftermath import Section, aftermath
from pfwizard.wizard.authority_look import existing_authority, usual_authority
from pfwizard.wizard.draft import Draft
from pfwizard.wizard.existing_authority import ExistingAuthority
from pfwizard.wizard.found import Found, Waiting
from pfwizard.wizard.place import Place
from pfwizard.wizard.session import Session
from pfwizard.wizard.suggestions import host_name, suggest
from pfwizard.wizard.surroundings import observe
from tests.guide import ANSWERS
from tests.plan.builders import NOW, build_table, machine

KEYS = Path(__file__).parent / "keys"
"""Made for pictures: they guard nothing."""

TRANSACTION = TransactionId("0001-a1b2c3d4")

HOST = "mail.example.org"

PROBATION = 120.0


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _keys() -> Callable[[KeyType], PrivateKey]:
    numbers = iter(range(2))

    def generate(kind: KeyType) -> PrivateKey:
        name = "ecdsa" if kind is KeyType.EC_P256 else next(numbers)
        return load_private_key(Secret((KEYS / f"{name}.pem").read_bytes()), "a key")

    return generate


@dataclass
class Act:
    """An engine that does what a test tells it, when the test tells it.

    It announces ``steps``, goes on probation if ``probation`` says so, and then waits for ``end``.
    """

    steps: Sequence[str] = ("Keeping what is there now", "Putting the new files in place")
    probation: bool = True
    is_recovered_at_boot: bool = True
    error: PfwizardError | None = None
    may_end: threading.Event = field(default_factory=threading.Event)
    stopped: list[str] = field(default_factory=list)
    is_carried_out: bool = False
    announce: Callable[[str], None] = field(default=lambda words: None, init=False)
    tell_of_probation: Callable[[OnProbationNow], None] = field(
        default=lambda event: None, init=False
    )

    def carry_out(self) -> TransactionId:
        self.is_carried_out = True
        for words in self.steps:
            self.announce(words)
        if self.probation:
            self.tell_of_probation(
                OnProbationNow(TRANSACTION, PROBATION, self.is_recovered_at_boot)
            )
        self.may_end.wait()
        if self.error is not None:
            raise self.error
        return TRANSACTION

    def stop(self, why: str) -> None:
        self.stopped.append(why)
        self.may_end.set()


@dataclass(frozen=True)
class StagedRehearsal(DressRehearsal):
    """Tells of one outcome, and of the others when it may end; or ends in trouble.

    Without either it is not due.
    """

    outcomes: tuple[ProbeOutcome, ...] = ()
    trouble: PfwizardError | None = None
    may_end: threading.Event = field(default_factory=threading.Event)

    @property
    def is_due(self) -> bool:
        return bool(self.outcomes) or self.trouble is not None

    def play(self, tell: Tell) -> tuple[ProbeOutcome, ...]:
        for outcome in self.outcomes[:1]:
            tell(outcome)
        self.may_end.wait()
        if self.trouble is not None:
            raise self.trouble
        for outcome in self.outcomes[1:]:
            tell(outcome)
        return self.outcomes


class StagedSession(Session):
    """A walk over ``facts``; nothing is touched, and no clock runs."""

    def __init__(
        self,
        facts: Facts | None = None,
        start: Start | None = None,
        act: Act | None = None,
        *,
        is_root: bool = True,
        draft: Draft | None = None,
    ) -> None:
        super().__init__(Place(draft=draft, host=HOST), start, clock=Clock())
        self.facts = facts or machine()
        self.act = act or Act()
        self.probes: tuple[ProbeOutcome, ...] = ()
        self.rehearsal_trouble: PfwizardError | None = None
        self.rehearsal_may_end = threading.Event()
        self.rehearsal_may_end.set()
        self.has_users = False
        self.login_before_may_end = threading.Event()
        self.login_before_may_end.set()
        self.found_live: tuple[ProbeOutcome, ...] = ()
        self.is_root = is_root
        self.waits: Waiting | None = None
        self.trouble: PfwizardError | None = None
        self.entries: tuple[Entry, ...] = ()
        self.kept = 0
        self.cut_off_before = False

    @property
    def may_apply(self) -> bool:
        return self.is_root

    @property
    def draft(self) -> datetime | None:
        return NOW if self.cut_off_before else super().draft

    def look(self) -> Found:
        if self.trouble is not None:
            raise self.trouble
        if self.waits is not None:
            self.await_confirmation()
            return Found(waiting=self.waits)
        there = usual_authority(self.facts)
        self.sheet.suggest(suggest(self.facts), host_name(self.facts), authorities=there)
        return Found(observe(self.facts, NOW), draft=self.draft)

    def look_at_authority(self, certificate: str) -> ExistingAuthority | None:
        state = self.facts.files.get(PurePosixPath(certificate))
        return None if state is None else existing_authority(state)

    def make_plan(self, answers: Answers) -> Planned:
        circumstances = Circumstances(
            NOW,
            lambda size: b"\x2a" * size,
            _keys(),
            build_table,
            ca_passphrase=self.ca_passphrase,
        )
        return Planned(self.facts, make_plan(answers, self.facts, circumstances))

    def rehearsal(self, planned: Planned) -> DressRehearsal:
        return StagedRehearsal(
            planned.plan,
            planned.facts,
            self.place.rehearse,
            outcomes=self.probes,
            trouble=self.rehearsal_trouble,
            may_end=self.rehearsal_may_end,
        )

    def asks_for_login(self, planned: Planned) -> bool:
        return self.has_users

    def prove(self, planned: Planned, transaction: TransactionId) -> tuple[ProbeOutcome, ...]:
        return self.found_live

    def application(  # type: ignore[override]
        self,
        planned: Planned,
        announce: Callable[[str], None],
        tell_of_probation: Callable[[OnProbationNow], None],
        rehearsed: tuple[ProbeOutcome, ...] = (),
    ) -> Act:
        self.login_before_may_end.wait()
        self.await_confirmation()
        self.act.announce = announce
        self.act.tell_of_probation = tell_of_probation
        return self.act

    def keep(self) -> TransactionId:
        self.kept += 1
        self.act.may_end.set()
        return TRANSACTION

    def keep_waiting(self, transaction: TransactionId) -> None:
        self.kept += 1
        self.waits = None

    def take_back(self, transaction: TransactionId) -> bool:
        self.waits = None
        return True

    def aftermath(self, planned: Planned) -> tuple[Section, ...]:
        return aftermath(planned.plan, planned.facts, self.sheet.answers(), NOW)

    def history(self) -> tuple[Entry, ...]:
        return self.entries


def started(more: str = "") -> Start:
    """The answers of the guide, as a file gives them, and further ones that override them."""
    values = {**dict(_flattened(tomllib.loads(ANSWERS))), **dict(_flattened(tomllib.loads(more)))}
    return Start(values, (), ANSWERS)


def _flattened(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{above}{name}.")
        elif name != "format":
            yield f"{above}{name}", value

"""The walk from answers to a changed machine; every face follows it and shows its events."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pfwizard.answers.answers import Answers
from pfwizard.answers.question import Value
from pfwizard.answers.reading import load
from pfwizard.apply.disk.explained import explained
from pfwizard.apply.ending import Ending
from pfwizard.apply.history import History
from pfwizard.apply.journal import DEFAULT, StateDirectory
from pfwizard.apply.ledger_file import read_ledger
from pfwizard.apply.live.mail_system import mail_system_of
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.recovery import recover, refuse_unfinished
from pfwizard.errors import Failed, NeedsHuman, Refused
from pfwizard.machine.authdaemond_sockets import SOCKETS
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.tables import build_table
from pfwizard.machine.tree import Tree
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.ledger import Ledger
from pfwizard.plan.draft import Circumstances
from pfwizard.plan.plan import Plan, warning
from pfwizard.plan.planner import files_of_interest, make_plan
from pfwizard.plan.usual_answers import usual_answers
from pfwizard.secret import Secret

if TYPE_CHECKING:
    from pfwizard.apply.process.detached import DetachedEngine
    from pfwizard.apply.process.events import OnProbationNow, Order
    from pfwizard.pki.keys import PrivateKey
    from pfwizard.plan.authorities.brought_key import BroughtKey
    from pfwizard.prove.verdict import Outcome

Announce = Callable[[str], None]
"""Called with each step as it begins, in a few words for a person."""


@dataclass(frozen=True)
class Job:
    """One run: the tree it works on, the Postfix instance in it, and where its own state is."""

    tree: Tree
    config_directory: PurePosixPath | None
    state_directory: Path

    @classmethod
    def on(cls, root: Path, config_directory: PurePosixPath | None, state: Path | None) -> "Job":
        """A job on this machine or on a tree, whose state is in that tree unless named."""
        tree = Tree(root)
        return cls(tree, config_directory, state or tree.outside(tree.resolve(DEFAULT)))

    @property
    def state(self) -> StateDirectory:
        return StateDirectory(self.state_directory)

    def ending(self, announce: Announce) -> Ending:
        return Ending(
            self.state, self.tree.root, lambda instance: mail_system_of(instance, announce)
        )


@dataclass(frozen=True)
class Planned:
    """A plan, the facts it was made from, and the transaction that it takes back, if any."""

    facts: Facts
    plan: Plan
    undoes: TransactionId | None = None


def recover_job(job: Job, announce: Announce) -> TransactionId | None:
    """End what an earlier run has left unfinished; returns the transaction that was taken back.

    Raises OnProbation when a change waits for its confirmation, and NeedsHuman when only a person
    can go on.
    """
    with explained(job.state_directory):
        if job.state.hot is None and job.state.done is None:
            return None
        with job.state.held():
            return recover(job.ending(announce), announce)


def plan_job(
    job: Job,
    answers: Answers,
    ca_passphrase: Secret[str] | None = None,
    ca_key: "BroughtKey | None" = None,
) -> Planned:
    """Look at the machine and make the plan; nothing is changed.

    Raises Failed when the machine cannot be read, PassphraseNeeded where the CA's key wants one,
    and what stands in the way of a change.
    """
    with explained(job.state_directory):
        refuse_unfinished(job.state)
        ledger = read_ledger(job.state_directory)
    return plan_on(job.tree, job.config_directory, answers, ledger, ca_passphrase, ca_key)


def circumstances(
    ledger: Ledger | None,
    ca_passphrase: Secret[str] | None = None,
    ca_key: "BroughtKey | None" = None,
) -> Circumstances:
    """The time, chance, and what was issued until now."""
    now = datetime.now(UTC)
    known = ledger or Ledger()
    return Circumstances(now, os.urandom, _generate_key, build_table, known, ca_passphrase, ca_key)


def read_answers(job: Job, path: Path) -> Answers:
    """An answers file; what it leaves out is as usual on this machine.

    Raises InvalidAnswers, and Failed when Postfix or its configuration cannot be found.
    """
    return load(path, lambda: usual_on(job))


def usual_on(job: Job) -> Mapping[str, Value]:
    """What answers leave out that are for this machine; raises Failed as above."""
    return usual_answers(gather(job.tree, job.config_directory, SOCKETS, goes_on=True))


def plan_on(
    tree: Tree,
    config_directory: PurePosixPath | None,
    answers: Answers,
    ledger: Ledger | None = None,
    ca_passphrase: Secret[str] | None = None,
    ca_key: "BroughtKey | None" = None,
) -> Planned:
    """The same, whatever an earlier run has left; raises Failed and PassphraseNeeded."""
    facts = gather(tree, config_directory, files_of_interest(answers))
    return Planned(facts, make_plan(answers, facts, circumstances(ledger, ca_passphrase, ca_key)))


def plan_rollback(job: Job, name: str | None) -> Planned:
    """The plan that takes a transaction back: the named one, or the last that is in place.

    Raises Failed when there is no such transaction, NeedsHuman when its files cannot be taken back.
    """
    from pfwizard.apply.rollback import Rollback

    with explained(job.state_directory):
        refuse_unfinished(job.state)
        history = History(job.state)
        entry = history.last_in_place() if name is None else history.find_in_place(name)
    instance = entry.manifest.instance
    facts = gather(job.tree, job.config_directory or instance.config_directory, ())
    plan = Rollback(entry, job.tree, facts, history.later(entry)).plan()
    return Planned(facts, plan, entry.manifest.transaction)


def refuse_stale(job: Job, plan: Plan) -> None:
    """Before a rehearsal: it would play a plan that cannot be applied any more.

    Raises OnProbation or NeedsHuman while another change is under way, and Failed where the
    machine has changed since the plan was made.
    """
    from pfwizard.apply.preflight import Preflight

    with explained(job.state_directory):
        refuse_unfinished(job.state)
    Preflight(job.tree, plan.changes).refuse_what_has_changed()


def with_obstacles(job: Job, plan: Plan) -> Plan:
    """The plan for a dry run: with a warning of what would keep it from being applied now."""
    from pfwizard.apply.preflight import Preflight

    try:
        Preflight(job.tree, plan.changes).refuse_what_cannot_work()
    except (Failed, NeedsHuman) as obstacle:
        found = warning(
            "cannot-be-applied",
            f"this cannot be applied as things are: {obstacle.message}",
            obstacle.remedy,
        )
        return replace(plan, findings=(*plan.findings, found))
    return plan


@dataclass
class Application:
    """A plan that is being applied by an engine in a process of its own.

    ``announce`` is told of each step as it begins, ``tell_of_probation`` when the change is live
    and waits for its confirmation. ``probation`` is how many seconds it waits; None for not at
    all. ``rehearsal`` is what was found when the plan was rehearsed, for the history.
    """

    job: Job
    planned: Planned
    announce: Announce
    tell_of_probation: Callable[["OnProbationNow"], None] = lambda event: None
    probation: float | None = None
    rehearsal: "tuple[Outcome, ...]" = ()
    _engine: "DetachedEngine | None" = field(default=None, init=False)
    _wish: str | None = field(default=None, init=False)

    def carry_out(self) -> TransactionId:
        """Apply the plan as one change; returns the transaction's identifier.

        Raises Refused when the plan would do harm, and whatever a transaction raises.
        """
        from pfwizard.apply.process.detached import DetachedEngine

        refusals = self.planned.plan.refusals
        if refusals:
            raise Refused(refusals[0].message, refusals[0].remedy)
        self._engine = DetachedEngine(self._order())
        if self._wish is not None:
            self._engine.stop(self._wish)
        return self._followed(self._engine)

    def stop(self, why: str) -> None:
        """Ask for the change to be taken back, from a signal's handler too."""
        self._wish = why
        if self._engine is not None:
            self._engine.stop(why)

    def _followed(self, engine: "DetachedEngine") -> TransactionId:
        from pfwizard.apply.process.events import Ended, OnProbationNow, Published, StepStarted

        transaction = None
        for event in engine.events():
            match event:
                case StepStarted(words):
                    self.announce(words)
                case Published():
                    transaction = event.transaction
                case OnProbationNow():
                    self.tell_of_probation(event)
                case Ended(ended, error):
                    if error is not None:
                        error.transaction = error.transaction or ended
                        raise error
                    if ended is not None:
                        return ended
        return self._after_its_death(transaction)

    def _after_its_death(self, transaction: TransactionId | None) -> TransactionId:
        """The engine was killed: the watchdog takes its change back, and so do we."""
        from pfwizard.apply.probation import PATIENCE, Probation

        ending = self.job.ending(self.announce)
        if transaction is not None:
            Probation(ending, self.announce).wait(transaction, lambda: None)
            return transaction
        if self.job.state_directory.is_dir():
            with self.job.state.held(PATIENCE):
                recover(ending, self.announce)
        raise Failed("the engine's process was killed", "Nothing was changed. Start it again.")

    def _order(self) -> "Order":
        from pfwizard.apply.live.instance import instance_of
        from pfwizard.apply.process.events import Order

        facts = self.planned.facts
        return Order(
            plan=self.planned.plan,
            instance=instance_of(
                self.job.tree.root,
                facts.postfix.config_directory,
                PurePosixPath(facts.effective.value("queue_directory")),
            ),
            state_directory=str(self.job.state_directory.absolute()),
            probation=self.probation,
            undoes=self.planned.undoes,
            rehearsal=self._trial(),
        )

    def _trial(self) -> bytes:
        from pfwizard.apply.trial_files import Occasion
        from pfwizard.prove.trial import Trial

        return Trial.now(Occasion.REHEARSAL, self.rehearsal).encoded if self.rehearsal else b""


def _generate_key(key_type: KeyType) -> "PrivateKey":
    from pfwizard.pki.keys import generate

    return generate(key_type)

"""What the power may fail during, and what is to be there when it is back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.apply.ending import APPLIED, CONFIRMED
from pfwizard.apply.journal import Journal
from pfwizard.apply.ledger_file import enter
from pfwizard.apply.lock import locked
from pfwizard.apply.probation import Probation
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change, JoinGroup
from tests.apply import scenarios
from tests.apply.builders import (
    CHANGES,
    ObedientMailSystem,
    ending_of,
    mkdir,
    plan_of,
    state_of,
    transaction,
)
from tests.apply.issuing import FIRST, HANDING_OUT, SECOND, issued
from tests.apply.scenarios import RELOAD, Announce, Scenario

OLD, NEW = "old", "new"


@dataclass(frozen=True)
class Case:
    """A scenario, and what may be there when the power fails on the way.

    ``goal`` is what must be there when it fails after the success was reported. ``old_records``
    and ``new_records`` are how the results begin that the history then has of the changes that
    went live and stayed; a rollback by command is one too. ``leaves_files_waiting``: what waits
    beside the files is left to a person. ``changes`` lead from the old tree to the new one.
    ``serials`` are those of which the ledger has to know in any case, and ``serials_out`` those
    that it has to know as soon as a certificate stands in any file.
    """

    scenario: Scenario
    goal: str
    on_the_way: frozenset[str]
    old_records: tuple[str, ...] = ()
    new_records: tuple[str, ...] = (APPLIED,)
    leaves_files_waiting: bool = False
    changes: tuple[Change, ...] = CHANGES
    serials: tuple[int, ...] = ()
    serials_out: tuple[int, ...] = ()

    def records(self, which: str) -> tuple[str, ...]:
        return self.new_records if which == NEW else self.old_records

    def __str__(self) -> str:
        return self.scenario.name


JOIN = JoinGroup("postfix", "sasl")


def _applying_for_the_first_time(root: Path) -> Callable[[Announce], object]:
    act = scenarios.APPLYING.prepare(root)
    state = state_of(Tree(root)).path
    for each in (state / "history", state, state.parent, state.parent.parent):
        each.rmdir()
    return act


EMPTY = PurePosixPath("/etc/ssl/empty")
WITH_EMPTY_DIRECTORIES = (*CHANGES, mkdir(EMPTY, 0o755), mkdir(EMPTY / "deeper", 0o750))


def _applying_with_empty_directories(root: Path) -> Callable[[Announce], object]:
    scenarios.APPLYING.prepare(root)
    tree, mail_system = Tree(root), ObedientMailSystem(root)
    plan = plan_of(WITH_EMPTY_DIRECTORIES, [RELOAD])
    return lambda announce: transaction(tree, mail_system, announce=announce).apply(plan)


def _abandoning(root: Path) -> Callable[[Announce], object]:
    scenarios.APPLYING.prepare(root)
    mail_system = ObedientMailSystem(root, fails_at="join_group")
    plan = plan_of(actions=[JOIN, RELOAD])
    tree = Tree(root)
    return lambda announce: transaction(tree, mail_system, announce=announce).apply(plan)


def _beginning_probation(root: Path) -> Callable[[Announce], object]:
    scenarios.APPLYING.prepare(root)
    tree, mail_system = Tree(root), ObedientMailSystem(root)
    return lambda announce: transaction(tree, mail_system, announce=announce, probation=600).apply(
        plan_of(actions=[JOIN, RELOAD])
    )


def _ending_probation(root: Path) -> Callable[[Announce], object]:
    _beginning_probation(root)(scenarios.quietly)
    ending = ending_of(Tree(root), ObedientMailSystem(root))
    begun = _under_way(root).manifest.transaction
    return lambda announce: Probation(ending, announce).end_now(begun, "not wanted")


def _issuing_for_the_first_time(root: Path) -> Callable[[Announce], object]:
    return _issuing(root, ObedientMailSystem(root))


def _issuing_in_vain(root: Path) -> Callable[[Announce], object]:
    tree = Tree(root)
    act = _issuing(root, ObedientMailSystem(root, fails_at="reload"))
    enter(state_of(tree).path, [issued(FIRST)])
    return act


def _issuing(root: Path, mail_system: ObedientMailSystem) -> Callable[[Announce], object]:
    scenarios.APPLYING.prepare(root)
    plan = plan_of(HANDING_OUT, [issued(SECOND), RELOAD])
    tree = Tree(root)
    return lambda announce: transaction(tree, mail_system, announce=announce).apply(plan)


def _archiving(root: Path) -> Callable[[Announce], object]:
    scenarios.RECOVERING.prepare(root)
    state = state_of(Tree(root))

    def archive(announce: Announce) -> None:
        with locked(state.path):
            state.archive(_under_way(root))

    return archive


def _under_way(root: Path) -> Journal:
    journal = state_of(Tree(root)).hot
    assert journal is not None
    return journal


ONLY_OLD = frozenset({OLD})
"""A change that is never committed is not there after any crash."""

EITHER = frozenset({OLD, NEW})

CASES = (
    Case(scenarios.APPLYING, NEW, EITHER),
    Case(
        Scenario("applying for the first time", _applying_for_the_first_time, ends_new=True),
        NEW,
        EITHER,
    ),
    Case(
        Scenario("applying with empty directories", _applying_with_empty_directories, True),
        NEW,
        EITHER,
        changes=WITH_EMPTY_DIRECTORIES,
    ),
    Case(Scenario("abandoning", _abandoning, ends_new=False), OLD, ONLY_OLD),
    Case(scenarios.TAKING_BACK, OLD, ONLY_OLD),
    Case(scenarios.RECOVERING, OLD, ONLY_OLD),
    Case(Scenario("beginning probation", _beginning_probation, ends_new=False), OLD, ONLY_OLD),
    Case(Scenario("ending probation", _ending_probation, ends_new=False), OLD, ONLY_OLD),
    Case(scenarios.CONFIRMING, NEW, EITHER, new_records=(CONFIRMED,)),
    Case(scenarios.ROLLING_BACK, OLD, EITHER, old_records=(APPLIED, APPLIED)),
    Case(
        Scenario("issuing for the first time", _issuing_for_the_first_time, ends_new=True),
        NEW,
        EITHER,
        changes=HANDING_OUT,
        serials_out=(SECOND,),
    ),
    Case(
        Scenario("issuing in vain", _issuing_in_vain, ends_new=False),
        OLD,
        ONLY_OLD,
        changes=HANDING_OUT,
        serials=(FIRST,),
        serials_out=(SECOND,),
    ),
    Case(
        Scenario("archiving", _archiving, ends_new=True),
        NEW,
        EITHER,
        new_records=(),
        leaves_files_waiting=True,
    ),
)

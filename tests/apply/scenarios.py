"""What a fault may interrupt: each scenario prepares a tree and then does one thing to it."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pfwizard.apply.history import History
from pfwizard.apply.lock import locked
from pfwizard.apply.probation import Probation
from pfwizard.apply.recovery import recover
from pfwizard.apply.rollback import Rollback
from pfwizard.errors import PfwizardError
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Reload
from tests.apply.access_list import GENEROUS
from tests.apply.builders import (
    Entry,
    ObedientMailSystem,
    ending_of,
    plan_of,
    small_tree,
    state_of,
    stock,
    transaction,
)

Announce = Callable[[str], None]
RELOAD = Reload(())


def quietly(words: str) -> None:
    return None


@dataclass(frozen=True)
class Scenario:
    """``prepare`` makes the tree and returns what is done to it, given who hears of the steps.

    ``ends_new``: whether it is the changed tree that is there when nothing goes wrong.
    """

    name: str
    prepare: Callable[[Path], Callable[[Announce], object]]
    ends_new: bool

    def goal(self, old: "Traces", new: "Traces") -> "Traces":
        return new if self.ends_new else old

    def __str__(self) -> str:
        return self.name


def _applying(root: Path) -> Callable[[Announce], object]:
    tree = _tree_with_attributes(root)
    mail_system = ObedientMailSystem(root)
    return lambda announce: transaction(tree, mail_system, announce=announce).apply(
        plan_of(actions=[RELOAD])
    )


def _taking_back(root: Path) -> Callable[[Announce], object]:
    tree = _tree_with_attributes(root)
    mail_system = ObedientMailSystem(root, fails_at="reload")
    return lambda announce: transaction(tree, mail_system, announce=announce).apply(
        plan_of(actions=[RELOAD])
    )


def _recovering(root: Path) -> Callable[[Announce], object]:
    tree = _tree_with_attributes(root)
    process = os.fork()
    if process == 0:
        mail_system = ObedientMailSystem(root)
        mail_system.meanwhile["reload"] = lambda: os._exit(0)
        with suppress(BaseException):
            transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))
        os._exit(1)
    assert os.waitpid(process, 0)[1] == 0
    return lambda announce: settle(root, announce)


def _confirming(root: Path) -> Callable[[Announce], object]:
    tree = _tree_with_attributes(root)
    mail_system = ObedientMailSystem(root)
    transaction(tree, mail_system, probation=600).apply(plan_of())
    return lambda announce: Probation(ending_of(tree, mail_system), announce).confirm()


def _rolling_back(root: Path) -> Callable[[Announce], object]:
    tree = _tree_with_attributes(root)
    mail_system = ObedientMailSystem(root)
    transaction(tree, mail_system).apply(plan_of())
    entry = History(state_of(tree)).last_in_place()
    changes = Rollback(entry, tree, cast(Facts, None)).changes()
    return lambda announce: transaction(tree, mail_system, announce=announce).apply(
        plan_of(changes, [RELOAD])
    )


APPLYING = Scenario("applying", _applying, ends_new=True)
TAKING_BACK = Scenario("taking back", _taking_back, ends_new=False)
RECOVERING = Scenario("recovering", _recovering, ends_new=False)
CONFIRMING = Scenario("confirming", _confirming, ends_new=True)
ROLLING_BACK = Scenario("rolling back", _rolling_back, ends_new=False)
SCENARIOS = (APPLYING, TAKING_BACK, RECOVERING, CONFIRMING, ROLLING_BACK)


def settle(root: Path, announce: Announce = quietly) -> None:
    """What the next start of pfwizard does; nobody guards a change on probation any more."""
    tree = Tree(root)
    ending = ending_of(tree, ObedientMailSystem(root))
    if ending.state.hot is None and ending.state.done is None:
        return
    with locked(ending.state.path):
        recover(ending, announce)


def _tree_with_attributes(root: Path) -> Tree:
    """Files with owner, attribute and access list of their own; the state directory is there."""
    root.mkdir()
    tree = small_tree(root)
    main_cf = root / "etc/postfix/main.cf"
    os.setxattr(main_cf, "user.note", b"by hand")
    os.setxattr(root / "etc/postfix/master.cf", "system.posix_acl_access", GENEROUS)
    if os.geteuid() == 0:
        os.chown(main_cf, 1234, 2345)
    state_of(tree).prepare()
    return tree


Traces = dict[str, tuple[int, int, int, bytes | None, tuple[tuple[str, bytes], ...]]]


def traces(root: Path) -> Traces:
    """Everything below ``root/etc``: content, owner, mode, access lists and other attributes."""
    return {path: _trace(entry) for path, entry in stock(root).items()}


def _trace(entry: Entry) -> tuple[int, int, int, bytes | None, tuple[tuple[str, bytes], ...]]:
    return entry.mode, entry.uid, entry.gid, entry.content, entry.attributes


def outcome(action: Callable[[], object]) -> str:
    """What went wrong, or nothing. A failed call or one of our own errors, and nothing else."""
    try:
        action()
    except PfwizardError as error:
        return error.message
    except OSError as error:
        return str(error)
    return ""

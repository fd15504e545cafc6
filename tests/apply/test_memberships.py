"""Memberships of groups belong to a transaction as its files do, and go back with it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pfwizard.apply.history import History
from pfwizard.apply.rollback import Rollback
from pfwizard.apply.transaction import RolledBack
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import JoinGroup, LeaveGroup, Plan, Reload
from tests.apply.builders import (
    MAIN,
    NEW_MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    plan_of,
    replace,
    small_tree,
    state_of,
    transaction,
)
from tests.plan.builders import machine

JOIN = JoinGroup("postfix", "sasl")
LEAVE = LeaveGroup("postfix", "sasl")
RELOAD = Reload(())

NO_MEMBERS = "root:x:0:\nsasl:x:45:\npostfix:x:103:\n"
A_MEMBER = "root:x:0:\nsasl:x:45:postfix\npostfix:x:103:\n"


@dataclass
class MailSystemWithGroups(ObedientMailSystem):
    """Has the one group, in the tree's own group file."""

    def join_group(self, user: str, group: str) -> None:
        super().join_group(user, group)
        groups_of(self.root).write_text(A_MEMBER)

    def leave_group(self, user: str, group: str) -> None:
        super().leave_group(user, group)
        groups_of(self.root).write_text(NO_MEMBERS)


def groups_of(root: Path) -> Path:
    return root / "etc/group"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    tree = small_tree(tmp_path)
    groups_of(tmp_path).write_text(NO_MEMBERS)
    return tree


@pytest.fixture
def mail_system(tree: Tree) -> MailSystemWithGroups:
    return MailSystemWithGroups(tree.root)


def is_member(tree: Tree) -> bool:
    return groups_of(tree.root).read_text() == A_MEMBER


def way_back(tree: Tree, *, is_running: bool = True) -> Plan:
    history = History(state_of(tree))
    entry = history.last_in_place()
    facts = machine(is_running=is_running)
    return Rollback(entry, tree, facts, history.later(entry)).plan()


def roll_back(tree: Tree, mail_system: ObedientMailSystem) -> None:
    undone = History(state_of(tree)).last_in_place().manifest.transaction
    plan = way_back(tree)
    run = transaction(tree, mail_system, undoes=undone)
    run.apply(plan_of(plan.changes, plan.actions))


def test_a_change_of_memberships_alone_is_taken_back(
    tree: Tree, mail_system: MailSystemWithGroups
) -> None:
    transaction(tree, mail_system).apply(plan_of([], [JOIN, RELOAD]))
    assert is_member(tree)

    roll_back(tree, mail_system)

    assert not is_member(tree)


def test_the_rollback_after_it_takes_back_the_change_before(
    tree: Tree, mail_system: MailSystemWithGroups
) -> None:
    transaction(tree, mail_system).apply(plan_of([replace(MAIN, OLD_MAIN, NEW_MAIN)]))
    transaction(tree, mail_system).apply(plan_of([], [JOIN, RELOAD]))

    roll_back(tree, mail_system)
    roll_back(tree, mail_system)

    assert tree.outside(MAIN).read_bytes() == OLD_MAIN


def test_the_membership_comes_again_with_the_rollback_of_its_rollback(
    tree: Tree, mail_system: MailSystemWithGroups
) -> None:
    transaction(tree, mail_system).apply(plan_of([], [JOIN, RELOAD]))
    roll_back(tree, mail_system)

    entry = History(state_of(tree)).find("2")
    actions = Rollback(entry, tree, machine()).plan().actions

    assert actions[0] == JOIN


def test_a_running_postfix_is_told_of_it(tree: Tree, mail_system: MailSystemWithGroups) -> None:
    transaction(tree, mail_system).apply(plan_of([], [JOIN, RELOAD]))

    [leave, reload] = way_back(tree).actions

    assert leave == LEAVE
    assert isinstance(reload, Reload)
    assert way_back(tree, is_running=False).actions == (LEAVE,)


def test_who_was_a_member_before_the_change_stays_one(
    tree: Tree, mail_system: MailSystemWithGroups
) -> None:
    """Somebody has made it one after the plan was made."""
    groups_of(tree.root).write_text(A_MEMBER)
    transaction(tree, mail_system).apply(
        plan_of([replace(MAIN, OLD_MAIN, NEW_MAIN)], [JOIN, RELOAD])
    )

    roll_back(tree, mail_system)

    assert tree.outside(MAIN).read_bytes() == OLD_MAIN
    assert is_member(tree)


def test_who_is_no_member_any_more_need_not_be_taken_out(
    tree: Tree, mail_system: MailSystemWithGroups
) -> None:
    transaction(tree, mail_system).apply(plan_of([], [JOIN, RELOAD]))
    groups_of(tree.root).write_text(NO_MEMBERS)

    assert way_back(tree).is_empty


@pytest.mark.parametrize("was_member", [True, False])
def test_a_change_that_fails_takes_back_what_it_made_and_nothing_else(
    tree: Tree, mail_system: MailSystemWithGroups, was_member: bool
) -> None:
    groups_of(tree.root).write_text(A_MEMBER if was_member else NO_MEMBERS)
    mail_system.fails_at = "reload"

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan_of([], [JOIN, RELOAD]))

    assert is_member(tree) == was_member

"""What a run that died has left is ended by the next one, whatever it was."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pfwizard.apply import undo
from pfwizard.apply.disk import renaming
from pfwizard.apply.ending import Ending
from pfwizard.apply.guard import guarding
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.lock import locked
from pfwizard.apply.recovery import OnProbation, recover, refuse_unfinished
from pfwizard.apply.transaction import RolledBack
from pfwizard.apply.undo import Conflict
from pfwizard.errors import ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import JoinGroup
from tests.apply.builders import (
    NEW_MAIN,
    NEW_MASTER,
    OLD_MAIN,
    ObedientMailSystem,
    only_transaction,
    plan_of,
    state_of,
    stock,
    transaction,
)
from tests.apply.dead_runs import died_while_live, recovered
from tests.apply.scenarios import RELOAD


def test_the_old_files_come_back_the_very_same(tree: Tree, mail_system: ObedientMailSystem) -> None:
    before = stock(tree.root)
    died_while_live(tree)

    recovered(tree, mail_system)

    assert stock(tree.root) == before


def test_postfix_is_made_to_use_them(tree: Tree, mail_system: ObedientMailSystem) -> None:
    died_while_live(tree)

    recovered(tree, mail_system)

    assert mail_system.main_cf_at["revive"] == OLD_MAIN


def test_the_history_says_what_happened(tree: Tree, mail_system: ObedientMailSystem) -> None:
    died_while_live(tree)

    transaction_id = recovered(tree, mail_system)

    assert only_transaction(tree).directory.name == transaction_id
    assert only_transaction(tree).result() == "rolled back: its run was killed"


def test_a_second_time_there_is_nothing_to_do(tree: Tree, mail_system: ObedientMailSystem) -> None:
    died_while_live(tree)
    recovered(tree, mail_system)
    mail_system.calls.clear()

    assert recovered(tree, mail_system) is None
    assert mail_system.calls == []


def test_the_next_change_is_made_after_it(tree: Tree, mail_system: ObedientMailSystem) -> None:
    died_while_live(tree)

    transaction(tree, mail_system).apply(plan_of())

    results = [journal.result() for journal in state_of(tree).history()]
    assert results == ["rolled back: its run was killed", "applied"]
    assert (tree.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN


def test_a_run_that_only_looks_says_so_and_touches_nothing(tree: Tree) -> None:
    died_while_live(tree)
    before = stock(tree.root)

    with pytest.raises(NeedsHuman, match="is unfinished: its run was killed") as caught:
        refuse_unfinished(state_of(tree))

    assert "pfwizard recover" in caught.value.remedy
    assert stock(tree.root) == before


def test_after_a_restart_of_the_machine_postfix_is_not_started_by_us(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    died_while_live(tree)
    monkeypatch.setattr("pfwizard.apply.ending.boot_id", lambda: "another start")
    asked_for: list[Instance] = []

    def mail_system_of(instance: Instance) -> ObedientMailSystem:
        asked_for.append(instance)
        return mail_system

    with locked(state_of(tree).path):
        recover(Ending(state_of(tree), tree.root, mail_system_of), lambda words: None)

    assert [instance.was_running for instance in asked_for] == [False]


def test_an_edit_made_after_the_run_had_died_is_kept(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    died_while_live(tree)
    main_cf = tree.root / "etc/postfix/main.cf"
    main_cf.write_bytes(NEW_MAIN + b"by = hand\n")

    recovered(tree, mail_system)

    assert main_cf.read_bytes() == OLD_MAIN + b"by = hand\n"


def test_a_conflict_touches_nothing_and_is_told_every_time(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    died_while_live(tree)
    (tree.root / "etc/postfix/main.cf").write_bytes(b"new = theirs\n")
    before = stock(tree.root)

    for _ in range(2):
        with pytest.raises(
            NeedsHuman, match=r'now it is "theirs", and before the change it was not set'
        ):
            recovered(tree, mail_system)

    assert stock(tree.root) == before
    assert state_of(tree).hot is not None


def test_a_conflict_is_over_when_the_edit_is_taken_out(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    before = stock(tree.root)
    died_while_live(tree)
    main_cf = tree.root / "etc/postfix/main.cf"
    main_cf.write_bytes(b"new = theirs\n")
    with pytest.raises(NeedsHuman):
        recovered(tree, mail_system)
    main_cf.write_bytes(NEW_MAIN)

    recovered(tree, mail_system)

    assert stock(tree.root) == before


def test_a_run_that_died_before_its_journal_was_there_has_left_nothing(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    before = stock(tree.root)
    state_of(tree).prepare()
    (state_of(tree).path / "staging/before").mkdir(parents=True)

    assert recovered(tree, mail_system) is None
    assert stock(tree.root) == before
    assert not (state_of(tree).path / "staging").exists()


def test_a_change_on_probation_is_left_to_its_guard(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    transaction(tree, mail_system, probation=600).apply(plan_of())

    with guarding(state_of(tree).path), pytest.raises(OnProbation) as caught:
        recovered(tree, mail_system)

    assert caught.value.exit_status is ExitStatus.BUSY
    assert (tree.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN


def test_a_change_on_probation_that_nobody_guards_is_taken_back(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    before = stock(tree.root)
    transaction(tree, mail_system, probation=600).apply(plan_of())

    recovered(tree, mail_system)

    assert stock(tree.root) == before


def test_words_in_any_encoding_do_not_keep_a_change_from_being_taken_back(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    before = stock(tree.root)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mail_system, "reload", refusing("caf\udce9 does not work"))
        with pytest.raises(RolledBack):
            transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert stock(tree.root) == before
    assert only_transaction(tree).result() == "rolled back: caf\udce9 does not work"


def refusing(words: str) -> Callable[[object], None]:
    def refuse(ports: object) -> None:
        raise Failed(words)

    return refuse


def test_an_edit_in_any_encoding_is_told_as_a_conflict(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    died_while_live(tree)
    (tree.root / "etc/postfix/main.cf").write_bytes(b"new = caf\xe9\n")

    for _ in range(2):
        with pytest.raises(Conflict, match="new was edited by somebody else"):
            recovered(tree, mail_system)


def test_no_file_goes_back_before_there_is_room_for_every_copy(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """master.cf must be merged, and its copy finds no room."""
    died_while_live(tree)
    (tree.root / "etc/postfix/master.cf").write_bytes(NEW_MASTER + b"# by hand\n")
    before = stock(tree.root)
    monkeypatch.setattr(undo, "write_new", no_room)

    with pytest.raises(NeedsHuman, match="not everything could be put back"):
        recovered(tree, mail_system)

    assert stock(tree.root) == before


def no_room(path: Path, content: bytes, attributes: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def test_a_conflict_that_shows_on_the_way_leaves_every_file_new(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """main.cf is back already when somebody changes what we have set in master.cf."""
    died_while_live(tree)
    master_cf = tree.root / "etc/postfix/master.cf"
    real = renaming.exchange

    def edit_then_exchange(waiting: Path, target: Path) -> None:
        if target == master_cf and master_cf.read_bytes() == NEW_MASTER:
            master_cf.write_bytes(b"smtp inet n - - - - smtpd\n")
        real(waiting, target)

    monkeypatch.setattr(undo, "exchange", edit_then_exchange)

    with pytest.raises(Conflict):
        recovered(tree, mail_system)

    assert (tree.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN
    assert master_cf.read_bytes() == b"smtp inet n - - - - smtpd\n"


def test_a_group_that_cannot_be_left_does_not_keep_postfix_from_the_old_files(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    mail_system.fails_at = "reload"
    mail_system.meanwhile["leave_group"] = no_such_group
    join = JoinGroup("postfix", "courier")

    with pytest.raises(NeedsHuman, match="no such group"):
        transaction(tree, mail_system).apply(plan_of(actions=[join, RELOAD]))

    assert mail_system.main_cf_at["revive"] == OLD_MAIN
    assert state_of(tree).hot is not None


def no_such_group() -> None:
    raise Failed("no such group")


def test_a_change_that_was_not_confirmed_before_a_restart_is_taken_back(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stock(tree.root)
    transaction(tree, mail_system, probation=600).apply(plan_of())
    monkeypatch.setattr("pfwizard.apply.recovery.boot_id", lambda: "another start")

    recovered(tree, mail_system)

    assert stock(tree.root) == before
    assert "restarted before it was confirmed" in only_transaction(tree).result()

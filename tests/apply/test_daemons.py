"""Daemons that check passwords: before Postfix on the way forward, after it on the way back."""

import hashlib
import json
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.apply.history import History
from pfwizard.apply.manifest import Daemon, Manifest
from pfwizard.apply.rollback import Rollback
from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Plan, Reload, RestartDaemon
from tests.apply.builders import (
    MAIN,
    NEW_MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    only_transaction,
    plan_of,
    state_of,
    transaction,
)
from tests.plan.builders import machine

RELOAD = Reload(())
ROOM = PurePosixPath("/run/saslauthd")
RESTART = RestartDaemon("saslauthd", ROOM / "mux")


def plan() -> Plan:
    return replace(plan_of(), actions=(RESTART, RELOAD))


def running(tree: Tree, fails_at: str = "") -> ObedientMailSystem:
    return ObedientMailSystem(tree.root, fails_at=fails_at, running={"saslauthd"})


def way_back(tree: Tree, *, is_running: bool = True) -> Plan:
    entry = History(state_of(tree)).last_in_place()
    return Rollback(entry, tree, machine(is_running=is_running)).plan()


def edit(tree: Tree, main_cf: bytes) -> None:
    tree.outside(MAIN).write_bytes(main_cf)


def called(mail_system: ObedientMailSystem) -> list[str]:
    about = (
        "release_daemon",
        "restart_daemon",
        "restart_daemon_back",
        "stop_daemon",
        "reload",
        "revive",
    )
    return [call for call in mail_system.calls if call in about]


def test_the_daemon_is_restarted_with_the_new_files_and_before_postfix(tree: Tree) -> None:
    mail_system = ObedientMailSystem(tree.root)

    transaction(tree, mail_system).apply(plan())

    assert called(mail_system) == ["restart_daemon", "reload"]
    assert mail_system.main_cf_at["restart_daemon"] != OLD_MAIN


def test_one_that_runs_is_released_while_it_can_be_found_by_its_old_files(tree: Tree) -> None:
    mail_system = running(tree)

    transaction(tree, mail_system).apply(plan())

    assert called(mail_system) == ["release_daemon", "restart_daemon", "reload"]
    assert mail_system.main_cf_at["release_daemon"] == OLD_MAIN


@pytest.mark.parametrize("fails_at", ["restart_daemon", "reload"])
def test_on_the_way_back_it_comes_after_postfix_with_the_old_files(
    tree: Tree, fails_at: str
) -> None:
    mail_system = running(tree, fails_at=fails_at)

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan())

    assert called(mail_system)[-2:] == ["revive", "restart_daemon_back"]
    assert mail_system.main_cf_at["restart_daemon_back"] == OLD_MAIN


def test_on_the_way_back_it_is_released_while_it_can_be_found_by_its_new_files(
    tree: Tree,
) -> None:
    mail_system = running(tree, fails_at="reload")
    released_with = []
    main_cf = tree.outside(MAIN)
    mail_system.meanwhile["release_daemon"] = lambda: released_with.append(main_cf.read_bytes())

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan())

    assert released_with == [OLD_MAIN, NEW_MAIN]


@pytest.mark.parametrize("fails_at", ["restart_daemon", "reload"])
def test_one_that_did_not_run_is_stopped_when_the_change_fails(tree: Tree, fails_at: str) -> None:
    mail_system = ObedientMailSystem(tree.root, fails_at=fails_at)

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan())

    assert called(mail_system)[-1] == "stop_daemon"
    assert mail_system.running == set()


def test_one_that_was_released_for_a_change_that_does_not_come_runs_again(tree: Tree) -> None:
    mail_system = running(tree)
    mail_system.meanwhile["release_daemon"] = lambda: edit(tree, b"edited = 1\n")

    with pytest.raises(Failed, match="changed by somebody else"):
        transaction(tree, mail_system).apply(plan())

    assert called(mail_system) == ["release_daemon", "restart_daemon_back", "revive"]
    assert mail_system.running == {"saslauthd"}


def test_in_a_conflict_it_runs_on_with_the_new_files(tree: Tree) -> None:
    """Nothing is touched: it is not even stopped."""
    mail_system = running(tree, fails_at="reload")
    mail_system.meanwhile["reload"] = lambda: edit(tree, b"new = theirs\n")

    with pytest.raises(NeedsHuman):
        transaction(tree, mail_system).apply(plan())

    assert called(mail_system) == ["release_daemon", "restart_daemon", "reload"]


def test_what_was_made_for_its_socket_goes_with_it(tree: Tree) -> None:
    mail_system = ObedientMailSystem(tree.root, fails_at="reload")
    mail_system.meanwhile["restart_daemon"] = lambda: tree.outside(ROOM).mkdir(parents=True)

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan())

    assert not (tree.root / "run").exists()


def test_before_anything_was_live_no_daemon_is_touched(tree: Tree) -> None:
    mail_system = ObedientMailSystem(tree.root, fails_at="rejects")

    with pytest.raises(Exception, match="on purpose"):
        transaction(tree, mail_system).apply(plan())

    assert called(mail_system) == []


def test_a_daemon_that_cannot_be_brought_back_is_told_in_the_history(tree: Tree) -> None:
    class Stubborn(ObedientMailSystem):
        def restart_daemon(self, service: str, socket: PurePosixPath | None) -> None:
            self._called("restart_daemon")
            raise NeedsHuman(f"{service} does not start")

    with pytest.raises(RolledBack):
        transaction(tree, Stubborn(tree.root, running={"saslauthd"})).apply(plan())

    assert "saslauthd does not start" in (only_transaction(tree).result() or "")
    assert tree.outside(MAIN).read_bytes() == OLD_MAIN


def test_a_record_names_the_daemon_and_comes_back(tree: Tree) -> None:
    transaction(tree, ObedientMailSystem(tree.root)).apply(plan())

    manifest = only_transaction(tree).manifest
    assert manifest.daemons == (
        Daemon("saslauthd", was_running=False, directories=(ROOM.parent, ROOM)),
    )
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


def test_an_older_record_has_its_name_alone(tree: Tree) -> None:
    """Those were all restarted on the way back."""
    transaction(tree, ObedientMailSystem(tree.root)).apply(plan())
    document = json.loads(only_transaction(tree).manifest.to_bytes().partition(b"\n")[2])
    document["daemons"] = ["saslauthd"]
    body = json.dumps(document).encode()

    manifest = Manifest.from_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    assert manifest.daemons == (Daemon("saslauthd", was_running=True),)


@pytest.mark.parametrize("is_running", [True, False])
def test_taken_back_later_it_comes_after_postfix_too(tree: Tree, is_running: bool) -> None:
    transaction(tree, running(tree)).apply(plan())

    kinds = [type(action) for action in way_back(tree, is_running=is_running).actions]

    assert kinds == [*([Reload] if is_running else []), RestartDaemon]


def test_taken_back_later_it_is_stopped_if_it_did_not_run_before(tree: Tree) -> None:
    mail_system = ObedientMailSystem(tree.root)
    transaction(tree, mail_system).apply(plan())
    back = way_back(tree)
    mail_system.calls.clear()

    transaction(tree, mail_system).apply(plan_of(back.changes, back.actions))

    assert called(mail_system) == ["release_daemon", "reload", "stop_daemon"]
    assert mail_system.main_cf_at["release_daemon"] == NEW_MAIN
    assert mail_system.running == set()


def test_taken_back_later_what_was_made_for_its_socket_goes_too(tree: Tree) -> None:
    mail_system = ObedientMailSystem(tree.root)
    mail_system.meanwhile["restart_daemon"] = lambda: tree.outside(ROOM).mkdir(parents=True)
    transaction(tree, mail_system).apply(plan())
    back = way_back(tree)

    transaction(tree, mail_system).apply(plan_of(back.changes, back.actions))

    assert not (tree.root / "run").exists()


def test_a_directory_that_was_there_before_stays(tree: Tree) -> None:
    tree.outside(ROOM).mkdir(parents=True)
    mail_system = ObedientMailSystem(tree.root)
    transaction(tree, mail_system).apply(plan())
    back = way_back(tree)

    transaction(tree, mail_system).apply(plan_of(back.changes, back.actions))

    assert tree.outside(ROOM).is_dir()

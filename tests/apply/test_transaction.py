"""A plan is applied as one change: everything of it, or nothing."""

import dataclasses
import errno
import os
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.apply.disk.attributes import ACCESS_LIST
from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import JoinGroup, Reload, SmtpPort
from tests.apply.access_list import GENEROUS
from tests.apply.builders import (
    CHANGES,
    KEY,
    MAIN,
    NEW_KEY,
    NEW_MAIN,
    NEW_MASTER,
    OLD_MAIN,
    OLD_MASTER,
    ObedientMailSystem,
    content_of,
    only_transaction,
    plan_of,
    replace,
    state_of,
    stock,
    transaction,
)

RELOAD = Reload((SmtpPort(25, greets=True),))
JOIN = JoinGroup("postfix", "courier")


def test_every_change_is_in_place_afterwards(tree: Tree, mail_system: ObedientMailSystem) -> None:
    transaction(tree, mail_system).apply(plan_of())

    assert content_of(tree, MAIN) == NEW_MAIN
    assert content_of(tree, MAIN.parent / "master.cf") == NEW_MASTER
    assert content_of(tree, KEY) == NEW_KEY


def test_nothing_else_is_left_beside_them(tree: Tree, mail_system: ObedientMailSystem) -> None:
    transaction(tree, mail_system).apply(plan_of())

    names = {path.name for path in (tree.root / "etc").rglob("*")}
    assert names == {"postfix", "main.cf", "master.cf", "ssl", "private", "ca.key"}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_what_is_created_has_exactly_the_planned_mode(
    tree: Tree, mail_system: ObedientMailSystem, umask: int
) -> None:
    before = os.umask(umask)
    try:
        transaction(tree, mail_system).apply(plan_of())
    finally:
        os.umask(before)

    assert tree.outside(KEY).stat().st_mode & 0o7777 == 0o600
    assert tree.outside(KEY.parent).stat().st_mode & 0o7777 == 0o700


def test_what_is_replaced_keeps_its_mode_and_extended_attributes(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    master = tree.root / "etc/postfix/master.cf"
    os.setxattr(master, "user.note", b"by hand")

    transaction(tree, mail_system).apply(plan_of())

    assert master.stat().st_mode & 0o7777 == 0o640
    assert os.getxattr(master, "user.note") == b"by hand"


def test_what_is_to_get_another_mode_loses_the_list_that_would_widen_it(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    place = tree.outside(MAIN)
    os.setxattr(place, ACCESS_LIST, GENEROUS)
    closed = dataclasses.replace(replace(MAIN, OLD_MAIN, NEW_MAIN), mode=0o600, sets_mode=True)

    transaction(tree, mail_system).apply(plan_of([closed]))

    assert place.stat().st_mode & 0o7777 == 0o600
    assert ACCESS_LIST not in os.listxattr(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_is_replaced_keeps_its_owner(tree: Tree, mail_system: ObedientMailSystem) -> None:
    master = tree.root / "etc/postfix/master.cf"
    os.chown(master, 1234, 2345)

    transaction(tree, mail_system).apply(plan_of())

    assert (master.stat().st_uid, master.stat().st_gid) == (1234, 2345)


def test_a_symbolic_link_stays_and_the_file_behind_it_changes(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    link, real = tree.root / "etc/postfix/main.cf", tree.root / "etc/real.cf"
    link.rename(real)
    link.symlink_to("../real.cf")
    through_the_link = dataclasses.replace(
        replace(MAIN, OLD_MAIN, NEW_MAIN), real=PurePosixPath("/etc/real.cf")
    )

    transaction(tree, mail_system).apply(plan_of([through_the_link]))

    assert link.readlink() == Path("../real.cf")
    assert real.read_bytes() == NEW_MAIN


@pytest.mark.parametrize("step", ["rejects", "join_group"])
def test_a_failure_before_going_live_leaves_every_file_the_very_same(
    tree: Tree, mail_system: ObedientMailSystem, step: str
) -> None:
    before = stock(tree.root)
    mail_system.fails_at = step

    with pytest.raises(Failed) as caught:
        transaction(tree, mail_system).apply(plan_of(actions=[JOIN, RELOAD]))

    assert caught.value.exit_status is ExitStatus.FAILED
    assert stock(tree.root) == before
    assert "revive" not in mail_system.calls


def test_what_was_in_place_for_a_moment_is_not_what_postfix_goes_on_with(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All files are in place when the disk refuses to make that durable."""
    before = stock(tree.root)
    real = os.fsync

    def refusing(descriptor: int) -> None:
        if content_of(tree, MAIN) == NEW_MAIN:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refusing)

    with pytest.raises(Failed, match="Input/output error"):
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert stock(tree.root) == before
    assert mail_system.main_cf_at["revive"] == OLD_MAIN


@pytest.mark.parametrize("step", ["complaints", "reload"])
def test_a_failure_after_going_live_takes_everything_back(
    tree: Tree, mail_system: ObedientMailSystem, step: str
) -> None:
    before = stock(tree.root)
    mail_system.fails_at = step

    with pytest.raises(RolledBack) as caught:
        transaction(tree, mail_system).apply(plan_of(actions=[JOIN, RELOAD]))

    assert caught.value.exit_status is ExitStatus.ROLLED_BACK
    assert caught.value.transaction == only_transaction(tree).directory.name
    assert stock(tree.root) == before
    assert mail_system.groups == ("mail",)


def test_the_mail_system_comes_back_with_the_old_files_in_place(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    mail_system.fails_at = "reload"

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert mail_system.main_cf_at["reload"] == NEW_MAIN
    assert mail_system.main_cf_at["revive"] == OLD_MAIN


def test_an_old_complaint_of_postfix_is_nobodys_fault_though_its_line_has_moved(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert mail_system.calls.count("complaints") == 2


def test_the_group_is_joined_before_anything_is_live(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    transaction(tree, mail_system).apply(plan_of(actions=[JOIN, RELOAD]))

    assert mail_system.groups == ("mail", "courier")
    assert mail_system.main_cf_at["join_group"] == OLD_MAIN


def no_such_program() -> None:
    raise Failed("no such program")


def test_a_postfix_that_does_not_come_back_is_left_to_a_person(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    before = stock(tree.root)
    mail_system.fails_at = "reload"
    mail_system.meanwhile["revive"] = no_such_program

    with pytest.raises(NeedsHuman, match="The old files are back, but Postfix") as caught:
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert caught.value.exit_status is ExitStatus.NEEDS_HUMAN
    assert caught.value.transaction == only_transaction(tree).directory.name
    assert stock(tree.root) == before
    assert state_of(tree).hot is None  # nothing is left to be done with the files


def test_a_file_with_a_second_name_is_refused(tree: Tree, mail_system: ObedientMailSystem) -> None:
    os.link(tree.root / "etc/postfix/main.cf", tree.root / "etc/main.copy")
    before = stock(tree.root)

    with pytest.raises(Failed, match="hard links"):
        transaction(tree, mail_system).apply(plan_of())

    assert stock(tree.root) == before


def test_the_old_contents_are_kept_for_root_alone(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    transaction(tree, mail_system).apply(plan_of())

    journal = only_transaction(tree)
    operations = journal.manifest.operations
    assert [operation.path for operation in operations] == [change.path for change in CHANGES]
    assert journal.before(operations[2]) == OLD_MASTER
    assert journal.before(operations[3]) == OLD_MAIN
    assert journal.result() == "applied"
    kept = sorted(journal.directory.rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in kept if path.is_file()} == {0o600}
    directories = [*filter(Path.is_dir, kept), journal.directory, journal.directory.parent]
    assert {path.stat().st_mode & 0o777 for path in directories} == {0o700}


def test_a_key_that_is_made_is_not_kept_a_second_time(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    transaction(tree, mail_system).apply(plan_of())

    everything = b"".join(
        path.read_bytes() for path in (tree.root / "var").rglob("*") if path.is_file()
    )
    assert NEW_KEY not in everything


def test_a_transaction_that_changed_nothing_leaves_no_history(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    mail_system.fails_at = "rejects"

    with pytest.raises(Failed):
        transaction(tree, mail_system).apply(plan_of())

    assert list((tree.root / "var/lib/pfwizard/history").iterdir()) == []


def test_a_transaction_that_was_taken_back_says_so_in_its_history(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    mail_system.fails_at = "reload"

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert only_transaction(tree).result() == "rolled back: reload failed on purpose"


def test_the_old_file_of_a_run_that_was_killed_is_pointed_out(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    left_behind = tree.root / "etc/postfix/.main.cf.pfwizard-0001-5be1c0de"
    left_behind.write_bytes(b"older\n")
    before = stock(tree.root)

    with pytest.raises(NeedsHuman) as caught:
        transaction(tree, mail_system).apply(plan_of())

    assert f"mv {left_behind} " in caught.value.remedy
    assert stock(tree.root) == before


def test_a_crash_after_going_live_is_taken_back_as_well(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stock(tree.root)
    monkeypatch.setattr(mail_system, "reload", lambda ports: 1 / 0)

    with pytest.raises(RolledBack, match="internal error: ZeroDivisionError"):
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert stock(tree.root) == before


def test_a_private_file_is_private_while_its_successor_is_staged(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    (tree.root / "etc/postfix/main.cf").chmod(0o600)
    modes: list[int] = []
    real_fsync = os.fsync

    def looking(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        if name.startswith(".main.cf.pfwizard"):
            modes.append(os.fstat(descriptor).st_mode & 0o777)
        real_fsync(descriptor)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", looking)
        transaction(tree, mail_system).apply(plan_of())

    assert modes
    assert set(modes) == {0o600}


def test_a_state_directory_that_is_a_file_is_named(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    (tree.root / "var").write_bytes(b"")

    with pytest.raises(Failed, match="var: is not a directory") as caught:
        transaction(tree, mail_system).apply(plan_of())

    assert "--state-dir" in caught.value.remedy

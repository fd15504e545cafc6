"""What a run that died has left is ended by the next one, whatever it was."""

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from pfwizard.apply import undo
from pfwizard.apply.disk import renaming
from pfwizard.apply.ending import Ending
from pfwizard.apply.guard import guarding
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.lock import locked
from pfwizard.apply.manifest import DamagedManifest
from pfwizard.apply.recovery import OnProbation, recover, refuse_unfinished, set_aside
from pfwizard.apply.transaction import RolledBack
from pfwizard.apply.undo import Conflict
from pfwizard.errors import ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import JoinGroup, Reload
from tests.apply.builders import (
    NEW_MAIN,
    NEW_MASTER,
    OLD_MAIN,
    ObedientMailSystem,
    ending_of,
    only_transaction,
    plan_of,
    small_tree,
    state_of,
    stock,
    transaction,
)

RELOAD = Reload(())


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return small_tree(tmp_path)


@pytest.fixture
def mail_system(tree: Tree) -> ObedientMailSystem:
    return ObedientMailSystem(tree.root)


def died_while_live(tree: Tree) -> None:
    """A run that is killed when its files are in place and Postfix is being reloaded."""
    process = os.fork()
    if process == 0:
        mail_system = ObedientMailSystem(tree.root)
        mail_system.meanwhile["reload"] = lambda: os._exit(9)
        with suppress(BaseException):
            transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))
        os._exit(1)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert (tree.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN


def recovered(tree: Tree, mail_system: ObedientMailSystem) -> str | None:
    said: list[str] = []
    with locked(state_of(tree).path):
        return recover(ending_of(tree, mail_system), said.append)


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


def flip_a_byte(manifest: Path) -> None:
    content = bytearray(manifest.read_bytes())
    content[len(content) // 2] ^= 1
    manifest.write_bytes(content)


def name_another_file(manifest: Path) -> None:
    """It can still be read, but it is not what was written."""
    manifest.write_bytes(manifest.read_bytes().replace(b"main.cf", b"mail.cf"))


def empty(manifest: Path) -> None:
    manifest.write_bytes(b"")


def cut_short(manifest: Path) -> None:
    manifest.write_bytes(manifest.read_bytes()[:-20])


def remove(manifest: Path) -> None:
    manifest.unlink()


def replace_by_a_directory(manifest: Path) -> None:
    manifest.unlink()
    manifest.mkdir()


@pytest.mark.parametrize(
    "damage", [flip_a_byte, name_another_file, empty, cut_short, remove, replace_by_a_directory]
)
def test_a_manifest_that_cannot_be_believed_changes_nothing(
    tree: Tree, mail_system: ObedientMailSystem, damage: Callable[[Path], None]
) -> None:
    died_while_live(tree)
    damage(tree.root / "var/lib/pfwizard/journal/manifest")
    before = stock(tree.root)

    with pytest.raises(DamagedManifest) as caught:
        recovered(tree, mail_system)

    assert caught.value.exit_status is ExitStatus.NEEDS_HUMAN
    assert "pfwizard recover --archive journal" in caught.value.remedy
    assert stock(tree.root) == before


def test_a_broken_journal_that_was_set_aside_is_in_nobodys_way(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    transaction(tree, mail_system).apply(plan_of([]))
    died_while_live(tree)
    flip_a_byte(tree.root / "var/lib/pfwizard/journal/manifest")

    set_aside(ending_of(tree, mail_system), "journal")

    assert recovered(tree, mail_system) is None
    place = state_of(tree).path / "archive/0002-journal"
    assert (place / "before").is_dir()
    assert state_of(tree).next_sequence() == 3


def test_only_a_journal_that_is_there_can_be_set_aside(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    state_of(tree).prepare()

    with pytest.raises(Failed, match="there is no such journal"):
        set_aside(ending_of(tree, mail_system), "history")


def test_a_tree_that_the_record_names_is_not_believed(tmp_path: Path) -> None:
    """An image that is mounted elsewhere; and one whose record somebody has made up."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    before = stock(small_tree(first).root)
    died_while_live(Tree(first))
    first.rename(second)
    first.mkdir()

    recovered(Tree(second), ObedientMailSystem(second))

    assert stock(second) == before
    assert list(first.iterdir()) == []


@pytest.mark.parametrize("part", ["etc/ssl", "etc/postfix"])
def test_a_symbolic_link_on_the_way_leads_nothing_elsewhere(
    tree: Tree, mail_system: ObedientMailSystem, tmp_path_factory: pytest.TempPathFactory, part: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    died_while_live(tree)
    (tree.root / part).rename(elsewhere / "moved")
    (tree.root / part).symlink_to(elsewhere / "moved")
    before = {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()}

    with pytest.raises(NeedsHuman, match="symbolic link on the way"):
        recovered(tree, mail_system)

    assert {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["../../etc/passwd", "main.cf", "/etc/passwd"])
def test_a_record_with_a_name_that_leads_elsewhere_is_damaged(tree: Tree, name: str) -> None:
    died_while_live(tree)
    manifest = tree.root / "var/lib/pfwizard/journal/manifest"
    waiting = next((tree.root / "etc/postfix").glob(".main.cf.pfwizard-*")).name
    body = manifest.read_bytes().split(b"\n", 1)[1].replace(waiting.encode(), name.encode())
    manifest.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    with pytest.raises(DamagedManifest):
        recovered(tree, ObedientMailSystem(tree.root))


def test_a_copy_that_was_tampered_with_is_not_used(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    """The old inode is gone, so that only the copy in the journal could bring main.cf back."""
    died_while_live(tree)
    (waiting,) = (tree.root / "etc/postfix").glob(".main.cf.pfwizard-*")
    waiting.unlink()
    (copy,) = (tree.root / "var/lib/pfwizard/journal/before").glob("*-main.cf")
    copy.write_bytes(b"relay = for everybody\n")
    before = stock(tree.root)

    with pytest.raises(NeedsHuman, match="is not what was kept there"):
        recovered(tree, mail_system)

    assert stock(tree.root) == before


def test_a_copy_is_used_where_the_old_file_was_removed(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    os.setxattr(tree.root / "etc/postfix/main.cf", "user.note", b"by hand")
    died_while_live(tree)
    for waiting in (tree.root / "etc/postfix").glob(".*.pfwizard-*"):
        waiting.unlink()

    recovered(tree, mail_system)

    main_cf, master_cf = (tree.root / "etc/postfix" / name for name in ("main.cf", "master.cf"))
    assert main_cf.read_bytes() == OLD_MAIN
    assert os.getxattr(main_cf, "user.note") == b"by hand"
    assert master_cf.stat().st_mode & 0o777 == 0o640


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

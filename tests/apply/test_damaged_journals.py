"""What a dead run has left is damaged or tampered with: nothing of it is believed."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pfwizard.apply.manifest import DamagedManifest
from pfwizard.apply.recovery import set_aside
from pfwizard.errors import ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from tests.apply.builders import (
    OLD_MAIN,
    ObedientMailSystem,
    ending_of,
    plan_of,
    small_tree,
    state_of,
    stock,
    transaction,
)
from tests.apply.dead_runs import died_while_live, recovered


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

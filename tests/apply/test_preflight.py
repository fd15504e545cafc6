"""What would stop a change half-way is found before anything is written."""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.apply import preflight
from pfwizard.apply.disk import mounts
from pfwizard.apply.preflight import FS_IOC_GETFLAGS, IMMUTABLE, Preflight
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change
from tests.apply.builders import (
    CHANGES,
    MAIN,
    NEW_MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    plan_of,
    state_of,
    stock,
    transaction,
)
from tests.apply.builders import replace as replacing

FS_IOC_SETFLAGS = 0x40086602
"""ioctl_iflags(2)."""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def judge(tree: Tree, *changes: Change) -> None:
    Preflight(tree, changes or CHANGES).refuse_what_cannot_work()


def test_an_ordinary_tree_is_fine(tree: Tree) -> None:
    before = stock(tree.root)

    judge(tree)

    assert stock(tree.root) == before


def test_a_second_name_is_refused(tree: Tree) -> None:
    os.link(tree.root / "etc/postfix/main.cf", tree.root / "etc/copy")

    with pytest.raises(Failed, match=r"main\.cf: has 2 hard links"):
        judge(tree)


@contextmanager
def immutable(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        before = struct.unpack("L", fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, bytes(8)))[0]
        fcntl.ioctl(descriptor, FS_IOC_SETFLAGS, struct.pack("L", before | IMMUTABLE))
        try:
            yield
        finally:
            fcntl.ioctl(descriptor, FS_IOC_SETFLAGS, struct.pack("L", before))
    finally:
        os.close(descriptor)


@only_root
@pytest.mark.parametrize("locked", ["etc/postfix/main.cf", "etc/postfix"])
def test_an_immutable_file_or_directory_is_refused_with_the_way_to_unlock_it(
    tree: Tree, locked: str
) -> None:
    with (
        immutable(tree.root / locked),
        pytest.raises(Failed, match="has the immutable or the append-only flag") as caught,
    ):
        judge(tree)

    assert f"chattr -i -a {tree.root / locked}" in caught.value.remedy


def test_a_file_that_is_mounted_over_is_refused(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    main_cf = tree.root / "etc/postfix/main.cf"
    monkeypatch.setattr(preflight, "mount_points", lambda: frozenset({main_cf}))

    with pytest.raises(Failed, match=r"main\.cf: Device or resource busy") as caught:
        judge(tree)

    assert "where the mount comes from" in caught.value.remedy


def test_the_mount_points_of_this_machine_are_known() -> None:
    assert {Path("/"), Path("/proc")} <= mounts.mount_points()


def test_a_mount_point_with_a_blank_in_its_name_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("36 35 98:0 / /mnt/a\\040b rw,noatime - ext3 /dev/root rw\n")
    monkeypatch.setattr(mounts, "MOUNTINFO", table)

    assert mounts.mount_points() == {Path("/mnt/a b")}


@pytest.mark.parametrize(
    ("target", "owner"),
    [("/nix/store/x", "Nix"), ("/etc/letsencrypt/live/x", "certbot"), ("/snap/x", "a snap")],
)
def test_a_link_into_what_others_manage_is_refused(tree: Tree, target: str, owner: str) -> None:
    real = tree.root / target.lstrip("/")
    real.parent.mkdir(parents=True)
    main_cf = tree.root / "etc/postfix/main.cf"
    main_cf.rename(real)
    main_cf.symlink_to(target)
    change = replace(replacing(MAIN, OLD_MAIN, NEW_MAIN), real=PurePosixPath(target))

    with pytest.raises(Failed, match=f"leads to {target}, which belongs to {owner}"):
        judge(tree, change)


def test_a_full_disk_is_refused(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "SPARE_BYTES", 1 << 60)

    with pytest.raises(Failed, match="No space left on device"):
        judge(tree)


def test_a_file_system_without_free_inodes_is_refused(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "SPARE_FILES", 1 << 60)

    with pytest.raises(Failed, match="No space left on device"):
        judge(tree)


def test_a_read_only_file_system_is_refused(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs

    def read_only(path: Path) -> os.statvfs_result:
        values = list(real(path))
        values[8] |= os.ST_RDONLY
        return os.statvfs_result(values)

    monkeypatch.setattr(os, "statvfs", read_only)

    with pytest.raises(Failed, match=os.strerror(errno.EROFS)):
        judge(tree)


@pytest.mark.parametrize("directory", ["etc/postfix", "etc"])
def test_a_directory_that_others_can_write_into_is_refused(tree: Tree, directory: str) -> None:
    (tree.root / directory).chmod(0o777)

    with pytest.raises(Failed, match="others than root can write into this directory"):
        judge(tree)


def test_a_sticky_directory_protects_what_is_in_it(tree: Tree) -> None:
    (tree.root / "etc").chmod(0o1777)

    judge(tree)


@only_root
def test_a_directory_of_another_user_is_refused(tree: Tree) -> None:
    os.chown(tree.root / "etc/postfix", 1234, 0)

    with pytest.raises(Failed, match="others than root can write into this directory"):
        judge(tree)


def test_an_old_file_without_its_journal_is_for_a_person(tree: Tree) -> None:
    (tree.root / "etc/postfix/.main.cf.pfwizard-0001-5be1c0de").write_bytes(b"older\n")

    with pytest.raises(NeedsHuman, match="an earlier run of pfwizard left this file"):
        judge(tree)


def test_what_is_refused_has_left_nothing_behind(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stock(tree.root)
    monkeypatch.setattr(preflight, "SPARE_BYTES", 1 << 60)

    with pytest.raises(Failed):
        transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of())

    assert stock(tree.root) == before
    assert state_of(tree).history() == ()
    assert state_of(tree).hot is None


@only_root
def test_a_state_directory_that_others_can_write_into_is_refused(tree: Tree) -> None:
    state_of(tree).prepare()
    state_of(tree).path.chmod(0o777)

    with pytest.raises(Failed, match="can write into it") as caught:
        transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of())

    assert "--state-dir" in caught.value.remedy

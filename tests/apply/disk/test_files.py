"""Files are private from their first byte, and a replacement is like what it replaces."""

import os
import time
from pathlib import Path

import pytest

from pfwizard.apply.disk.attributes import Attributes, created_with
from pfwizard.apply.disk.files import SETTLED, write_new
from tests.apply.access_list import GENEROUS


@pytest.mark.parametrize("umask", [0o000, 0o027, 0o077])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_new_file_has_the_mode_it_is_given(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_new(tmp_path / "file", b"content", created_with(mode))
    finally:
        os.umask(before)

    assert (tmp_path / "file").stat().st_mode & 0o7777 == mode


def test_nobody_else_can_open_it_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real_fsync = os.fsync

    def looking(descriptor: int) -> None:
        seen.append(os.fstat(descriptor).st_mode & 0o7777)
        real_fsync(descriptor)

    real_open = os.open

    def opening(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = real_open(path, flags, mode)
        seen.append(os.fstat(descriptor).st_mode & 0o7777)
        return descriptor

    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "fsync", looking)
    before = os.umask(0)
    try:
        write_new(tmp_path / "key", b"secret", created_with(0o600))
    finally:
        os.umask(before)

    assert seen == [0o600, 0o600]


def test_a_default_access_list_of_the_directory_does_not_open_a_key(tmp_path: Path) -> None:
    os.setxattr(tmp_path, "system.posix_acl_default", GENEROUS)

    write_new(tmp_path / "key", b"secret", created_with(0o600))

    assert "system.posix_acl_access" not in os.listxattr(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_the_default_access_list_would_open_a_key_that_is_written_carelessly(
    tmp_path: Path,
) -> None:
    """What the test above would not notice if the list had no effect here."""
    os.setxattr(tmp_path, "system.posix_acl_default", GENEROUS)

    descriptor = os.open(tmp_path / "key", os.O_CREAT | os.O_WRONLY, 0o600)
    os.close(descriptor)

    assert "system.posix_acl_access" in os.listxattr(tmp_path / "key")


def test_what_exists_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")

    with pytest.raises(FileExistsError):
        write_new(tmp_path / "file", b"new", created_with(0o600))

    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_symbolic_link_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "file").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileExistsError):
        write_new(tmp_path / "file", b"new", created_with(0o600))

    assert not (tmp_path / "elsewhere").exists()


def test_a_new_file_is_old_enough_for_postfix_to_read_it_at_once(tmp_path: Path) -> None:
    write_new(tmp_path / "main.cf", b"", created_with(0o644))

    assert time.time() - (tmp_path / "main.cf").stat().st_mtime >= SETTLED - 1


def test_a_replacement_gets_mode_access_list_and_attributes(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"old")
    old.chmod(0o640)
    os.setxattr(old, "system.posix_acl_access", GENEROUS)
    os.setxattr(old, "user.origin", b"by hand")

    write_new(new, b"new", Attributes.of(old))

    assert new.stat().st_mode == old.stat().st_mode
    assert os.getxattr(new, "system.posix_acl_access") == os.getxattr(
        old, "system.posix_acl_access"
    )
    assert os.getxattr(new, "user.origin") == b"by hand"
    assert new.read_bytes() == b"new"

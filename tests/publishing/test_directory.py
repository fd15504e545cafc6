"""Writing what is published into a directory: new files, readable by all, and never over others."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pfwizard.apply.disk.attributes import ACCESS_LIST
from pfwizard.errors import Failed
from pfwizard.publishing.directory import write_documents
from pfwizard.publishing.documents import Document
from tests.apply.access_list import GENEROUS

ONE, OTHER = Document("one", b"1\n"), Document("other", b"2\n")


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_everything_is_written_and_readable_by_all(tmp_path: Path) -> None:
    assert write_documents(tmp_path, [ONE, OTHER]) == (ONE, OTHER)

    assert contents(tmp_path) == {"one": b"1\n", "other": b"2\n"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o644}


def test_nobody_else_can_write_there_whatever_umask_and_directory_would_allow(
    tmp_path: Path,
) -> None:
    os.setxattr(tmp_path, "system.posix_acl_default", GENEROUS)
    before = os.umask(0)
    try:
        write_documents(tmp_path, [ONE])
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o644
    assert ACCESS_LIST not in os.listxattr(tmp_path / "one")


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    write_documents(tmp_path, [ONE])
    before = (tmp_path / "one").stat()

    assert write_documents(tmp_path, [ONE, OTHER]) == (OTHER,)

    assert (tmp_path / "one").stat().st_ino == before.st_ino


def another(place: Path) -> None:
    place.write_bytes(b"something else\n")


def directory(place: Path) -> None:
    place.mkdir()


def link_to_the_same(place: Path) -> None:
    (place.parent / "elsewhere").write_bytes(OTHER.content)
    place.symlink_to("elsewhere")


def link_to_nothing(place: Path) -> None:
    place.symlink_to("nowhere")


@pytest.mark.parametrize("put", [another, directory, link_to_the_same, link_to_nothing])
def test_nothing_is_written_where_one_file_is_in_the_way(
    tmp_path: Path, put: Callable[[Path], None]
) -> None:
    put(tmp_path / "other")
    before = sorted(path.name for path in tmp_path.iterdir())

    with pytest.raises(Failed, match="other: is there already, and is something else"):
        write_documents(tmp_path, [ONE, OTHER])

    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_directory_that_is_missing_is_made_and_open_to_all_whatever_umask_there_is(
    tmp_path: Path,
) -> None:
    os.setxattr(tmp_path, "system.posix_acl_default", GENEROUS)
    before = os.umask(0o077)
    try:
        assert write_documents(tmp_path / "ca", [ONE]) == (ONE,)
    finally:
        os.umask(before)

    assert contents(tmp_path / "ca") == {"one": b"1\n"}
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o755
    assert ACCESS_LIST not in os.listxattr(tmp_path / "ca")


def test_one_whose_parent_is_missing_too_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="absent: is not a directory"):
        write_documents(tmp_path / "absent" / "ca", [ONE])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("put", [another, link_to_nothing])
def test_what_is_no_directory_is_left_as_it_is(tmp_path: Path, put: Callable[[Path], None]) -> None:
    put(tmp_path / "ca")

    with pytest.raises(Failed, match="ca: is not a directory") as caught:
        write_documents(tmp_path / "ca", [ONE])

    assert "another path" in caught.value.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


def test_a_directory_that_was_made_goes_when_nothing_can_be_written_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_at_the_second(descriptor: int, content: bytes) -> int:
        if content == OTHER.content:
            raise OSError(28, os.strerror(28))
        return write(descriptor, content)

    write = os.write
    monkeypatch.setattr(os, "write", full_at_the_second)
    with pytest.raises(Failed, match="No space left on device"):
        write_documents(tmp_path / "ca", [ONE, OTHER])

    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_leaves_no_part_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, content: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Failed, match="No space left on device"):
        write_documents(tmp_path, [ONE])
    monkeypatch.undo()

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_has_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".one.pfwizard-new").write_bytes(b"")

    write_documents(tmp_path, [ONE])

    assert contents(tmp_path) == {"one": b"1\n"}

"""Saving an answers file: in one step, for its owner only, and not just anywhere."""

import errno
import os
from pathlib import Path

import pytest

from pfwizard.answers.reading import load
from pfwizard.errors import Failed
from pfwizard.private_file import save
from tests.answers.builders import answers_file


def why_not_saved(path: Path) -> Failed:
    with pytest.raises(Failed) as caught:
        save(path, "new")
    assert str(path) in caught.value.message
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_a_saved_file_holds_the_text_byte_by_byte(tmp_path: Path) -> None:
    save(tmp_path / "a", "é\r\n\n")
    assert (tmp_path / "a").read_bytes() == b"\xc3\xa9\r\n\n"


def test_a_saved_file_can_be_loaded(tmp_path: Path) -> None:
    password = "server.request_attributes.challenge_password"
    save(tmp_path / "a", answers_file({password: '"canary1"'}).decode())
    loaded = load(tmp_path / "a").server.request_attributes.challenge_password
    assert loaded.reveal() == "canary1"


@pytest.mark.parametrize("mode_before", [None, 0o644, 0o400])
def test_a_saved_file_is_for_its_owner_only(tmp_path: Path, mode_before: int | None) -> None:
    file = tmp_path / "a"
    if mode_before is not None:
        file.touch(mode_before)
    save(file, "new")
    assert (file.stat().st_mode & 0o7777, file.read_text()) == (0o600, "new")


def test_whoever_has_the_old_file_open_goes_on_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("old")
    with file.open() as reader:
        save(file, "new")
        assert reader.read() == "old"


def test_a_link_stays_and_the_file_behind_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    save(tmp_path / "link", "new")
    assert (tmp_path / "link").readlink() == Path("file")
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link away")
def test_a_link_of_another_user_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    os.chown(tmp_path / "link", 65534, 65534, follow_symlinks=False)
    assert "link of another user, to file" in why_not_saved(tmp_path / "link").message
    assert not (tmp_path / "file").exists()


def test_a_link_to_itself_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    assert "circle" in why_not_saved(tmp_path / "link").remedy
    assert (tmp_path / "link").is_symlink()


def test_a_directory_that_is_missing_is_asked_for(tmp_path: Path) -> None:
    assert "Make the directory" in why_not_saved(tmp_path / "absent" / "a").remedy


def test_a_directory_is_not_replaced(tmp_path: Path) -> None:
    assert "is a directory" in why_not_saved(tmp_path).message


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "is not a regular file" in why_not_saved(tmp_path / "fifo").message
    assert (tmp_path / "fifo").is_fifo()


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert "shorter" in why_not_saved(tmp_path / ("a" * 256)).remedy


def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    assert "disk is full" in why_not_saved(tmp_path / "a").remedy
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a", "old")]


def test_the_file_and_its_name_are_on_the_disk_before_saving_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda fd: synced.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
    )
    save(tmp_path / "a", "new")
    assert [Path(name).parent for name in synced] == [tmp_path, tmp_path.parent]


def test_the_name_of_a_file_cannot_drive_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        save(tmp_path / "\x1b[31m" / "a", "new")
    assert "\x1b" not in str(caught.value)

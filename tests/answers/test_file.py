"""What an answers file must be as a file."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pfwizard.answers.reading import LARGEST_FILE, InvalidAnswers, Mistake, load
from tests.answers.builders import answers_file

NOBODY = 65534
SECRET = "server.request_attributes.challenge_password"


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def mistakes_with(path: Path) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidAnswers) as caught:
        load(path)
    return caught.value.mistakes


def the_message_about(path: Path) -> str:
    with pytest.raises(InvalidAnswers) as caught:
        load(path)
    return str(caught.value)


def test_a_file_without_secrets_may_be_read_by_others(tmp_path: Path) -> None:
    assert load(written(tmp_path / "a", answers_file(), 0o644)).services.smtps


def test_a_file_with_a_secret_is_read_when_it_is_private(tmp_path: Path) -> None:
    file = written(tmp_path / "a", answers_file({SECRET: '"canary1"'}))
    assert load(file).server.request_attributes.challenge_password.reveal() == "canary1"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_with_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path / "an answer", answers_file({SECRET: '"canary1"'}), mode)
    (mistake,) = mistakes_with(file)
    assert (mistake.key, mistake.line) == (SECRET, 5)
    assert f"{mode:04o}" in mistake.message
    assert f"chmod 600 '{file}'" in mistake.remedy
    assert "canary1" not in mistake.message + mistake.remedy


def test_an_exposed_secret_is_reported_together_with_other_mistakes(tmp_path: Path) -> None:
    file = written(tmp_path / "a", answers_file({SECRET: '"x"', "ca.days": "0"}), 0o644)
    assert [mistake.key for mistake in mistakes_with(file)] == [SECRET, SECRET, "ca.days"]


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(written(tmp_path / "a", answers_file()))
    assert load(tmp_path / "link").services.smtps


def test_the_permissions_that_count_are_those_of_the_file_behind_a_link(tmp_path: Path) -> None:
    file = written(tmp_path / "a", answers_file({SECRET: '"canary1"'}), 0o644)
    (tmp_path / "link").symlink_to(file)
    assert [mistake.key for mistake in mistakes_with(tmp_path / "link")] == [SECRET]


def test_a_missing_file_is_reported_by_name(tmp_path: Path) -> None:
    message = the_message_about(tmp_path / "absent")
    assert f"{tmp_path}/absent: cannot be read: No such file or directory" in message
    assert "Check the name." in message


def test_a_link_to_itself_is_reported(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    assert "circle of symbolic links" in the_message_about(tmp_path / "link")


def test_a_directory_is_called_one(tmp_path: Path) -> None:
    assert "is a directory" in the_message_about(tmp_path)


def test_a_refused_directory_is_closed_again(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    the_message_about(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_fifo_without_a_writer_does_not_make_anybody_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "is not a regular file" in the_message_about(tmp_path / "fifo")


def test_a_device_is_refused() -> None:
    assert "is not a regular file" in the_message_about(Path("/dev/zero"))


def test_a_socket_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert "Give the name of a TOML file." in the_message_about(tmp_path / "socket")


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    """Root may read everything; so the test is nobody for a moment."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_that_may_not_be_read_is_reported(tmp_path: Path) -> None:
    file = written(tmp_path / "a", answers_file(), 0o000)
    with as_an_ordinary_user():
        message = the_message_about(file)
    assert "Permission denied" in message
    assert "as root" in message


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    assert "too large" in the_message_about(tmp_path / "huge")


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    content = answers_file()
    padding = b"#" * (LARGEST_FILE - len(content))
    assert load(written(tmp_path / "a", content + padding)).services.smtps


def test_a_file_name_cannot_drive_the_terminal(tmp_path: Path) -> None:
    message = the_message_about(tmp_path / "\x1b[31m\udcff")
    assert "\\x1b[31m\\udcff" in message
    assert "\x1b" not in message

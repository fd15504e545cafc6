"""An answers file that is incomplete, or wrong, still is something to start from."""

from pathlib import Path

import pytest

from pfwizard.answers.reading import InvalidAnswers, Start, start_from
from tests.answers.builders import answers_file

SECRET = "server.request_attributes.challenge_password"


def file_with(directory: Path, content: str | bytes, mode: int = 0o600) -> Path:
    file = directory / "answers.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
    return file


def start_with(directory: Path, content: str) -> Start:
    return start_from(file_with(directory, content))


def why_no_start(path: Path) -> str:
    with pytest.raises(InvalidAnswers) as caught:
        start_from(path)
    return str(caught.value)


def test_a_file_that_is_right_has_no_mistakes(tmp_path: Path) -> None:
    assert start_from(file_with(tmp_path, answers_file())).mistakes == ()


def test_what_is_missing_is_no_mistake(tmp_path: Path) -> None:
    start = start_with(tmp_path, "format = 1\n")
    assert (start.mistakes, dict(start.values)) == ((), {})


def test_answers_that_contradict_each_other_are_no_mistake(tmp_path: Path) -> None:
    start = start_with(tmp_path, "format = 1\nca.key = '/a'\nserver.key = '/a'\n")
    assert start.mistakes == ()


def test_a_missing_format_is_a_mistake_in_the_first_line(tmp_path: Path) -> None:
    (mistake,) = start_with(tmp_path, "[ca]\n").mistakes
    assert (mistake.key, mistake.message, mistake.line) == ("format", "is missing", 1)


def test_values_are_as_they_stand_in_the_file(tmp_path: Path) -> None:
    text = "format = 1\n[ca]\ndays = 'many'\n[server]\nnames = ['A.example', 5]\n"
    values = start_with(tmp_path, text).values
    assert values == {"ca.days": "many", "server.names": ["A.example", 5]}


def test_values_are_those_of_known_questions_only(tmp_path: Path) -> None:
    text = "format = 1\nx = 1\nservices = 5\n[ca]\nsize = 2\ndays = 5\n[z]\na = 1\n"
    assert start_with(tmp_path, text).values == {"ca.days": 5}


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    text = """\
format = 1
services = 5
[ca]
days = "many"
size = 2
[server]
names = ["mail"]
[servers]
"""
    found = [(mistake.line, mistake.key) for mistake in start_with(tmp_path, text).mistakes]
    assert found == [
        (2, "services"),
        (4, "ca.days"),
        (5, "ca.size"),
        (7, "server.names"),
        (8, "servers"),
    ]


def test_a_secret_that_others_can_read_is_a_mistake(tmp_path: Path) -> None:
    file = file_with(tmp_path, answers_file({SECRET: '"canary1"'}), 0o644)
    (mistake,) = start_from(file).mistakes
    assert (mistake.key, mistake.line) == (SECRET, 5)
    assert "chmod 600" in mistake.remedy


def test_a_start_does_not_print_its_secrets(tmp_path: Path) -> None:
    start = start_from(file_with(tmp_path, answers_file({SECRET: '"canary1"'})))
    assert start.values[SECRET] == "canary1"
    assert "canary1" not in repr(start)


def test_the_text_is_that_of_the_file_with_its_line_ends(tmp_path: Path) -> None:
    text = "# mine\r\nformat = 1\r\n\n[ca]  # é"
    assert start_with(tmp_path, text).text == text


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert start_with(tmp_path, "\ufeffformat = 1\n").text == "format = 1\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"format = ", "is not TOML"),
        (b"format = 1\n\xff", "is not UTF-8"),
        (b"#" * (1 << 17), "too large"),
        (b"format = 2\nx = 1\n", "2 is not a format that this version reads"),
        (b"format = '1'\n", "is not a format that this version reads"),
    ],
)
def test_what_cannot_be_understood_is_no_start(
    tmp_path: Path, content: bytes, message: str
) -> None:
    assert message in why_no_start(file_with(tmp_path, content))


def test_a_file_that_is_not_there_is_no_start(tmp_path: Path) -> None:
    assert "No such file" in why_no_start(tmp_path / "absent")


def test_a_file_of_another_format_is_told_of_that_only(tmp_path: Path) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        start_with(tmp_path, "\nformat = 2\n[surprise]\n")
    assert [(found.key, found.line) for found in caught.value.mistakes] == [("format", 2)]

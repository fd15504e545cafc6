"""Names of files as they are typed, and files that are there already."""

from pathlib import Path

import pytest

from pfwizard.errors import Failed
from pfwizard.wizard.file_name import file_named, is_in_the_way


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "~nosuchuser/x"])
def test_what_names_no_file_is_refused(text: str) -> None:
    with pytest.raises(Failed):
        file_named(text)


def test_a_tilde_is_the_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/marta")

    assert file_named(" ~/answers.toml ") == Path("/home/marta/answers.toml")


def test_a_file_that_is_there_is_in_the_way(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.touch()

    assert is_in_the_way(file, ())
    assert not is_in_the_way(file, {file})


@pytest.mark.parametrize("name", [".", "new", "x" * 260])
def test_what_is_no_file_is_in_nobodys_way(tmp_path: Path, name: str) -> None:
    assert not is_in_the_way(tmp_path / name, ())

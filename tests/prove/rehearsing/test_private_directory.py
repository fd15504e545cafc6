"""The directory of a rehearsal, and that of others."""

import os
import tempfile
from pathlib import Path

import pytest

from pfwizard.prove.rehearsing import private_directory as module
from pfwizard.prove.rehearsing.private_directory import PREFIX, private_directory


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "RUN", tmp_path)
    return tmp_path


def test_it_is_gone_after_the_rehearsal(run: Path) -> None:
    with private_directory() as base:
        assert base.is_dir()

    assert list(run.iterdir()) == []


def test_what_a_killed_rehearsal_has_left_goes_with_the_next(run: Path) -> None:
    (run / f"{PREFIX}left").mkdir()

    with private_directory() as base:
        assert list(run.iterdir()) == [base]


def test_that_of_a_rehearsal_that_goes_on_stays() -> None:
    with private_directory() as first, private_directory() as second:
        assert first.is_dir()
        assert second.is_dir()


def test_one_that_is_taken_away_before_it_is_locked_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another rehearsal that begins takes it for one that was left."""
    made: list[Path] = []
    real = tempfile.mkdtemp

    def taken_away(prefix: str, dir: Path) -> str:
        name = real(prefix=prefix, dir=dir)
        made.append(Path(name))
        if len(made) == 1:
            made[0].rmdir()
        return name

    monkeypatch.setattr(module, "mkdtemp", taken_away)

    with private_directory() as base:
        assert base == made[1]
        assert base.is_dir()


def test_one_that_is_taken_away_while_it_is_being_locked_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Path] = []
    real = os.open

    def then_taken_away(path: Path, flags: int) -> int:
        descriptor = real(path, flags)
        opened.append(path)
        if len(opened) == 1:
            path.rmdir()
        return descriptor

    monkeypatch.setattr(os, "open", then_taken_away)

    with private_directory() as base:
        assert base == opened[1]
        assert base.is_dir()

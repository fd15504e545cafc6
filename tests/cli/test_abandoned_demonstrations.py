"""Trees of killed demonstrations: the next demonstration removes them, and nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import contents, pfwizard_process
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.terminal import Terminal
from tests.waiting import wait_until

FIRST_QUESTION = "Where it comes from ("


@pytest.fixture
def start() -> Iterator[OnTerminal]:
    with opened_terminals() as start:
        yield start


def begun(start: OnTerminal, place: Path) -> Terminal:
    """A demonstration that asks its first question."""
    terminal = start("--plain", "--demo", TMPDIR=str(place))

    def asks() -> bool:
        terminal.read(0.1)
        return FIRST_QUESTION in terminal.sent.decode()

    wait_until(asks)
    return terminal


def demonstrate(place: Path, *arguments: str) -> None:
    pfwizard_process("--demo", *arguments, environment={"TMPDIR": str(place), "HOME": "/nowhere"})


@pytest.fixture
def abandoned(start: OnTerminal, tmp_path: Path) -> Path:
    """The tree of a demonstration that was killed."""
    terminal = begun(start, tmp_path)
    (tree,) = tmp_path.iterdir()
    terminal.process.kill()
    terminal.process.wait(timeout=60)
    return tree


def test_the_tree_of_a_killed_demonstration_goes_with_the_next(
    abandoned: Path, tmp_path: Path
) -> None:
    assert abandoned.is_dir()

    demonstrate(tmp_path, "--dry-run")

    assert list(tmp_path.iterdir()) == []


def test_that_of_a_demonstration_at_work_stays(start: OnTerminal, tmp_path: Path) -> None:
    begun(start, tmp_path)
    (tree,) = tmp_path.iterdir()
    before = contents(tree)

    demonstrate(tmp_path, "--dry-run")

    assert contents(tree) == before


def test_a_result_that_was_left_to_be_looked_at_stays(tmp_path: Path) -> None:
    demonstrate(tmp_path)
    (tree,) = tmp_path.iterdir()
    before = contents(tree)

    demonstrate(tmp_path, "--dry-run")

    assert contents(tree) == before


def test_a_directory_that_only_has_such_a_name_stays(tmp_path: Path) -> None:
    (tmp_path / "pfwizard-demo-of-mine").mkdir()

    demonstrate(tmp_path, "--dry-run")

    assert list(tmp_path.iterdir()) == [tmp_path / "pfwizard-demo-of-mine"]


def test_a_link_to_such_a_tree_is_not_followed(abandoned: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    shutil.move(abandoned, elsewhere)
    abandoned.symlink_to(elsewhere)

    demonstrate(tmp_path, "--dry-run")

    assert (elsewhere / "etc/postfix/main.cf").exists()
    shutil.rmtree(elsewhere)


def test_a_mark_that_is_a_link_marks_nothing(abandoned: Path, tmp_path: Path) -> None:
    mark, other = abandoned / ".in-use", tmp_path / "other"
    mark.rename(other)
    mark.symlink_to(other)

    demonstrate(tmp_path, "--dry-run")

    assert abandoned.is_dir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_that_of_another_user_stays(abandoned: Path, tmp_path: Path) -> None:
    os.chown(abandoned, 12345, 12345)

    demonstrate(tmp_path, "--dry-run")

    assert abandoned.is_dir()

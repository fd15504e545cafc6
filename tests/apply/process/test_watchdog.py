"""The watchdog does not give up, does not die of a surprise, and kills nobody without need."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pfwizard.apply.ending import Ending
from pfwizard.apply.journal import Journal
from pfwizard.apply.lock import locked
from pfwizard.apply.manifest import DamagedManifest, TransactionId
from pfwizard.apply.process import watchdog
from pfwizard.apply.process.watchdog import Watchdog
from pfwizard.machine.tree import Tree
from tests.apply.builders import (
    NEW_MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    ending_of,
    small_tree,
    state_of,
    stock,
)
from tests.apply.dead_runs import died_while_live
from tests.waiting import wait_until


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Of a run that died with its files in place."""
    for name in ("PAUSE", "RETRY", "GRACE"):
        monkeypatch.setattr(watchdog, name, 0.01)
    tree = small_tree(tmp_path)
    died_while_live(tree)
    return tree


@pytest.fixture
def engine() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that does nothing."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


class Watching(Watchdog):
    """Notes what it tells, and knows without its standard input how the engine is."""

    told: list[str]

    def _look_after_engine(self, seconds: float) -> None:
        return None

    def _tell(self, words: str) -> None:
        self.told.append(words)


def watching(
    tree: Tree, engine: "subprocess.Popen[bytes]", *, engine_is_gone: bool = True
) -> Watching:
    journal = state_of(tree).hot
    assert journal is not None
    dog = Watching(
        ending_of(tree, ObedientMailSystem(tree.root)),
        TransactionId(journal.manifest.transaction),
        os.pidfd_open(engine.pid),
        engine_is_gone,
    )
    dog.told = []
    return dog


def main_cf(tree: Tree) -> bytes:
    return (tree.root / "etc/postfix/main.cf").read_bytes()


def failing_twice(real: Callable[..., object], error: Exception) -> Callable[..., object]:
    failures = [error, error]

    def fails(*arguments: object) -> object:
        if failures:
            raise failures.pop()
        return real(*arguments)

    return fails


def test_it_takes_back_what_its_engine_has_left(
    tree: Tree, engine: "subprocess.Popen[bytes]"
) -> None:
    dog = watching(tree, engine)

    dog.watch()

    assert main_cf(tree) == OLD_MAIN
    assert dog.told == [f"transaction {dog.transaction} was rolled back: its run was killed"]


@pytest.mark.parametrize("error", [RuntimeError("a surprise"), OSError(28, "no room")])
def test_what_goes_wrong_once_is_tried_again(
    tree: Tree,
    engine: "subprocess.Popen[bytes]",
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    dog = watching(tree, engine)
    monkeypatch.setattr(Ending, "take_back", failing_twice(Ending.take_back, error))

    dog.watch()

    assert main_cf(tree) == OLD_MAIN
    assert "is tried again and again" in dog.told[0]


def test_a_record_that_cannot_be_read_just_now_does_not_end_the_watch(
    tree: Tree, engine: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    dog = watching(tree, engine)
    error = DamagedManifest("too many open files")
    monkeypatch.setattr(Journal, "is_readable", failing_twice(Journal.is_readable, error))

    dog.watch()

    assert main_cf(tree) == OLD_MAIN


def test_a_conflict_is_told_without_the_lines(
    tree: Tree, engine: "subprocess.Popen[bytes]"
) -> None:
    (tree.root / "etc/postfix/main.cf").write_bytes(b"new = theirs\n")
    before = stock(tree.root)
    dog = watching(tree, engine)

    dog.watch()

    (told,) = dog.told
    assert "somebody has edited the same lines" in told
    assert "theirs" not in told
    assert stock(tree.root) == before


def test_an_engine_that_works_is_left_alone(
    tree: Tree, engine: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the transaction itself, while the watchdog looks on."""
    dog = watching(tree, engine, engine_is_gone=False)
    looks = 0

    def look(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 5:
            assert main_cf(tree) == NEW_MAIN
            with locked(state_of(tree).path):
                journal = state_of(tree).hot
                assert journal is not None
                dog.ending.complete(journal, "applied")

    monkeypatch.setattr(dog, "_look_after_engine", look)

    dog.watch()

    assert main_cf(tree) == NEW_MAIN
    assert engine.poll() is None


def test_an_engine_that_is_stuck_is_ended_before_its_change_is_taken_back(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "APPLYING_LIMIT", 0.0)
    holding = (
        "import fcntl, sys, time\n"
        "lock = open(sys.argv[1], 'a')\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(state_of(tree).path / "lock")], stdout=subprocess.PIPE
    ) as stuck:
        assert stuck.stdout is not None
        stuck.stdout.readline()
        dog = watching(tree, stuck, engine_is_gone=False)
        monkeypatch.setattr(watchdog, "GRACE", 1.0)

        dog.watch()

        wait_until(lambda: stuck.poll() is not None)
    assert stuck.returncode == -signal.SIGKILL
    assert main_cf(tree) == OLD_MAIN

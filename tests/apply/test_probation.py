"""How long a change waits is counted by a clock that nobody can set."""

import errno
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pfwizard.apply import clock, probation, recovery
from pfwizard.apply.clock import BootSeconds, seconds_since_boot
from pfwizard.apply.ending import CONFIRMED
from pfwizard.apply.journal import Journal, StateDirectory
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.probation import Probation
from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from tests.apply.builders import (
    NEW_MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    ending_of,
    plan_of,
    stock,
    transaction,
)


class Clock:
    """Seconds since the start of the machine, as a test wants them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> BootSeconds:
        return BootSeconds(self.now)


@pytest.fixture
def boot_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    now = Clock()
    for module in ("recovery", "transaction"):
        monkeypatch.setattr(f"pfwizard.apply.{module}.seconds_since_boot", now)
    monkeypatch.setattr(probation, "PAUSE", 0)
    return now


def on_probation(tree: Tree, mail_system: ObedientMailSystem, seconds: float) -> TransactionId:
    run = transaction(tree, mail_system, probation=seconds)
    return run.apply(plan_of()).transaction


def guard(tree: Tree, mail_system: ObedientMailSystem) -> Probation:
    return Probation(ending_of(tree, mail_system), lambda words: None)


def main_cf(tree: Tree) -> bytes:
    return (tree.root / "etc/postfix/main.cf").read_bytes()


def test_it_is_over_when_its_time_is(
    tree: Tree, mail_system: ObedientMailSystem, boot_clock: Clock
) -> None:
    before = stock(tree.root)
    identifier = on_probation(tree, mail_system, 120)
    looks: list[bytes] = []

    def tick() -> None:
        looks.append(main_cf(tree))
        boot_clock.now += 50

    with pytest.raises(RolledBack, match="was taken back: it was not confirmed in time") as caught:
        guard(tree, mail_system).wait(identifier, tick)

    assert looks == [NEW_MAIN] * 3
    assert stock(tree.root) == before
    assert caught.value.exit_status is ExitStatus.ROLLED_BACK


@pytest.mark.parametrize("wall_clock", [0.0, 4e9], ids=["set back", "set forward"])
def test_a_clock_that_is_set_changes_nothing(
    tree: Tree,
    mail_system: ObedientMailSystem,
    boot_clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    wall_clock: float,
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    monkeypatch.setattr(time, "time", lambda: wall_clock)
    waiting = guard(tree, mail_system)
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        boot_clock.now += 1
        if looks == 100:
            waiting.confirm()

    waiting.wait(identifier, look)

    assert main_cf(tree) == NEW_MAIN


def test_the_clock_that_counts_is_not_the_one_that_can_be_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = seconds_since_boot()
    for name in ("time", "time_ns"):
        monkeypatch.setattr(time, name, lambda: 0)

    assert before <= seconds_since_boot() < before + 3600


def test_a_confirmation_in_time_keeps_the_change(
    tree: Tree, mail_system: ObedientMailSystem, boot_clock: Clock
) -> None:
    on_probation(tree, mail_system, 120)
    boot_clock.now += 119

    guard(tree, mail_system).confirm()
    boot_clock.now += 1000

    assert main_cf(tree) == NEW_MAIN


def test_a_confirmation_after_its_time_takes_the_change_back(
    tree: Tree, mail_system: ObedientMailSystem, boot_clock: Clock
) -> None:
    on_probation(tree, mail_system, 120)
    boot_clock.now += 121

    with pytest.raises(RolledBack, match="came too late"):
        guard(tree, mail_system).confirm()

    assert main_cf(tree) == OLD_MAIN


def test_a_confirmation_after_a_restart_is_none(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_probation(tree, mail_system, 120)
    monkeypatch.setattr(recovery, "boot_id", lambda: "another start")

    with pytest.raises(RolledBack):
        guard(tree, mail_system).confirm()

    assert main_cf(tree) == OLD_MAIN


def test_a_change_that_is_being_taken_back_cannot_be_confirmed_any_more(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    """Whoever took it back has died in the middle."""
    on_probation(tree, mail_system, 120)

    def die(*arguments: object) -> None:
        raise KeyboardInterrupt

    ending = ending_of(tree, mail_system)
    hot = ending.state.hot
    assert hot is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pfwizard.apply.ending.take_back", die)
        with pytest.raises(KeyboardInterrupt):
            ending.take_back(hot, "not confirmed")

    with pytest.raises(RolledBack, match="is not possible: it was being taken back"):
        guard(tree, mail_system).confirm()

    assert main_cf(tree) == OLD_MAIN


def test_what_was_confirmed_cannot_be_confirmed_again(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    guard(tree, mail_system).confirm()

    with pytest.raises(Failed, match=f"The last one, {identifier}, was applied and confirmed"):
        guard(tree, mail_system).confirm()


def test_what_was_confirmed_cannot_be_ended_any_more(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    guard(tree, mail_system).confirm()

    assert not guard(tree, mail_system).end_now(identifier, "pfwizard rollback was run")
    assert main_cf(tree) == NEW_MAIN


def test_another_change_than_the_one_that_is_meant_stays(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    on_probation(tree, mail_system, 120)

    assert not guard(tree, mail_system).end_now(TransactionId("0007-5be1c0de"), "a mistake")
    assert main_cf(tree) == NEW_MAIN


def test_a_postfix_that_did_not_come_back_is_told_by_everybody_who_waits(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    mail_system.fails_at = "revive"
    with pytest.raises(NeedsHuman):
        guard(tree, mail_system).end_now(identifier, "not wanted")

    with pytest.raises(NeedsHuman, match="could not be made to use them: revive failed"):
        guard(tree, mail_system).wait(identifier, lambda: None)


def test_a_change_that_was_set_aside_is_not_said_to_be_taken_back(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    shutil.rmtree(tree.root / "var/lib/pfwizard/journal")

    with pytest.raises(NeedsHuman, match="is not in the history"):
        guard(tree, mail_system).wait(identifier, lambda: None)


def test_a_confirmation_that_nobody_could_tidy_up_after_counts(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    monkeypatch.setattr("pfwizard.apply.ending.remove_old_files", refused)

    guard(tree, mail_system).confirm()
    guard(tree, mail_system).wait(identifier, lambda: None)

    assert main_cf(tree) == NEW_MAIN


def refused(tree: Tree, journal: Journal) -> None:
    raise OSError(errno.EPERM, "not permitted")


def test_without_a_boot_id_a_clock_that_went_back_means_a_restart(
    tree: Tree, mail_system: ObedientMailSystem, boot_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("recovery", "transaction"):
        monkeypatch.setattr(f"pfwizard.apply.{module}.boot_id", lambda: "")
    boot_clock.now = 1e6
    on_probation(tree, mail_system, 120)
    boot_clock.now = 50.0

    with pytest.raises(RolledBack):
        guard(tree, mail_system).confirm()


def test_a_machine_without_a_boot_id_counts_from_its_only_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clock, "BOOT_ID", tmp_path / "absent")

    assert clock.boot_id() == ""


@pytest.mark.parametrize("look", ["filed", "done"])
def test_a_result_is_found_while_its_transaction_is_filed_away(
    tree: Tree, mail_system: ObedientMailSystem, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    identifier = on_probation(tree, mail_system, 120)
    state = ending_of(tree, mail_system).state
    assert state.hot is not None
    state.hot.note_result(CONFIRMED)
    retired = state.retire(state.hot)
    moves = iter([lambda: state.file_away(retired, CONFIRMED)])

    def followed_by_a_move(original: Callable[..., Journal | None]) -> Callable[..., object]:
        def looked(*arguments: object) -> Journal | None:
            found = original(*arguments)
            next(moves, lambda: None)()
            return found

        return looked

    filed, done = StateDirectory.filed, vars(StateDirectory)["done"].fget
    if look == "filed":
        monkeypatch.setattr(StateDirectory, "filed", followed_by_a_move(filed))
    else:
        monkeypatch.setattr(StateDirectory, "done", property(followed_by_a_move(done)))

    assert guard(tree, mail_system).result_of(identifier) == CONFIRMED

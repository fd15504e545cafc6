"""What probes have found is kept with the history, and nothing depends on it."""

from dataclasses import replace as with_other
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pfwizard.apply.history import Entry, History
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.trial_files import Occasion, file_of, keep_trial
from pfwizard.machine.tree import Tree
from pfwizard.prove import trial as trials
from pfwizard.prove.trial import Trial, keep, trials_of
from pfwizard.prove.verdict import Statements
from tests.apply.builders import (
    MAIN,
    ObedientMailSystem,
    plan_of,
    replace,
    small_tree,
    state_of,
    transaction,
)

PASSED = Statements("login", "127.0.0.1:465 PLAIN").passed("ada can log in")
FAILED = Statements("tls", "127.0.0.1:25").failed("it does not begin", "Look at the key.")

THEN = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
VERIFIED = Trial(Occasion.VERIFY, THEN, (PASSED, FAILED))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return small_tree(tmp_path)


def change(tree: Tree, after: bytes) -> TransactionId:
    changes = [replace(MAIN, tree.outside(MAIN).read_bytes(), after)]
    return transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of(changes)).transaction


def entry(tree: Tree, name: str) -> Entry:
    return History(state_of(tree)).find(name)


def test_what_was_found_is_read_as_it_was_kept() -> None:
    assert Trial.decoded(Occasion.VERIFY, VERIFIED.encoded) == VERIFIED


def test_it_is_kept_with_the_last_change_that_is_live(tree: Tree) -> None:
    change(tree, b"a = 1\n")
    second = change(tree, b"a = 2\n")

    assert keep(state_of(tree), VERIFIED)

    assert list(trials_of(entry(tree, second))) == [VERIFIED]
    assert not list(trials_of(entry(tree, "1")))


def test_it_is_kept_with_the_transaction_that_is_named(tree: Tree) -> None:
    first = change(tree, b"a = 1\n")
    change(tree, b"a = 2\n")

    assert keep(state_of(tree), VERIFIED, first)

    assert list(trials_of(entry(tree, first))) == [VERIFIED]


def test_a_later_one_of_the_same_occasion_takes_its_place(tree: Tree) -> None:
    change(tree, b"a = 1\n")
    keep(state_of(tree), VERIFIED)
    later = Trial(Occasion.VERIFY, THEN, (PASSED,))

    keep(state_of(tree), later)

    assert list(trials_of(entry(tree, "1"))) == [later]


def test_of_each_occasion_one_is_kept(tree: Tree) -> None:
    change(tree, b"a = 1\n")
    for occasion in reversed(Occasion):
        keep(state_of(tree), Trial(occasion, THEN, (PASSED,)))

    assert [each.occasion for each in trials_of(entry(tree, "1"))] == list(Occasion)


def test_an_entry_of_an_earlier_version_has_none(tree: Tree) -> None:
    change(tree, b"a = 1\n")

    assert not list(trials_of(entry(tree, "1")))


@pytest.mark.parametrize("content", [b"\xff", b"{", b"[]", b'{"format": 2}', b'{"format": 1}'])
def test_what_cannot_be_read_is_passed_over(tree: Tree, content: bytes) -> None:
    change(tree, b"a = 1\n")
    keep_trial(entry(tree, "1").journal, Occasion.VERIFY, content)

    assert not list(trials_of(entry(tree, "1")))


def test_where_nothing_was_ever_applied_nothing_is_kept_or_made(tree: Tree) -> None:
    assert not keep(state_of(tree), VERIFIED)
    assert not state_of(tree).path.exists()


def test_a_disk_that_cannot_be_written_is_no_trouble(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(30, "Read-only file system")

    change(tree, b"a = 1\n")
    monkeypatch.setattr(trials, "keep_trial", refuse)

    assert not keep(state_of(tree), VERIFIED)


def test_a_kill_before_it_counts_leaves_the_one_before(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(tree, b"a = 1\n")
    keep(state_of(tree), VERIFIED)

    def die(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(Path, "rename", die)
        keep(state_of(tree), Trial(Occasion.VERIFY, THEN, (PASSED,)))

    assert list(trials_of(entry(tree, "1"))) == [VERIFIED]
    assert keep(state_of(tree), Trial(Occasion.VERIFY, THEN, (PASSED,)))


def test_only_its_owner_can_read_it(tree: Tree) -> None:
    change(tree, b"a = 1\n")
    keep(state_of(tree), VERIFIED)
    journal = entry(tree, "1").journal

    assert (journal.directory / file_of(Occasion.VERIFY)).stat().st_mode & 0o077 == 0


def test_a_rehearsal_is_kept_from_the_first_moment_on_and_the_rest_joins_it_on_probation(
    tree: Tree,
) -> None:
    rehearsed = Trial(Occasion.REHEARSAL, THEN, (PASSED,))
    waiting = transaction(tree, ObedientMailSystem(tree.root), probation=60)
    changes = [replace(MAIN, tree.outside(MAIN).read_bytes(), b"a = 1\n")]

    made = with_other(waiting, rehearsal=rehearsed.encoded).apply(plan_of(changes))

    assert list(trials_of(entry(tree, made.transaction))) == [rehearsed]
    assert keep(state_of(tree), VERIFIED)
    assert list(trials_of(entry(tree, made.transaction))) == [rehearsed, VERIFIED]

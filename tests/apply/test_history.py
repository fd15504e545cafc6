"""What was done is known: numbered, listed, shown, and forgotten in time."""

from dataclasses import replace as with_other
from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.apply.ending import ALWAYS_WITH_SECRETS, RETAINED, SECRETS_KEPT_FOR
from pfwizard.apply.history import History
from pfwizard.apply.journal import Journal
from pfwizard.errors import Failed
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change, ChangeKind
from tests.apply.builders import (
    MAIN,
    NEW_MAIN,
    NOW,
    OLD_MAIN,
    ObedientMailSystem,
    plan_of,
    replace,
    state_of,
    transaction,
)

KEY = PurePosixPath("/etc/postfix/server.key")


def change_main(tree: Tree, after: bytes) -> str:
    now = tree.outside(MAIN).read_bytes()
    changes = [replace(MAIN, now, after)]
    return transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of(changes)).transaction


def history(tree: Tree) -> History:
    return History(state_of(tree))


def test_transactions_are_numbered_from_one(tree: Tree) -> None:
    identifiers = [change_main(tree, b"a = 1\n"), change_main(tree, b"a = 2\n")]

    assert [identifier[:5] for identifier in identifiers] == ["0001-", "0002-"]
    assert [entry.manifest.transaction for entry in history(tree).entries()] == identifiers


@pytest.mark.parametrize("name", ["2", "02", "0002"])
def test_a_transaction_is_found_by_its_number(tree: Tree, name: str) -> None:
    change_main(tree, b"a = 1\n")
    second = change_main(tree, b"a = 2\n")

    assert history(tree).find(name).manifest.transaction == second


def test_a_transaction_is_found_by_its_whole_identifier(tree: Tree) -> None:
    identifier = change_main(tree, b"a = 1\n")

    assert history(tree).find(identifier).manifest.transaction == identifier


@pytest.mark.parametrize("name", ["7", "0001-deadbeef", "", "../journal", "1" * 5000])
def test_a_transaction_that_is_not_there_is_told_with_those_that_are(tree: Tree, name: str) -> None:
    identifier = change_main(tree, b"a = 1\n")

    with pytest.raises(Failed, match="there is no transaction") as caught:
        history(tree).find(name)

    assert f"from {identifier} to {identifier}" in caught.value.remedy


def test_a_machine_without_a_history_says_so(tree: Tree) -> None:
    with pytest.raises(Failed, match="there is no transaction yet"):
        history(tree).find("1")


def test_a_transaction_is_shown_as_the_change_it_made(tree: Tree) -> None:
    transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of())

    changes = {change.path: change for change in history(tree).entries()[0].changes()}

    assert (changes[MAIN].before, changes[MAIN].after) == (OLD_MAIN, NEW_MAIN)
    assert [change.after for change in changes.values() if change.secret] == [None]


def test_a_content_that_is_gone_is_said_to_be_gone(tree: Tree) -> None:
    change_main(tree, b"a = 1\n")
    (entry,) = history(tree).entries()
    (entry.journal.directory / "before/0000-main.cf").unlink()

    (change,) = entry.changes()

    assert (change.before, change.summary) == (None, ("its content is not kept any more",))


def test_a_damaged_record_hides_no_other(tree: Tree) -> None:
    first = change_main(tree, b"a = 1\n")
    second = change_main(tree, b"a = 2\n")
    (state_of(tree).path / "history" / first / "manifest").write_bytes(b"")

    assert [entry.manifest.transaction for entry in history(tree).entries()] == [second]


def test_only_the_last_transactions_are_kept(tree: Tree) -> None:
    identifiers = [change_main(tree, b"a = %d\n" % number) for number in range(RETAINED + 2)]

    kept = [journal.directory.name for journal in state_of(tree).history()]

    assert kept == identifiers[2:]


def replaced_key(tree: Tree, age: timedelta, after: bytes) -> Journal:
    """A transaction of that age that has replaced a key."""
    before = tree.outside(KEY).read_bytes()
    change = Change(ChangeKind.REPLACE, KEY, KEY, 0o600, before, after, secret=True)
    run = with_other(transaction(tree, ObedientMailSystem(tree.root)), now=NOW - age)
    identifier = run.apply(plan_of([change])).transaction
    return Journal(state_of(tree).path / "history" / identifier)


def is_kept(journal: Journal) -> bool:
    return (journal.directory / "before/0000-server.key").exists()


def test_keys_are_forgotten_sooner_than_the_rest(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.outside(KEY).write_bytes(b"first\n")
    too_old = replaced_key(tree, SECRETS_KEPT_FOR + timedelta(days=400), b"second\n")
    for number in range(ALWAYS_WITH_SECRETS):
        change_main(tree, b"a = %d\n" % number)

    assert not is_kept(too_old)
    assert (too_old.directory / "manifest").exists()


def test_the_keys_of_the_last_transactions_stay_whatever_the_clock_says(tree: Tree) -> None:
    tree.outside(KEY).write_bytes(b"first\n")
    journal = replaced_key(tree, timedelta(days=4000), b"second\n")
    change_main(tree, b"a = 1\n")

    assert is_kept(journal)

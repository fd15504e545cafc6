"""Taking back what is over: a transaction like any other, on the files as they are now."""

import os
from dataclasses import replace as with_other
from pathlib import PurePosixPath
from typing import cast

import pytest

from pfwizard.apply.history import History
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.rollback import Rollback, RollbackConflict
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change, ChangeKind
from tests.apply.builders import (
    KEY,
    KEY_DIRECTORY,
    MAIN,
    MASTER,
    NEW_KEY,
    NEW_MAIN,
    OLD_MAIN,
    OLD_MASTER,
    ObedientMailSystem,
    create,
    mkdir,
    plan_of,
    replace,
    state_of,
    stock,
    transaction,
)


def apply(tree: Tree, changes: tuple[Change, ...] | None = None, undoes: str = "") -> None:
    run = transaction(tree, ObedientMailSystem(tree.root))
    if undoes:
        run = with_other(run, undoes=TransactionId(undoes))
    run.apply(plan_of() if changes is None else plan_of(changes))


def changes_back(tree: Tree, name: str = "") -> tuple[Change, ...]:
    history = History(state_of(tree))
    entry = history.find(name) if name else history.last_in_place()
    return Rollback(entry, tree, cast(Facts, None), history.later(entry)).changes()


def roll_back(tree: Tree, name: str = "") -> None:
    history = History(state_of(tree))
    entry = history.find(name) if name else history.last_in_place()
    apply(tree, changes_back(tree, name), entry.manifest.transaction)


def contents(tree: Tree) -> dict[str, tuple[int, bytes | None]]:
    return {path: (entry.mode, entry.content) for path, entry in stock(tree.root).items()}


def test_everything_is_as_before_the_change(tree: Tree) -> None:
    before = contents(tree)
    apply(tree)

    roll_back(tree)

    assert contents(tree) == before


def test_a_mode_that_was_changed_is_as_before_too(tree: Tree) -> None:
    before = contents(tree)
    apply(tree, (with_other(replace(MAIN, OLD_MAIN, NEW_MAIN), mode=0o600, sets_mode=True),))

    roll_back(tree)

    assert contents(tree) == before


def test_what_went_live_last_goes_back_first(tree: Tree) -> None:
    apply(tree)

    kinds = [(change.kind, change.path) for change in changes_back(tree)]

    assert kinds == [
        (ChangeKind.REPLACE, MAIN),
        (ChangeKind.REPLACE, MASTER),
        (ChangeKind.DELETE, KEY),
        (ChangeKind.RMDIR, KEY_DIRECTORY),
    ]


def test_a_rollback_can_be_rolled_back(tree: Tree) -> None:
    apply(tree)
    applied = contents(tree)
    roll_back(tree)

    roll_back(tree, "2")

    assert contents(tree) == applied
    assert tree.outside(KEY).read_bytes() == NEW_KEY


def test_the_last_change_that_is_in_place_is_taken_back(tree: Tree) -> None:
    """Not the rollback, and not what it has taken back already."""
    apply(tree, (replace(MAIN, OLD_MAIN, b"a = 1\n"),))
    apply(tree, (replace(MAIN, b"a = 1\n", b"a = 2\n"),))
    roll_back(tree)

    roll_back(tree)

    assert tree.outside(MAIN).read_bytes() == OLD_MAIN
    with pytest.raises(Failed, match="no change that could be taken back"):
        roll_back(tree)


def test_an_older_change_goes_without_the_younger_ones(tree: Tree) -> None:
    apply(tree, (replace(MAIN, OLD_MAIN, OLD_MAIN + b"first = 1\n"),))
    apply(tree, (replace(MAIN, OLD_MAIN + b"first = 1\n", OLD_MAIN + b"first = 1\nlast = 2\n"),))

    roll_back(tree, "1")

    assert tree.outside(MAIN).read_bytes() == OLD_MAIN + b"last = 2\n"


def test_what_somebody_has_edited_since_is_kept(tree: Tree) -> None:
    apply(tree)
    tree.outside(MAIN).write_bytes(NEW_MAIN + b"by = hand\n")

    roll_back(tree)

    assert tree.outside(MAIN).read_bytes() == OLD_MAIN + b"by = hand\n"


def test_a_conflict_names_the_line_and_both_values_and_touches_nothing(tree: Tree) -> None:
    apply(tree)
    tree.outside(MAIN).write_bytes(b"# a comment\nnew = theirs\n")
    before = stock(tree.root)

    with pytest.raises(RollbackConflict) as caught:
        roll_back(tree)

    assert caught.value.message == (
        "/etc/postfix/main.cf: line 2: new was edited by somebody else since: this change left it "
        '"main", now it is "theirs", and before the change it was not set'
    )
    assert caught.value.remedy == (
        "Nothing was touched. Give what is named here the value again that the change left it "
        "with, or the one from before the change, and run it again."
    )
    assert stock(tree.root) == before


def test_a_conflict_in_a_service_that_was_added_names_the_column_and_its_value(tree: Tree) -> None:
    added = OLD_MASTER + b"465 inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n"
    apply(tree, (replace(MASTER, OLD_MASTER, added),))
    tree.outside(MASTER).write_bytes(added.replace(b"- n -", b"- y -"))

    with pytest.raises(RollbackConflict) as caught:
        roll_back(tree)

    assert caught.value.message == (
        "/etc/postfix/master.cf: line 2: 465/inet chroot was edited by somebody else since: this "
        'change left it "n", now it is "y", and before the change it was not set'
    )


def test_with_the_value_of_the_change_again_there_is_no_conflict(tree: Tree) -> None:
    added = OLD_MASTER + b"465 inet n - n - - smtpd\n"
    apply(tree, (replace(MASTER, OLD_MASTER, added),))
    tree.outside(MASTER).write_bytes(added.replace(b"465 inet", b"465  inet"))

    roll_back(tree)

    assert tree.outside(MASTER).read_bytes() == OLD_MASTER


TABLE = PurePosixPath("/etc/postfix/relay_clientcerts")


def fill_table(tree: Tree, *lines: str) -> None:
    """As one client is added after the other."""
    for number in range(len(lines)):
        before, after = "".join(lines[:number]), "".join(lines[: number + 1])
        change = (
            replace(TABLE, before.encode(), after.encode())
            if number
            else create(TABLE, after.encode())
        )
        apply(tree, (change,))


def names(tree: Tree, *numbers: int) -> list[str]:
    history = History(state_of(tree))
    return [history.find(str(number)).manifest.transaction for number in numbers]


@pytest.mark.parametrize(("older", "younger"), [("1", (2, 3)), ("2", (3,))])
def test_what_later_changes_are_built_on_is_not_taken_back_before_them(
    tree: Tree, older: str, younger: tuple[int, ...]
) -> None:
    fill_table(tree, "anna\n", "berto\n", "carla\n")
    before = stock(tree.root)

    with pytest.raises(RollbackConflict) as caught:
        roll_back(tree, older)

    later = names(tree, *younger)
    assert caught.value.message == f"{TABLE}: was changed since by {' and '.join(later)}"
    commands = ", ".join(f"pfwizard rollback {each}" for each in reversed(later))
    assert caught.value.remedy == (
        f"Nothing was touched. Take back first what came later: {commands}."
    )
    assert stock(tree.root) == before


def test_in_the_order_that_is_named_they_all_go_back(tree: Tree) -> None:
    fill_table(tree, "anna\n", "berto\n", "carla\n")

    for number in ("3", "2", "1"):
        roll_back(tree, number)

    assert not tree.outside(TABLE).exists()


def test_what_was_taken_back_already_stands_in_nobodys_way(tree: Tree) -> None:
    fill_table(tree, "anna\n", "berto\n", "carla\n")
    roll_back(tree, "3")

    with pytest.raises(RollbackConflict) as caught:
        roll_back(tree, "1")

    assert caught.value.message.endswith(f"was changed since by {names(tree, 2)[0]}")


def test_a_person_who_has_edited_it_too_is_the_one_who_is_named(tree: Tree) -> None:
    fill_table(tree, "anna\n", "berto\n")
    tree.outside(TABLE).write_bytes(b"by hand\n")

    with pytest.raises(RollbackConflict, match="was edited by somebody else since"):
        roll_back(tree, "1")


def test_every_conflict_is_told_at_once(tree: Tree) -> None:
    apply(tree)
    tree.outside(MAIN).write_bytes(b"new = theirs\n")
    tree.outside(KEY).write_bytes(b"another key\n")

    with pytest.raises(RollbackConflict, match=r"main\.cf: .*; /etc/ssl/private/ca\.key: was edi"):
        roll_back(tree)


def test_what_is_old_already_stays(tree: Tree) -> None:
    apply(tree)
    tree.outside(MAIN).write_bytes(OLD_MAIN)

    assert MAIN not in [change.path for change in changes_back(tree)]


def test_a_copy_that_was_tampered_with_is_not_used(tree: Tree) -> None:
    apply(tree)
    (entry,) = History(state_of(tree)).entries()
    (copy,) = (entry.journal.directory / "before").glob("*-main.cf")
    copy.write_bytes(b"relay = for everybody\n")
    before = stock(tree.root)

    with pytest.raises(NeedsHuman, match="what it was before is not kept any more") as caught:
        roll_back(tree)

    assert "is not what was kept there" in caught.value.remedy
    assert stock(tree.root) == before


def test_a_copy_that_is_missing_touches_nothing(tree: Tree) -> None:
    apply(tree)
    (entry,) = History(state_of(tree)).entries()
    for copy in (entry.journal.directory / "before").iterdir():
        copy.unlink()
    before = stock(tree.root)

    with pytest.raises(NeedsHuman, match="not kept any more"):
        roll_back(tree)

    assert stock(tree.root) == before


def test_a_directory_that_somebody_uses_stays(tree: Tree) -> None:
    apply(tree)
    theirs = tree.outside(KEY_DIRECTORY) / "theirs.key"
    theirs.write_bytes(b"theirs")

    roll_back(tree)

    assert theirs.read_bytes() == b"theirs"
    assert not tree.outside(KEY).exists()


def test_a_directory_comes_back_with_the_mode_it_had(tree: Tree) -> None:
    apply(tree, (mkdir(KEY_DIRECTORY, 0o710),))
    roll_back(tree)
    assert not tree.outside(KEY_DIRECTORY).exists()

    roll_back(tree, "2")

    assert tree.outside(KEY_DIRECTORY).stat().st_mode & 0o7777 == 0o710


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_removed_file_comes_back_with_owner_and_attributes(tree: Tree) -> None:
    apply(tree)
    key = tree.outside(KEY)
    os.chown(key, 1234, 2345)
    key.chmod(0o640)
    os.setxattr(key, "user.note", b"by hand")
    roll_back(tree)

    roll_back(tree, "2")

    status = key.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (1234, 2345, 0o640)
    assert os.getxattr(key, "user.note") == b"by hand"


def test_a_rollback_of_a_rollback_makes_the_change_one_that_can_be_taken_back(tree: Tree) -> None:
    apply(tree)
    roll_back(tree)
    roll_back(tree, "2")

    assert History(state_of(tree)).last_in_place().manifest.transaction.startswith("0001-")


def test_what_is_not_in_place_is_not_taken_back(tree: Tree) -> None:
    apply(tree)
    roll_back(tree)

    with pytest.raises(Failed, match="was taken back already, by 0002-"):
        History(state_of(tree)).find_in_place("1")


def test_master_cf_is_back_byte_for_byte(tree: Tree) -> None:
    apply(tree)

    roll_back(tree)

    assert tree.outside(MASTER).read_bytes() == OLD_MASTER

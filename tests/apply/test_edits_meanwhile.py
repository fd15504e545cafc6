"""Somebody else changes a file after the plan was made, or while it is carried out: it is kept."""

import dataclasses
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import ExitStatus, Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Premise, Reload, SmtpPort
from tests.apply.builders import (
    CHANGES,
    KEY,
    MAIN,
    NEW_KEY,
    NEW_MASTER,
    OLD_MAIN,
    OLD_MASTER,
    ObedientMailSystem,
    content_of,
    create,
    plan_of,
    stock,
    transaction,
)

RELOAD = Reload((SmtpPort(25, greets=True),))


def edit_in_place(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"by = hand\n")


def edit_by_rename(file: Path) -> None:
    draft = file.with_name("draft")
    draft.write_bytes(file.read_bytes() + b"by = hand\n")
    draft.rename(file)


EDITS = pytest.mark.parametrize("edit", [edit_in_place, edit_by_rename])


def edit_the_same_line(file: Path) -> None:
    file.write_bytes(b"new = theirs\n")


def test_an_edit_made_since_the_plan_is_not_overwritten(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    (tree.root / "etc/postfix/main.cf").write_bytes(b"somebody = else\n")
    before = stock(tree.root)

    with pytest.raises(Failed, match="changed by somebody else"):
        transaction(tree, mail_system).apply(plan_of())

    assert stock(tree.root) == before


def test_a_file_created_since_the_plan_is_not_overwritten(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    note = PurePosixPath("/etc/postfix/note")
    tree.outside(note).write_bytes(b"")

    with pytest.raises(Failed, match="/etc/postfix/note"):
        transaction(tree, mail_system).apply(plan_of([create(note, b"ours")]))

    assert content_of(tree, note) == b""


def test_a_premise_that_no_longer_holds_stops_the_run(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    """The plan changes master.cf alone, but it was made from main.cf too."""
    plan = dataclasses.replace(
        plan_of([CHANGES[2]]), premises=(Premise(MAIN, b"mynetworks = 127.0.0.1\n"),)
    )
    before = stock(tree.root)

    with pytest.raises(Failed, match=r"/etc/postfix/main\.cf: was changed by somebody else"):
        transaction(tree, mail_system).apply(plan)

    assert stock(tree.root) == before


@EDITS
def test_an_edit_made_while_files_are_staged_is_kept_and_stops_the_run(
    tree: Tree, mail_system: ObedientMailSystem, edit: Callable[[Path], None]
) -> None:
    file = tree.root / "etc/postfix/main.cf"
    mail_system.meanwhile["rejects"] = lambda: edit(file)

    with pytest.raises(Failed, match="was changed by somebody else"):
        transaction(tree, mail_system).apply(plan_of())

    assert file.read_bytes() == OLD_MAIN + b"by = hand\n"
    assert (tree.root / "etc/postfix/master.cf").read_bytes() == OLD_MASTER


@EDITS
def test_an_edit_made_while_the_change_is_live_survives_its_being_taken_back(
    tree: Tree, mail_system: ObedientMailSystem, edit: Callable[[Path], None]
) -> None:
    file = tree.root / "etc/postfix/main.cf"
    mail_system.meanwhile["reload"] = lambda: edit(file)
    mail_system.fails_at = "reload"

    with pytest.raises(RolledBack):
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert file.read_bytes() == OLD_MAIN + b"by = hand\n"
    assert (tree.root / "etc/postfix/master.cf").read_bytes() == OLD_MASTER


def test_an_edit_of_the_same_lines_keeps_everything_as_it_is(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    file = tree.root / "etc/postfix/main.cf"
    mail_system.meanwhile["reload"] = lambda: edit_the_same_line(file)
    mail_system.fails_at = "reload"

    with pytest.raises(
        NeedsHuman, match=r"main\.cf: line 1: new was edited by somebody else"
    ) as caught:
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    assert file.read_bytes() == b"new = theirs\n"
    assert (tree.root / "etc/postfix/master.cf").read_bytes() == NEW_MASTER
    assert content_of(tree, KEY) == NEW_KEY
    assert caught.value.exit_status is ExitStatus.NEEDS_HUMAN


def test_what_could_not_be_put_back_is_reported_again_by_the_next_run(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    file = tree.root / "etc/postfix/main.cf"
    mail_system.meanwhile["reload"] = lambda: edit_the_same_line(file)
    mail_system.fails_at = "reload"
    with pytest.raises(NeedsHuman):
        transaction(tree, mail_system).apply(plan_of(actions=[RELOAD]))

    with pytest.raises(NeedsHuman, match="new was edited by somebody else"):
        transaction(tree, mail_system).apply(plan_of())

    assert file.read_bytes() == b"new = theirs\n"


def test_a_file_that_somebody_else_creates_while_ours_is_staged_stays(
    tree: Tree, mail_system: ObedientMailSystem
) -> None:
    note = PurePosixPath("/etc/postfix/note")

    def somebody_else() -> None:
        tree.outside(note).write_bytes(b"theirs")

    mail_system.meanwhile["rejects"] = somebody_else

    with pytest.raises(Failed, match="was changed by somebody else"):
        transaction(tree, mail_system).apply(plan_of([create(note, b"ours")]))

    assert content_of(tree, note) == b"theirs"

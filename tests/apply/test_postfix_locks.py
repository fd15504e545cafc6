"""Postfix's own lock: who edits by its rules waits, and is not lost."""

import fcntl
import multiprocessing
import os
import threading
from pathlib import Path
from typing import cast

import pytest

from pfwizard.apply import postfix_locks
from pfwizard.apply.history import History
from pfwizard.apply.postfix_locks import editing
from pfwizard.apply.rollback import Rollback
from pfwizard.errors import Busy, Failed
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import Tree
from tests.apply.builders import (
    NEW_MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    instance_of,
    plan_of,
    replace,
    state_of,
    transaction,
)


def edit_as_postconf_does(main_cf: Path, line: bytes) -> None:
    """src/util/edit_file.c: lock main.cf.tmp, make sure that it is the one, write, rename."""
    draft = main_cf.with_name("main.cf.tmp")
    while True:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            if os.path.samestat(draft.stat(), os.fstat(descriptor)):
                break
        except FileNotFoundError:
            pass
        os.close(descriptor)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, main_cf.read_bytes() + line)
    os.fchmod(descriptor, 0o644)
    draft.rename(main_cf)
    os.close(descriptor)


def test_the_locks_are_gone_afterwards(tree: Tree) -> None:
    with editing(instance_of(tree)):
        held = sorted(path.name for path in (tree.root / "etc/postfix").iterdir())

    assert held == ["main.cf", "main.cf.tmp", "master.cf", "master.cf.tmp"]
    assert sorted(path.name for path in (tree.root / "etc/postfix").iterdir()) == [
        "main.cf",
        "master.cf",
    ]


def test_an_editor_waits_for_the_whole_change_and_reads_the_file_afterwards(tree: Tree) -> None:
    main_cf = tree.root / "etc/postfix/main.cf"
    editor = threading.Thread(target=edit_as_postconf_does, args=(main_cf, b"by = postconf\n"))
    mail_system = ObedientMailSystem(tree.root)
    mail_system.meanwhile["rejects"] = editor.start

    transaction(tree, mail_system).apply(plan_of())
    editor.join()

    assert main_cf.read_bytes() == NEW_MAIN + b"by = postconf\n"


def test_a_lock_that_is_not_let_go_of_is_told(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postfix_locks, "PATIENCE", 0.05)
    draft = tree.root / "etc/postfix/main.cf.tmp"
    with draft.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        with pytest.raises(Busy, match=r"main\.cf\.tmp: somebody is editing"):
            transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of())

    assert (tree.root / "etc/postfix/main.cf").read_bytes() == OLD_MAIN


def test_a_draft_that_a_killed_postconf_has_left_is_in_nobodys_way(tree: Tree) -> None:
    draft = tree.root / "etc/postfix/main.cf.tmp"
    draft.write_bytes(b"half of it")

    transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of())

    assert (tree.root / "etc/postfix/main.cf").read_bytes() == NEW_MAIN
    assert not draft.exists()


def edit_again_and_again(main_cf: Path, count: int) -> None:
    for number in range(count):
        edit_as_postconf_does(main_cf, b"edit_%d = made\n" % number)


def test_of_a_hundred_edits_beside_changes_and_their_taking_back_none_is_lost(tree: Tree) -> None:
    """Each change either finds the file as planned, or is made anew from what is there."""
    main_cf = tree.root / "etc/postfix/main.cf"
    path = instance_of(tree).config_directory / "main.cf"
    mail_system = ObedientMailSystem(tree.root)
    editor = multiprocessing.get_context("fork").Process(
        target=edit_again_and_again, args=(main_cf, 100)
    )
    editor.start()
    applied = 0
    while editor.is_alive() or applied < 3:
        now = main_cf.read_bytes()
        try:
            ours = replace(path, now, now + b"ours = %d\n" % applied)
            transaction(tree, mail_system).apply(plan_of([ours]))
        except Failed:
            continue  # edited since the plan was made
        applied += 1
        entry = History(state_of(tree)).last_in_place()
        back = Rollback(entry, tree, cast(Facts, None)).changes()
        try:
            transaction(tree, mail_system).apply(plan_of(back))
        except Failed:
            continue
    editor.join()

    lines = main_cf.read_bytes().splitlines()
    assert [b"edit_%d = made" % number for number in range(100) if
            b"edit_%d = made" % number not in lines] == []  # fmt: skip
    assert applied >= 3

"""A system call that fails, whichever it is and wherever it stands, leaves the old tree or the new.

The calls are counted in a run that succeeds; then each of them is made to fail in a run of its own.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pfwizard.apply.transaction import Transaction
from pfwizard.errors import PfwizardError
from tests.apply.builders import (
    NEW_MAIN,
    Entry,
    ObedientMailSystem,
    plan_of,
    small_tree,
    stock,
    transaction,
)

MUTATING = (
    "open",
    "link",
    "rename",
    "unlink",
    "mkdir",
    "rmdir",
    "chmod",
    "fchmod",
    "fsync",
    "utime",
)
"""The functions of os through which a transaction writes; pathlib goes through them too."""

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES)


class Call:
    """Lets calls through and counts them, but for one, which fails."""

    def __init__(self, failing: int | None, error: int) -> None:
        self.failing = failing
        self.error = error
        self.count = 0

    def guarding(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count - 1 == self.failing:
                raise OSError(self.error, os.strerror(self.error), str(arguments[0]))
            return original(*arguments, **named)

        return guarded


@contextmanager
def one_call_failing(
    monkeypatch: pytest.MonkeyPatch, failing: int | None, error: int
) -> Iterator[Call]:
    call = Call(failing, error)
    with monkeypatch.context() as patched:
        for name in MUTATING:
            patched.setattr(os, name, call.guarding(getattr(os, name)))
        yield call


def prepared(root: Path) -> Transaction:
    """A transaction whose own state directory is there already."""
    tree = small_tree(root)
    (root / "var/lib/pfwizard/history").mkdir(parents=True)
    return transaction(tree, ObedientMailSystem(root))


def number_of_calls(root: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    work = prepared(root)
    with one_call_failing(monkeypatch, None, 0) as call:
        work.apply(plan_of())
    return call.count


def contents(entries: dict[str, Entry]) -> dict[str, bytes | None]:
    """By path, without old files that could not be removed after the change was complete."""
    return {path: entry.content for path, entry in entries.items() if not path.endswith("t1-old")}


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_whichever_call_fails_the_tree_is_the_old_one_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    (tmp_path / "counted").mkdir()
    total = number_of_calls(tmp_path / "counted", monkeypatch)
    new = contents(stock(tmp_path / "counted"))

    mixed = []
    for number in range(total):
        root = tmp_path / str(number)
        root.mkdir()
        work = prepared(root)
        old = stock(root)
        with one_call_failing(monkeypatch, number, error):
            failure = outcome(work)
        is_old, is_new = stock(root) == old, contents(stock(root)) == new
        if not (is_old if failure else is_new):
            mixed.append((number, failure, sorted(set(stock(root)) ^ set(old))))

    assert total > 40
    assert mixed == []


def outcome(work: Transaction) -> str:
    """What went wrong, or nothing. Anything but one of our own errors ends the test."""
    try:
        work.apply(plan_of())
    except PfwizardError as error:
        return str(error)
    return ""


def test_the_new_files_are_there_when_no_call_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number_of_calls(tmp_path, monkeypatch)

    assert (tmp_path / "etc/postfix/main.cf").read_bytes() == NEW_MAIN

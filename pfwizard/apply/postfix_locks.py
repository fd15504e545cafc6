"""Postfix's own lock on main.cf and master.cf, so that a ``postconf -e`` meanwhile is not lost.

Whoever edits FILE by Postfix's rules creates FILE.tmp, locks it, makes sure that the name still
leads to what was locked, writes, and renames it over FILE (src/util/edit_file.c). Holding that lock
makes every ``postconf -e``, ``-M``, ``-F`` and ``-P`` wait, and read the file afresh afterwards.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pfwizard.apply.disk.explained import explained
from pfwizard.apply.live.instance import Instance
from pfwizard.errors import Busy, Failed
from pfwizard.machine.tree import Tree

PATIENCE = 10.0
"""Seconds; an edit takes postconf a few milliseconds."""

PAUSE = 0.01
"""Seconds between two attempts."""

PRIVATE = 0o600


NAMES = ("main.cf", "master.cf")
"""In an order that is the same for everybody who takes both."""


@contextmanager
def editing(instance: Instance) -> Iterator[None]:
    """Hold the locks of an instance's two files; raises Busy when somebody does not let go of one.

    They are beside the names that postconf knows, also where these are symbolic links.
    """
    tree = Tree(instance.root)
    directory = tree.outside(tree.resolve(instance.config_directory))
    with ExitStack() as held:
        for name in NAMES:
            held.enter_context(_editing(directory / name))
        yield


@contextmanager
def editing_if_possible(instance: Instance) -> Iterator[None]:
    """The same for taking back, which a full disk must not prevent: then without the locks."""
    with ExitStack() as held:
        with suppress(Failed):
            held.enter_context(editing(instance))
        yield


@contextmanager
def _editing(file: Path) -> Iterator[None]:
    draft = file.with_name(f"{file.name}.tmp")
    with explained(draft):
        descriptor = _locked(draft)
    try:
        yield
    finally:
        with suppress(OSError):  # an empty file of this name is in nobody's way
            draft.unlink()
        os.close(descriptor)


def _locked(draft: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while True:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(draft, flags, PRIVATE)
        try:
            if _is_ours(descriptor, draft):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise Busy(
                f"{draft}: somebody is editing this configuration",
                "postconf or another tool holds its lock: wait for it, then run pfwizard again.",
            )
        time.sleep(PAUSE)


def _is_ours(descriptor: int, draft: Path) -> bool:
    """Whether the lock could be had, on the file that the name leads to."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        named = draft.lstat()
    except (BlockingIOError, FileNotFoundError):
        return False
    opened = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)

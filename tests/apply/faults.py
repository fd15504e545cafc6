"""Faults on purpose: one system call of many fails, or the process ends there.

Every function through which pfwizard changes a file system is watched. The calls are counted in a
run in which all goes well; then each of them is struck in a run of its own.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import pytest

from pfwizard.apply.disk import renaming
from pfwizard.errors import Failed

MUTATING = (
    "open",
    "write",
    "link",
    "rename",
    "unlink",
    "mkdir",
    "rmdir",
    "chmod",
    "fchmod",
    "fchown",
    "setxattr",
    "removexattr",
    "utime",
    "fsync",
)
"""The functions of os through which files are changed; pathlib and shutil go through them too."""

ERRORS = (errno.ENOSPC, errno.EIO)
SIGNALS = (signal.SIGTERM, signal.SIGHUP)
"""A sample: nothing is decided by which one it is, and ``make torture`` has the others, too."""

Strike = Callable[[object], None]
"""What happens instead of the call, or before it; it is given the call's first argument."""

KILLED = 99


@dataclass
class Calls:
    """Lets calls through and counts them; the one with number ``struck`` is struck first."""

    struck: int | None = None
    strike: Strike = lambda subject: None
    count: int = 0

    def guarding(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count - 1 == self.struck:
                self.strike(arguments[0])
            return original(*arguments, **named)

        return guarded

    @contextmanager
    def watched(self) -> Iterator["Calls"]:
        with pytest.MonkeyPatch.context() as patched:
            for name in MUTATING:
                patched.setattr(os, name, self.guarding(getattr(os, name)))
            patched.setattr(renaming, "_renameat2", self.guarding(renaming._renameat2))
            yield self


def failing_with(number: int) -> Strike:
    def fail(subject: object) -> None:
        raise OSError(number, os.strerror(number), str(subject))

    return fail


def killing(subject: object) -> None:
    os._exit(KILLED)


@contextmanager
def signalling(number: signal.Signals) -> Iterator[tuple[Strike, Callable[[str], None]]]:
    """A strike that sends a signal to this process, and what the engine does with it at a step."""
    asked = []

    def arrives(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    def announce(words: str) -> None:
        if asked and sys.exc_info()[1] is None:
            raise Failed(f"interrupted by {signal.Signals(asked[0]).name}")

    before = signal.signal(number, arrives)
    try:
        yield lambda subject: os.kill(os.getpid(), number), announce
    finally:
        signal.signal(number, before)


def in_a_process_that_dies(action: Callable[[], object], struck: int) -> bool:
    """Whether the action ended before its call of that number, at which the process is killed."""
    process = os.fork()
    if process == 0:
        status = 1
        with suppress(BaseException), Calls(struck, killing).watched():
            action()
            status = 0
        os._exit(status)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status) != KILLED


ALLOCATING = ("write", "mkdir", "link", "setxattr")
"""What needs room on the disk, besides opening a file that is not there yet."""


@contextmanager
def disk_full_after(number: int) -> Iterator[None]:
    """From that call on there is no room any more, and it does not come back."""
    calls = Calls()

    def guarding(original: Callable[..., Any], needs_room: Callable[..., bool]) -> Any:
        def guarded(*arguments: Any, **named: Any) -> Any:
            calls.count += 1
            if calls.count > number and needs_room(*arguments):
                failing_with(errno.ENOSPC)(arguments[0])
            return original(*arguments, **named)

        return guarded

    with pytest.MonkeyPatch.context() as patched:
        for name in MUTATING:
            original = getattr(os, name)
            patched.setattr(os, name, guarding(original, NEEDS_ROOM.get(name, never)))
        yield


def never(*arguments: object) -> bool:
    return False


def always(*arguments: object) -> bool:
    return True


def creates(path: object, flags: int, *rest: object) -> bool:
    return bool(flags & os.O_CREAT) and not os.path.lexists(str(path))


NEEDS_ROOM: dict[str, Callable[..., bool]] = {
    **dict.fromkeys(ALLOCATING, always),
    "open": creates,
}

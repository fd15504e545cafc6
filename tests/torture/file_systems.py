"""Real file systems in image files, and the power cut that Linux has for testing them.

Everything is mounted in a mount namespace of a process that is forked for it, and on a loop device
that frees itself: nothing is left of either when that process ends, however it ends.
"""

import ctypes
import fcntl
import os
import pickle
import signal
import struct
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from pfwizard.errors import Failed
from pfwizard.machine import programs
from tests.machines import policy, summary

FS_IOC_SHUTDOWN = 0x8004587D
"""_IOR('X', 125, __u32) of linux/fs.h; XFS calls it XFS_IOC_GOINGDOWN."""

NO_LOG_FLUSH = 2
"""What is in memory only is lost, the journal's last entries too (xfs_fs.h)."""

CLONE_NEWNS = 0x00020000
PR_SET_PDEATHSIG = 1

MEGABYTE = 1 << 20

Answer = TypeVar("Answer")


class Unavailable(Exception):
    """This machine does not let us mount a file system of our own."""


@dataclass(frozen=True)
class Kind:
    """A file system, and how small it can be; the image has holes where nothing is written."""

    name: str
    size: int
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


KINDS = (Kind("ext4", 32 * MEGABYTE, ("-q", "-F")), Kind("xfs", 300 * MEGABYTE, ("-q",)))


@dataclass(frozen=True)
class FileSystem:
    """A mounted file system, of which this process is the only user."""

    image: Path
    mounted: Path

    def mount(self) -> None:
        programs.run_successfully(["mount", "-o", "loop", str(self.image), str(self.mounted)])

    def mount_again(self) -> None:
        """Let it come up as after a restart of the machine: from what the image has."""
        programs.run_successfully(["umount", str(self.mounted)])
        self.mount()

    def sync(self) -> None:
        """What is there now is to be there for good: syncfs(2)."""
        descriptor = os.open(self.mounted, os.O_RDONLY)
        ctypes.CDLL(None).syncfs(descriptor)
        os.close(descriptor)

    def lose_power(self, noise: bool) -> None:
        """From here on nothing reaches the image; raises OSError where that cannot be done.

        With ``noise`` somebody else has just synced a file, and with it the journal.
        """
        if noise:
            _sync_something_else(self.mounted)
        descriptor = os.open(self.mounted, os.O_RDONLY)
        fcntl.ioctl(descriptor, FS_IOC_SHUTDOWN, struct.pack("=I", NO_LOG_FLUSH))
        os.close(descriptor)


def _sync_something_else(directory: Path) -> None:
    descriptor = os.open(directory / "noise", os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, b"noise")
    os.fsync(descriptor)
    os.close(descriptor)


def on(kind: Kind, action: Callable[[FileSystem], Answer]) -> Answer:
    """Do something on a fresh file system; what is raised there ends the test here."""
    if policy.POLICY == "off":
        _do_without(kind, "PFWIZARD_MACHINES=off")
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        answer: tuple[bool, object] = _in_a_process(lambda: _answer_on(kind, place, action))
    is_available, value = answer
    if not is_available:
        _do_without(kind, str(value))
    return value  # type: ignore[return-value]


def _answer_on(
    kind: Kind, place: Path, action: Callable[[FileSystem], Answer]
) -> tuple[bool, object]:
    try:
        file_system = _mounted(kind, place)
    except Unavailable as unavailable:
        return False, str(unavailable)
    return True, action(file_system)


def _mounted(kind: Kind, place: Path) -> FileSystem:
    file_system = FileSystem(place / "image", place / "mounted")
    file_system.mounted.mkdir()
    with file_system.image.open("wb") as file:
        file.truncate(kind.size)
    library = ctypes.CDLL(None, use_errno=True)
    try:
        if library.unshare(CLONE_NEWNS):
            raise Failed(f"no mount namespace of its own: {os.strerror(ctypes.get_errno())}")
        programs.run_successfully(["mount", "--make-rprivate", "/"])
        programs.run_successfully([f"mkfs.{kind.name}", *kind.options, str(file_system.image)])
        file_system.mount()
    except Failed as failed:
        raise Unavailable(failed.message) from failed
    return file_system


def _in_a_process(action: Callable[[], Answer]) -> Answer:
    """The action's answer, from a process that ends with this one."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        with suppress(BaseException):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(_tried(action), pipe)
            status = 0
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    os.waitpid(process, 0)
    answer, trouble = pickle.loads(content)  # noqa: S301, our own words
    assert trouble == "", trouble
    return answer  # type: ignore[no-any-return]


def _tried(action: Callable[[], Answer]) -> tuple[Answer | None, str]:
    try:
        return action(), ""
    except Exception as error:
        return None, repr(error)


def _do_without(kind: Kind, reason: str) -> None:
    message = summary.missing(kind.name, reason)
    if policy.POLICY == "require":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)

"""Private namespaces and mounts (unshare(2), mount(2)), by the C library: mount(8) may be missing.

Whatever is mounted in a private mount namespace is gone with its last process, and so are all
processes of a process namespace with its first one, whatever kills them (pid_namespaces(7)).
"""

import ctypes
import os
import signal
from enum import IntFlag
from pathlib import Path

PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of <linux/prctl.h>."""

LARGEST = "64m"
"""Of a file system in memory: what a private Postfix writes is a log and a few caches."""


class Namespace(IntFlag):
    """<linux/sched.h>."""

    MOUNTS = 0x0002_0000
    PROCESSES = 0x2000_0000


class Mount(IntFlag):
    """<linux/mount.h>."""

    READ_ONLY = 0x1
    REMOUNT = 0x20
    BIND = 0x1000
    RECURSIVE = 0x4000
    PRIVATE = 0x4_0000


def die_with_parent() -> None:
    """Be killed when the thread that has started us ends (prctl(2)); raises OSError.

    The kernel does that even to the first process of a process namespace.
    """
    _call("prctl", PARENT_DEATH_SIGNAL, ctypes.c_ulong(signal.SIGKILL))


def unshare(namespaces: Namespace) -> None:
    """Leave the namespaces of our parent: for processes, our next child; raises OSError."""
    _call("unshare", ctypes.c_int(namespaces))


def make_mounts_private() -> None:
    """Nothing that is mounted from here on is seen outside; raises OSError."""
    _mount(None, Path("/"), None, Mount.RECURSIVE | Mount.PRIVATE)


def mount_memory(place: Path, *, mode: int, user: int = 0, group: int = 0) -> None:
    """An empty file system in memory (tmpfs(5)); raises OSError."""
    options = f"size={LARGEST},mode={mode:o},uid={user},gid={group}"
    _mount("pfwizard", place, "tmpfs", Mount(0), options)


def bind(source: Path, place: Path) -> None:
    """Show what is at ``source`` at ``place`` too; raises OSError."""
    _mount(str(source), place, None, Mount.BIND | Mount.RECURSIVE)


def bind_read_only(source: Path, place: Path) -> None:
    """The same for looking at and not for writing; raises OSError."""
    bind(source, place)
    _mount(None, place, None, Mount.BIND | Mount.REMOUNT | Mount.READ_ONLY)


def _mount(
    source: str | None, place: Path, kind: str | None, flags: Mount, options: str | None = None
) -> None:
    _call(
        "mount",
        _text(source),
        _text(str(place)),
        _text(kind),
        ctypes.c_ulong(flags),
        _text(options),
    )


def _text(text: str | None) -> ctypes.c_char_p:
    return ctypes.c_char_p(None if text is None else os.fsencode(text))


def _call(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")

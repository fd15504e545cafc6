"""The trace of what is done to a tree: every call that changes it, seen where faults are injected.

What the calls are about is looked up in a copy of the names that is taken before the first of them.
"""

import dis
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pfwizard.apply.disk import renaming
from tests.apply.faults import MUTATING
from tests.torture.disk import (
    ROOT,
    Disk,
    Entry,
    Event,
    Inode,
    Named,
    Names,
    Node,
    Nodes,
    Synced,
    Written,
    named,
)

APPLY = Path(renaming.__file__).parent.parent

NOT_KEPT_TRACK_OF = ("utime",)
"""Times decide nothing, and nobody compares them."""


class Trace:
    """The tree below ``root`` as it is now, and what is done to it from now on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: list[Event] = []
        self._names: Names = {}
        self._nodes: Nodes = {}
        self._inodes: dict[int, Inode] = {root.stat().st_ino: ROOT}
        self._open: dict[int, Inode] = {}
        for directory, _, _ in os.walk(root):
            self._take_in(Path(directory))
        self.before = Disk(dict(self._names), dict(self._nodes))

    def _take_in(self, directory: Path) -> None:
        above = self._inodes[directory.stat().st_ino]
        for path in directory.iterdir():
            inode = self._inodes.setdefault(path.lstat().st_ino, len(self._inodes))
            self._names[above, path.name] = inode
            self._nodes[inode] = node_at(path)

    @contextmanager
    def recorded(self) -> Iterator["Trace"]:
        with pytest.MonkeyPatch.context() as patched:
            for name in set(MUTATING) - set(NOT_KEPT_TRACK_OF):
                patched.setattr(os, name, self._noting(getattr(os, name), RECORDERS[name]))
            original = renaming._renameat2
            patched.setattr(renaming, "_renameat2", self._noting(original, Trace._renamed))
            yield self

    def _noting(
        self, original: Callable[..., Any], recorder: Callable[..., None]
    ) -> Callable[..., Any]:
        def noted(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            recorder(self, result, *arguments, **named)
            return result

        return noted

    def _opened(self, result: int, path: Any, flags: int, mode: int = 0o777, *,
                dir_fd: int | None = None) -> None:  # fmt: skip
        entry = self._entry(path, dir_fd)
        if flags & os.O_CREAT and entry not in self._names:
            self._born(entry, Path(f"/proc/self/fd/{result}").resolve())
        self._open[result] = self._names[entry] if entry[1] else ROOT

    def _made(self, result: None, path: Any, mode: int = 0o777, *,
              dir_fd: int | None = None) -> None:  # fmt: skip
        self._born(self._entry(path, dir_fd), Path(path))

    def _born(self, entry: Entry, path: Path) -> None:
        inode = len(self._nodes) + 1
        self._note(Written(inode, node_at(path), is_born=True))
        self._note(Named({entry: inode}))

    def _removed(self, result: None, path: Any, *, dir_fd: int | None = None) -> None:
        self._note(Named({self._entry(path, dir_fd): None}))

    def _linked(self, result: None, source: Any, target: Any, *, follow_symlinks: bool) -> None:
        self._note(Named({self._entry(target): self._names[self._entry(source)]}))

    def _renamed(self, result: None, source: Any, target: Any, flags: int = 0) -> None:
        one, other = self._entry(source), self._entry(target)
        takes = self._names[other] if flags == renaming.EXCHANGE else None
        self._note(Named({other: self._names[one], one: takes}))

    def _written(self, result: int | None, subject: Any, *arguments: Any, **named: Any) -> None:
        inode, path = self._subject(subject)
        self._note(Written(inode, node_at(path)))

    def _synced(self, result: None, descriptor: int) -> None:
        inode, path = self._subject(descriptor)
        subject_of = path if path.is_dir() else path.parent / "*"
        self._note(Synced(inode, site_of(sys._getframe(), subject_of.relative_to(self.root))))

    def _note(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Named):
            self._names = named(self._names, [event])
        elif isinstance(event, Written):
            self._nodes[event.inode] = event.node

    def _subject(self, subject: Any) -> tuple[Inode, Path]:
        if isinstance(subject, int):
            return self._open[subject], Path(f"/proc/self/fd/{subject}").resolve()
        return self._names[self._entry(subject)], Path(subject)

    def _entry(self, path: Any, dir_fd: int | None = None) -> Entry:
        if dir_fd is not None:
            return self._open[dir_fd], os.fspath(path)
        directory = ROOT
        *above, name = Path(path).relative_to(self.root).parts or ("",)
        for each in above:
            directory = self._names[directory, each]
        return directory, name


RECORDERS: dict[str, Callable[..., None]] = {
    "open": Trace._opened,
    "write": Trace._written,
    "link": Trace._linked,
    "rename": Trace._renamed,
    "unlink": Trace._removed,
    "mkdir": Trace._made,
    "rmdir": Trace._removed,
    "chmod": Trace._written,
    "fchmod": Trace._written,
    "fchown": Trace._written,
    "setxattr": Trace._written,
    "removexattr": Trace._written,
    "fsync": Trace._synced,
}


def node_at(path: Path) -> Node:
    """What is at a path; there are no symbolic links in these trees."""
    status = path.lstat()
    return Node(
        content=None if path.is_dir() else path.read_bytes(),
        mode=status.st_mode & 0o7777,
        uid=status.st_uid,
        gid=status.st_gid,
        attributes=tuple((name, os.getxattr(path, name)) for name in sorted(os.listxattr(path))),
    )


def site_of(frame: FrameType | None, directory: Path) -> str:
    """Where fsync(2) is called: the two functions above ``files``, and what for."""
    calls = []
    called = ""
    while frame is not None:
        module = Path(frame.f_code.co_filename)
        if module.is_relative_to(APPLY) and module.stem != "files":
            calls.append(f"{module.stem}.{frame.f_code.co_name}{_which(frame, called)}")
        called = frame.f_code.co_name
        frame = frame.f_back
    for_what = re.sub(r"^etc.*?(/\*)?$", r"etc\1", re.sub(r"/\d+-\w+", "/ID", str(directory)))
    return f"{' < '.join(calls[:2])}: {for_what}"


def _which(frame: FrameType, called: str) -> str:
    """A function may call another one in two places; nothing for the first of them."""
    instructions = dis.get_instructions(frame.f_code)
    places = (each.positions for each in instructions if each.argval == called)
    lines = sorted({place.lineno for place in places if place and place.lineno})
    count = 1 + lines.index(frame.f_lineno) if frame.f_lineno in lines else 1
    return f" #{count}" if count > 1 else ""

"""Which system calls change files, as strace(1) names them and writes them down.

A call is known by its name, by the path that strace's ``-P`` finds it by, and by which of the calls
with this name and path it is: with ``-P``, ``when=`` counts only what matches, and so the waiting
loops over /proc, which are of another length in each run, do not shift the count. Without ``-f``
strace counts for one process alone; with it, for every process of the tree separately.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MUTATING = (
    *("open", "openat", "creat", "write", "pwrite64", "writev", "truncate", "ftruncate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
    *("unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"),
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    *("utimensat", "fsync", "fdatasync"),
)

TRACED = "trace=" + ",".join(f"?{name}" for name in MUTATING)
"""For ``strace -e``; the question mark is for what a processor's kernel does not have."""

SIGNALS = ("KILL", "TERM", "INT", "HUP")
ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES", "EXDEV", "EMFILE")
FAULTS = (*SIGNALS, *ERRORS)

OPENING = ("open", "openat")
FOR_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC)\b")
FOUND_BY_BOTH = ("renameat2", "linkat")
"""``-P`` looks at both of their paths; of the others at the first alone (strace 6.1 and 6.13)."""

NOT_FILES = ("/dev/", "/proc/", "/sys/")

LINE = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)")
PATH = re.compile(r'\b\d+<(/[^>]*)>|"(/[^"]*)"')


@dataclass(frozen=True)
class Call:
    """One mutating system call: the ``ordinal``-th, from 1, of those with this name and path."""

    name: str
    path: str
    ordinal: int

    def __str__(self) -> str:
        return f"{self.name} number {self.ordinal} on {self.path}"


def mutating_calls(trace: str, *, without: tuple[str, ...] = ()) -> list[Call]:
    """Every call of a trace that changes a file, in order, as far as it can be found.

    It cannot by a path that has one of ``without`` in it.
    """
    return [
        call
        for call, line in _calls(trace.splitlines(), without)
        if not call.path.startswith(NOT_FILES) and _changes_something(call, line)
    ]


def options(call: Call, fault: str) -> list[str]:
    """What makes strace strike this call of a process, and no other."""
    what = f"signal={fault}" if fault in SIGNALS else f"error={fault}"
    return [
        *("-P", call.path, "-e", f"trace={call.name}"),
        *("-e", f"inject={call.name}:{what}:when={call.ordinal}"),
    ]


def has_struck(trace: str, fault: str) -> bool:
    """Whether the fault has come to pass in this trace."""
    if fault == "KILL":
        return "+++ killed by SIGKILL" in trace
    return f"--- SIG{fault} " in trace if fault in SIGNALS else "(INJECTED)" in trace


def struck_line(trace: str) -> str:
    """The line of the call at which the fault came."""
    lines = trace.splitlines()
    injected = [line for line in lines if "(INJECTED)" in line]
    calls = [line for line in lines if LINE.match(line)]
    return (injected or calls or [""])[-1]


def _calls(lines: Iterable[str], without: tuple[str, ...]) -> Iterator[tuple[Call, str]]:
    seen: Counter[tuple[str, str]] = Counter()
    for line in lines:
        match = LINE.match(line)
        paths = _paths(match) if match else []
        if match:
            name = match["name"]
            seen.update((name, path) for path in paths)
            found = [path for path in paths if not any(part in path for part in without)]
            if found:
                yield Call(name, found[0], seen[name, found[0]]), line


def _paths(match: re.Match[str]) -> list[str]:
    """By which the call is found, without those that come twice."""
    found = [descriptor or text for descriptor, text in PATH.findall(match["arguments"])]
    return list(dict.fromkeys(found if match["name"] in FOUND_BY_BOTH else found[:1]))


def _changes_something(call: Call, line: str) -> bool:
    return call.name not in OPENING or FOR_WRITING.search(line) is not None

"""Takes stock of trees inside a machine, so that two states can be compared byte for byte.

This very file runs in the machine, with the machine's own Python, which is 3.9 on bullseye.
"""

from __future__ import annotations

import hashlib
import json
import stat
import sys
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """A file, directory, link or special file: everything about it but its times."""

    kind: str
    mode: int
    uid: int
    gid: int
    content: str
    """SHA-256 of a file, target of a link, otherwise empty."""


KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFSOCK: "socket",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}

Snapshot = dict[str, Entry]


def take(paths: list[str]) -> Snapshot:
    """Everything at and below `paths`; what does not exist is left out."""
    found: Snapshot = {}
    pending = [Path(path) for path in paths]
    while pending:
        path = pending.pop()
        try:
            found[str(path)] = look_at(path)
            if path.is_dir() and not path.is_symlink():
                pending += path.iterdir()
        except FileNotFoundError:
            continue
    return found


def look_at(path: Path) -> Entry:
    """One path, links not followed."""
    status = path.lstat()
    kind = KINDS[stat.S_IFMT(status.st_mode)]
    content = ""
    if kind == "file":
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif kind == "link":
        content = str(path.readlink())
    return Entry(kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, content)


def from_json(text: str) -> Snapshot:
    """What this script printed."""
    return {path: Entry(*entry) for path, entry in json.loads(text).items()}


if __name__ == "__main__":
    print(json.dumps(take(sys.argv[1:])))

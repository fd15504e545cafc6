"""Where file systems are mounted (proc(5), /proc/PID/mountinfo)."""

import os
import re
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")
MOUNT_POINT = 4
"""The column of the mount point; blanks and the like are written as octal escapes."""


IN_MEMORY = ("tmpfs", "ramfs")
"""File systems of which nothing is left after a restart."""

DEVICE = 2
"""The column of the device's numbers, with a colon between them."""


def file_system_type(path: Path) -> str:
    """Of the file system that a path is on, such as ``ext4``; empty where it cannot be told."""
    device = path.stat().st_dev
    numbers = f"{os.major(device)}:{os.minor(device)}".encode()
    found = ""
    for line in _lines():
        columns = line.split()
        if columns[DEVICE] == numbers and b"-" in columns:
            found = columns[columns.index(b"-") + 1].decode("ascii", "replace")
    return found


def mount_points() -> frozenset[Path]:
    """Every mount point in view; none where the kernel does not tell."""
    return frozenset(Path(_unescaped(line.split()[MOUNT_POINT])) for line in _lines())


def _lines() -> list[bytes]:
    try:
        return MOUNTINFO.read_bytes().splitlines()
    except OSError:
        return []


def _unescaped(field: bytes) -> str:
    plain = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field)
    return plain.decode("utf-8", "surrogateescape")

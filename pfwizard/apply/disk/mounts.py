"""Where file systems are mounted (proc(5), /proc/PID/mountinfo)."""

import re
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")
MOUNT_POINT = 4
"""The column of the mount point; blanks and the like are written as octal escapes."""


def mount_points() -> frozenset[Path]:
    """Every mount point in view; none where the kernel does not tell."""
    try:
        lines = MOUNTINFO.read_bytes().splitlines()
    except OSError:
        return frozenset()
    return frozenset(Path(_unescaped(line.split()[MOUNT_POINT])) for line in lines)


def _unescaped(field: bytes) -> str:
    plain = re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field)
    return plain.decode("utf-8", "surrogateescape")

"""Time that nobody can set: seconds since the machine was started, and which start that was."""

import time
from pathlib import Path
from typing import NewType

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

BootSeconds = NewType("BootSeconds", float)
"""Seconds since the start of the machine, suspension included (CLOCK_BOOTTIME, time(7))."""


def seconds_since_boot() -> BootSeconds:
    return BootSeconds(time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)))


def boot_id() -> str:
    """What the kernel calls this start of the machine (random(4)), or nothing where it does not."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""

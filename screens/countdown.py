"""The time that a change on probation has left."""

from math import ceil


def left(seconds: float) -> str:
    """``1:05`` for sixty-five seconds."""
    whole = max(ceil(seconds), 0)
    return f"{whole // 60}:{whole % 60:02d}"

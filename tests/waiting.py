"""Waiting for what other processes do."""

import time
from collections.abc import Callable

LIMIT = 90.0
"""Seconds, after which something is wrong; never a measure of how fast it should be."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again; fails when it never comes true."""
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)

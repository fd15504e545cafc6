"""A terminal of so many columns, on which pfwizard writes one of its streams."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

from tests.cli.program import ENVIRONMENT, TIMEOUT

ROWS = 24
PIECE = 65536


def lines_on_a_terminal(
    columns: int, *arguments: str | Path, stream: str = "stdout", **environment: str
) -> list[str]:
    """What pfwizard writes to this stream; the other one goes nowhere."""
    terminal, its_other_end = pty.openpty()
    fcntl.ioctl(its_other_end, termios.TIOCSWINSZ, struct.pack("4H", ROWS, columns, 0, 0))
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: its_other_end}
    process = subprocess.Popen(
        [sys.executable, "-m", "pfwizard", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=streams["stdout"],
        stderr=streams["stderr"],
        env={**ENVIRONMENT, "TERM": "dumb", **environment},
    )
    os.close(its_other_end)
    try:
        shown = _all_of(terminal)
    finally:
        os.close(terminal)
        process.wait(TIMEOUT)
    return shown.decode().replace("\r\n", "\n").splitlines()


def _all_of(terminal: int) -> bytes:
    shown = b""
    try:
        while piece := os.read(terminal, PIECE):
            shown += piece
    except OSError:  # EIO: the last process has closed it
        pass
    return shown

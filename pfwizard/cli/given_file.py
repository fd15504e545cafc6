"""A file that the command line names: read whole, but not without end."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

LARGEST = 2**20
"""Octets; a certificate with all of its issuers, or a key, has some thousand."""


def content_of(path: Path) -> bytes:
    """What the file or the pipe holds; raises OSError, also for what is too large to be meant."""
    with path.open("rb") as opened:
        return read_from(opened)


def read_from(opened: BinaryIO) -> bytes:
    """The same of an open file."""
    content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content

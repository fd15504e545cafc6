"""The values of options: each is checked as it is read."""

import argparse
import errno
import os
import stat
from pathlib import Path, PurePosixPath

from pfwizard.errors import UsageError
from pfwizard.pki.validity import LONGEST_DAYS

SHORTEST, LONGEST = 5, 86400
"""Seconds for a confirmation: what a person needs to type it, and a day."""

LARGEST_DESCRIPTOR = 2**31 - 1
"""What an int of C holds."""


LARGEST_PORT = 2**16 - 1


def seconds(text: str) -> float:
    """The time for a confirmation."""
    if not text.isdecimal() or not SHORTEST <= int(text) <= LONGEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of seconds from {SHORTEST} to {LONGEST}"
        )
    return float(text)


def days(text: str) -> int:
    """How long a certificate lasts."""
    if not text.isdecimal() or int(text) > LONGEST_DAYS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of days from 0 to {LONGEST_DAYS}"
        )
    return int(text)


def descriptor(text: str) -> int:
    """The number of a file descriptor, which the caller has opened."""
    if not text.isdecimal() or int(text) > LARGEST_DESCRIPTOR:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a file descriptor")
    return int(text)


def port(text: str) -> int:
    """The number of a TCP port."""
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to {LARGEST_PORT}")
    return int(text)


def name(text: str) -> str:
    """The name of a host or of a user; an empty one, as of an unset variable, is refused."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("is not in UTF-8") from None
    return text


def path(text: str) -> Path:
    """A path as it was typed; an empty one is refused."""
    if not text:  # an unset variable of a script; it must not mean the present directory
        raise argparse.ArgumentTypeError("is empty")
    return Path(text)


def absolute(path: Path | None, option: str) -> PurePosixPath | None:
    """The path inside the tree; raises UsageError for a relative one."""
    if path is not None and not path.is_absolute():
        raise UsageError(f"{option} {path}: is a relative path", "Give the whole path.")
    return None if path is None else PurePosixPath(path)


def existing_directory(path: Path, option: str) -> Path:
    """The real path of a directory; raises UsageError where there is none."""
    remedy = "Name an existing directory."
    try:
        is_directory = path.is_dir()
    except OSError as error:
        raise _no_directory(path, option, error, remedy) from error
    if not is_directory:
        raise UsageError(f"{option} {path}: is not a directory", remedy)
    return path.resolve()


def possible_directory(path: Path | None, option: str) -> Path | None:
    """The whole path of a directory, or of one to be made; raises UsageError for anything else.

    What may not be looked at is left to whoever needs it.
    """
    if path is None:
        return None
    remedy = "Name a directory, or one that is still to be made."
    try:
        is_directory = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, PermissionError):
        return path.absolute()
    except OSError as error:
        raise _no_directory(path, option, error, remedy) from error
    if not is_directory:
        raise UsageError(f"{option} {path}: is not a directory", remedy)
    return path.absolute()


def _no_directory(path: Path, option: str, error: OSError, remedy: str) -> UsageError:
    what = os.strerror(error.errno or errno.EIO)
    return UsageError(f"{option} {path}: {what}", remedy)

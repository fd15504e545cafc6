"""What this terminal can do: the whole screen, lines only, or nothing."""

import sys
from collections.abc import Mapping
from typing import TextIO

from pfwizard.errors import UsageError

DUMB = ("", "dumb")
"""Values of TERM without a cursor that can be moved (terminfo(5)); unset is not one of them."""

LINE = "─"
"""A character that only Unicode terminals show."""

ASCII_ENCODINGS = ("C", "POSIX")
"""Locales that promise nothing beyond ASCII (locale(7))."""

LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")
"""The first of them that is set decides (locale(7))."""

COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to by itself where the locale was C (PEP 538)."""

WITHOUT_UNICODE = ("vt100", "vt102", "vt220", "vt320", "ansi")


def is_there(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal."""
    return stream is not None and stream.isatty()


def has_terminal() -> bool:
    """Whether somebody can be shown a screen, and press keys."""
    return is_there(sys.__stdin__) and is_there(sys.__stderr__)


def refuse_without_screen(environment: Mapping[str, str]) -> None:
    """Raises UsageError, with a way that works, where no screen can be shown."""
    if not has_terminal():
        raise UsageError(
            "the wizard needs a terminal, and there is none",
            "Unattended: pfwizard --answers FILE, with --dry-run to look first.",
        )
    if environment.get("TERM", "unset") in DUMB:
        raise UsageError(
            "this terminal (TERM=dumb) cannot show a whole screen",
            "pfwizard --plain asks the same questions line by line.",
        )


def is_ascii_only(environment: Mapping[str, str], stream: TextIO | None) -> bool:
    """Whether line drawing and letters beyond ASCII would come out as rubbish."""
    if environment.get("PFWIZARD_ASCII"):
        return True
    if environment.get("TERM") in WITHOUT_UNICODE or not _encodes_lines(stream):
        return True
    return _locale(environment) in ASCII_ENCODINGS


def _locale(environment: Mapping[str, str]) -> str:
    """The locale before Python has mended it."""
    for name in LOCALE_VARIABLES:
        value = environment.get(name, "")
        if value and not (name == "LC_CTYPE" and value in COERCED):
            return value
    return "C"


def _encodes_lines(stream: TextIO | None) -> bool:
    try:
        LINE.encode((stream and stream.encoding) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True

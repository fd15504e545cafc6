"""Standard output and standard error, whatever they are connected to."""

import os
import shutil
import sys
import textwrap
from typing import TextIO

from pfwizard.quoting import harmless

STANDARD = (0, 1, 2)

COMMAND = "    "
"""How a line begins that is a command for a shell."""

NARROWEST = 20
"""Columns; what claims to be narrower is no terminal that anybody reads."""


def prepare() -> None:
    """Make sure that every standard stream is there and can take every character.

    A closed one is opened on /dev/null: otherwise a configuration file would be opened under its
    number, and messages would be written into it.
    """
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write lines to standard error; nobody listening there is no reason to stop."""
    if sys.stderr is not None:
        try:
            words = harmless(text)
            if sys.stderr.isatty():
                words = fitted(words, shutil.get_terminal_size().columns)
            print(words, file=sys.stderr, flush=True)
        except OSError:
            return


def fitted(text: str, width: int) -> str:
    """The lines broken between words to fit a terminal; what follows is indented as its line is.

    A path or a word that is too long stays whole, so that it can be copied, and so does a command,
    which is known by its indentation.
    """
    return "\n".join(
        line
        if line.startswith(COMMAND)
        else "\n".join(
            textwrap.wrap(
                line,
                max(width, NARROWEST),
                subsequent_indent=" " * (len(line) - len(line.lstrip(" "))),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
        for line in text.split("\n")
    )


def finish_standard_output() -> OSError | None:
    """Write out what is buffered; what cannot be written is given up and its reason returned."""
    if sys.stdout is None:
        return None
    try:
        sys.stdout.flush()
    except OSError as error:
        give_up_standard_output()
        return error
    return None


def give_up_standard_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter can end in peace."""
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def takes_colours(stream: TextIO | None) -> bool:
    """Whether it is a terminal that shows colours, and nobody asked for none (no-color.org)."""
    return (
        stream is not None
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )

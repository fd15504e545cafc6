"""Standard output and standard error, whatever they are connected to."""

import os
import sys
import textwrap
from collections.abc import Iterable
from typing import TextIO

from pfwizard.quoting import harmless

STANDARD = (0, 1, 2)

COMMAND = "    "
"""How a line begins that is a command for a shell."""

INDENTATION = "  "

USUAL_WIDTH = 80
"""Columns of a terminal that does not say how many it has, as serial lines do not."""

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
            width = width_of(sys.stderr)
            print(words if width is None else fitted(words, width), file=sys.stderr, flush=True)
        except OSError:
            return


def show_lines(lines: Iterable[str]) -> None:
    """Write lines to standard output, before what comes on standard error."""
    for line in lines:
        print(harmless(line))
    if sys.stdout is not None:
        sys.stdout.flush()


def show_rows(lines: Iterable[str]) -> None:
    """The same, of a list: each begins at the margin, alone to do so on a narrow terminal."""
    width = width_of(sys.stdout)
    show_lines(folded(harmless(line), width) for line in lines)


def width_of(stream: TextIO | None) -> int | None:
    """Columns of a terminal, as COLUMNS or itself says; None where another program reads."""
    if stream is None or not stream.isatty():
        return None
    named = os.environ.get("COLUMNS", "")
    if named.isdecimal() and int(named):
        return int(named)
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL_WIDTH
    except OSError:
        return USUAL_WIDTH


def folded(line: str, width: int | None, indentation: str = INDENTATION) -> str:
    """A line broken between words to fit, its rest indented; without a width it stays whole."""
    if width is None:
        return line
    return textwrap.fill(
        line,
        max(width, NARROWEST),
        subsequent_indent=indentation,
        break_long_words=False,
        break_on_hyphens=False,
    )


def fitted(text: str, width: int) -> str:
    """The lines broken between words to fit a terminal; what follows is indented as its line is.

    A path or a word that is too long stays whole, so that it can be copied, and so does a command,
    which is known by its indentation.
    """
    return "\n".join(
        line
        if line.startswith(COMMAND)
        else folded(line, width, " " * (len(line) - len(line.lstrip(" "))))
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

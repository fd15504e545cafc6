"""The name of a file that is to be written, as a person types it."""

from collections.abc import Container
from pathlib import Path

from pfwizard.errors import Failed

ANSWERS_FILE = Path("pfwizard-answers.toml")
"""What is suggested for the answers where the walk did not begin with a file."""


def file_named(text: str) -> Path:
    """The path that is meant, with ``~`` for a home directory; raises Failed."""
    name = text.strip()
    if not name:
        raise Failed("a name is needed", "Type the name of a file.")
    if "\0" in name:
        raise Failed("no name of a file holds a NUL", "Type it again.")
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise Failed("there is no such user's home directory", "Write the whole path.") from error


def is_in_the_way(path: Path, ours: Container[Path | None]) -> bool:
    """Whether a file is there that is replaced only when that is wanted; one of ``ours`` just is.

    What is no file is in nobody's way: whoever writes to it says what is wrong.
    """
    try:
        return path not in ours and path.is_file()
    except OSError:  # such as a name that is too long
        return False

"""The name of a file as a person types it."""

from pathlib import Path

from pfwizard.errors import Failed


def file_named(text: str) -> Path:
    """The path that is meant, with ``~`` for a home directory; raises Failed."""
    name = text.strip()
    if not name:
        raise Failed("a name is needed", "Type the name of a file.")
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise Failed("there is no such user's home directory", "Write the whole path.") from error

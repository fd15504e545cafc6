"""Answers of a walk that is not over: kept for the case that it is cut off, offered to the next.

They are the operator's, not the machine's, and lie below their home directory.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zlib import crc32

from pfwizard.answers.question import Value
from pfwizard.errors import PfwizardError

PRIVATE_MODE = 0o700


def draft_file(
    environment: Mapping[str, str], root: Path, config_directory: PurePosixPath | None
) -> Path | None:
    """Where the answers for this instance of Postfix are kept; None where nobody is at home.

    The directory is the one of the XDG Base Directory Specification for a user's state.
    """
    home, state = environment.get("HOME", ""), environment.get("XDG_STATE_HOME", "")
    if not home.startswith("/") and not state.startswith("/"):
        return None
    directory = Path(state) if state.startswith("/") else Path(home, ".local", "state")
    instance = f"{root.absolute()}\0{config_directory or ''}"
    return directory / "pfwizard" / f"answers-{crc32(os.fsencode(instance)):08x}.toml"


@dataclass(frozen=True)
class Draft:
    """The file, which there need not be."""

    file: Path

    @property
    def written_at(self) -> datetime | None:
        """When it was written; None where there is none."""
        try:
            return datetime.fromtimestamp(self.file.stat().st_mtime, UTC)
        except OSError:
            return None

    def write(self, answers: Mapping[str, Value]) -> bool:
        """Keep these answers; false where that cannot be. It is a courtesy, and stops nobody."""
        from pfwizard.answers.writing import written
        from pfwizard.private_file import save

        try:
            self.file.parent.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
            save(self.file, written(answers))
        except (OSError, PfwizardError):
            return False
        return True

    def read(self) -> Mapping[str, object]:
        """The answers as they were typed, right or wrong; raises InvalidAnswers."""
        from pfwizard.answers.reading import start_from

        return start_from(self.file).values

    def remove(self) -> None:
        with suppress(OSError):
            self.file.unlink(missing_ok=True)

"""Where in the configuration something is."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Place:
    """A file, a line of it (counted from 1), and the service of master.cf that is concerned.

    ``service`` is as ``postconf -M`` has it, such as ``submission/inet``.
    """

    file: PurePosixPath | None = None
    line: int | None = None
    service: str = ""

    def __str__(self) -> str:
        """``/etc/postfix/main.cf:12``; empty for no place at all."""
        if self.file is None:
            return ""
        return f"{self.file}:{self.line}" if self.line else str(self.file)


NOWHERE = Place()
"""Of what concerns the machine as a whole."""

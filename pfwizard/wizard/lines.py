"""Lines to be read, and what they are; how that looks is the face's affair."""

from dataclasses import dataclass
from enum import Enum


class Style(Enum):
    """What a line is. Its text says it as well: colours are a help only."""

    PLAIN = "plain"
    HEADING = "heading"
    FAINT = "faint"
    ADDED = "added"
    REMOVED = "removed"
    HUNK = "hunk"
    NOTE = "note"
    WARNING = "warning"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class Line:
    text: str
    style: Style = Style.PLAIN

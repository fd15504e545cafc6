"""Whether there is a rehearsal."""

from enum import StrEnum


class Rehearse(StrEnum):
    """Whether a change is played on a private Postfix first; ``auto``: wherever that can be."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"

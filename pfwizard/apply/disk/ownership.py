"""Directories that only root, or whoever runs this, can change."""

import os
from pathlib import Path

GROUP, OTHERS = 0o020, 0o022
STICKY = 0o1000


def changeable_by_others(directory: Path) -> Path | None:
    """The first directory on the way from ``directory`` up to / in which others can put things.

    Whoever can do that could lead every step below it elsewhere. What is in a sticky directory is
    safe from all but its owner (sticky(7)); the group of number 0 is root's own.
    """
    for each in (directory, *directory.parents):
        status = each.stat()
        is_ours = status.st_uid in (0, os.geteuid())
        others = OTHERS if status.st_gid != 0 else OTHERS & ~GROUP
        is_open = status.st_mode & others and not status.st_mode & STICKY
        if not is_ours or is_open:
            return each
    return None

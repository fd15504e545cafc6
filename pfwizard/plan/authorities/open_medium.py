"""A medium on which others than its owner can read the CA's key."""

from pfwizard.plan.draft import AnySketch
from pfwizard.plan.plan import warning
from pfwizard.private_file import OPEN_TO_OTHERS


def warn_of_open_medium(draft: AnySketch) -> AnySketch:
    """Warn of a key that was brought where others than its owner can read it."""
    brought = draft.circumstances.ca_key
    if brought is None or not brought.mode & OPEN_TO_OTHERS:
        return draft
    path = brought.path
    return draft.with_finding(
        warning(
            "key-open-to-others",
            f"{path}: this private key can be used by more users than its owner (mode "
            f"{brought.mode:04o})",
            f"chmod 600 {path}, or mount a medium that knows no owners, such as FAT, with -o "
            "umask=077; if somebody may have copied the key, make another CA.",
        )
    )

"""Who is a member of which group, in the files of this machine or of a tree."""

from pathlib import Path

from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.machine.accounts import parse_accounts

THIS_MACHINE = Path("/")


def join_group(root: Path, user: str, group: str) -> None:
    """Make the user a member of the group; raises Failed."""
    prefix = [] if root == THIS_MACHINE else ["--prefix", str(root)]
    try:
        programs.run_successfully(["usermod", *prefix, "-a", "-G", group, user])
    except programs.ProgramMissing as error:
        raise Failed(
            error.message,
            f"Install it (Debian's package is passwd), or make {user} a member of {group} by hand.",
        ) from error


def leave_group(root: Path, user: str, group: str) -> None:
    """Take the user out of the group; nothing where he is not in it. Raises Failed."""
    if not is_member(root, user, group):
        return
    if root == THIS_MACHINE:
        programs.run_successfully(["gpasswd", "-d", user, group])
    else:
        programs.run_successfully(["usermod", "--prefix", str(root), "-r", "-G", group, user])


def is_member(root: Path, user: str, group: str) -> bool:
    """Whether the tree's own group file lists the user (group(5))."""
    try:
        content = (root / "etc/group").read_bytes()
    except FileNotFoundError:
        return False
    groups = parse_accounts(b"", content).groups
    return any(each.name == group and user in each.members for each in groups)

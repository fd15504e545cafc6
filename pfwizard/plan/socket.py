"""Whether Postfix's user can reach the socket of the password checker."""

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.machine.accounts import Group
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState

SEARCH = 0o1
WRITE = 0o2
"""To connect, a process needs to write to the socket and to search the directories (unix(7))."""


class Reach(Enum):
    REACHED = "reached"
    ABSENT = "absent"
    NO_SOCKET = "no socket"
    NEEDS_GROUP = "needs a group"
    CLOSED = "closed"


@dataclass(frozen=True)
class Reachability:
    """The verdict, with the group that would open the way or the place where it is closed."""

    reach: Reach
    group: Group | None = None
    closed_at: PurePosixPath | None = None


def reachability(facts: Facts, socket: PurePosixPath, user: str) -> Reachability:
    """Walk from the root to the socket as a process of this user would."""
    state = facts.file(socket)
    if not state.exists:
        return Reachability(Reach.ABSENT)
    if state.kind is not FileKind.SOCKET:
        return Reachability(Reach.NO_SOCKET)
    walk = [(facts.file(above), SEARCH) for above in reversed(socket.parents)]
    for step, right in [*walk, (state, WRITE)]:
        if _may(facts, step, right, user):
            continue
        group = facts.accounts.groups.get(step.gid)
        if group is not None and step.mode >> 3 & right:
            return Reachability(Reach.NEEDS_GROUP, group)
        return Reachability(Reach.CLOSED, closed_at=step.path)
    return Reachability(Reach.REACHED)


def _may(facts: Facts, state: FileState, right: int, user: str) -> bool:
    """The first class that fits decides, even where a later one allows more."""
    account = facts.accounts.users.get(user)
    if account is not None and account[0] == state.uid:
        return bool(state.mode >> 6 & right)
    if state.gid in facts.accounts.groups_of(user):
        return bool(state.mode >> 3 & right)
    return bool(state.mode & right)

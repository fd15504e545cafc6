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


ROOT = 0
"""The number of the group of root."""


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


def reachability(
    facts: Facts, socket: PurePosixPath, user: str, *, joined: frozenset[str] = frozenset()
) -> Reachability:
    """Walk from the root to the socket as a process of this user would.

    ``joined`` are groups that the user is about to become a member of. Nobody is ever to join the
    group of root.
    """
    state = facts.file(socket)
    if not state.exists:
        return Reachability(Reach.ABSENT)
    if state.kind is not FileKind.SOCKET:
        return Reachability(Reach.NO_SOCKET)
    account = facts.accounts.users.get(user)
    numbers = {g.identifier for g in facts.accounts.groups if g.name in joined}
    process = _Process(
        account[0] if account is not None else None, facts.accounts.groups_of(user) | numbers
    )
    # The directories of the name, and those that a symbolic link in it leads through.
    above = [*reversed(socket.parents), *reversed(state.real.parents)]
    for step, right in [*((facts.file(each), SEARCH) for each in above), (state, WRITE)]:
        if process.may(step, right):
            continue
        group = facts.accounts.group(step.gid)
        if group is not None and step.gid != ROOT and process.may_as_member(step, right):
            return Reachability(Reach.NEEDS_GROUP, group)
        return Reachability(Reach.CLOSED, closed_at=step.path)
    return Reachability(Reach.REACHED)


@dataclass(frozen=True)
class _Process:
    """The first class that fits it decides, even where a later one allows more."""

    user: int | None
    groups: frozenset[int]

    def may(self, state: FileState, right: int) -> bool:
        if self.user == state.uid:
            return bool(state.mode >> 6 & right)
        if state.gid in self.groups:
            return bool(state.mode >> 3 & right)
        return bool(state.mode & right)

    def may_as_member(self, state: FileState, right: int) -> bool:
        """Whether it could if it were a member of the file's group, which it is not."""
        joined = _Process(self.user, self.groups | {state.gid})
        return state.gid not in self.groups and joined.may(state, right)

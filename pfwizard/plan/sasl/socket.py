"""Whether Postfix's user can reach the socket of the password checker."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.machine.accounts import Group
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState

READ = 0o4
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
    """The verdict, with the place where the way is closed, and the group that would open it."""

    reach: Reach
    group: Group | None = None
    closed_at: PurePosixPath | None = None


@dataclass(frozen=True)
class Errand:
    """What a process wants at the end of its way."""

    kind: FileKind
    right: int


TO_CONNECT = Errand(FileKind.SOCKET, WRITE)
TO_READ = Errand(FileKind.REGULAR, READ)


def reachability(
    facts: Facts,
    socket: PurePosixPath,
    user: str,
    *,
    joined: frozenset[str] = frozenset(),
    errand: Errand = TO_CONNECT,
) -> Reachability:
    """Walk from the root to the socket, or to a file, as a process of this user would.

    ``joined`` are groups that the user is about to become a member of. Nobody is ever to join the
    group of root.
    """
    state = facts.file(socket)
    if not state.exists:
        return Reachability(Reach.ABSENT)
    if state.kind is not errand.kind:
        return Reachability(Reach.NO_SOCKET)
    numbers = {g.identifier for g in facts.accounts.groups if g.name in joined}
    process = Process.of(facts, user, numbers)
    # The directories of the name, and those that a symbolic link in it leads through.
    above = [*reversed(socket.parents), *reversed(state.real.parents)]
    way = [*((facts.file(each), SEARCH) for each in above), (state, errand.right)]
    for step, right in way:
        if process.may(step, right):
            continue
        group = facts.accounts.group(step.gid)
        if group is not None and step.gid != ROOT and process.may_as_member(step, right):
            return Reachability(Reach.NEEDS_GROUP, group, closed_at=step.path)
        return Reachability(Reach.CLOSED, closed_at=step.path)
    return Reachability(Reach.REACHED)


@dataclass(frozen=True)
class Process:
    """What files allow: the first class that fits decides, even where a later one allows more."""

    user: int | None
    groups: frozenset[int]

    @classmethod
    def of(cls, facts: Facts, user: str, more: Iterable[int] = ()) -> "Process":
        """One of this user, with its groups and ``more``."""
        account = facts.accounts.users.get(user)
        groups = facts.accounts.groups_of(user) | frozenset(more)
        return cls(account[0] if account is not None else None, groups)

    def may(self, state: FileState, right: int) -> bool:
        """Whether it has this right to a file or directory, one of READ, WRITE and SEARCH."""
        if self.user == state.uid:
            return bool(state.mode >> 6 & right)
        if state.gid in self.groups:
            return bool(state.mode >> 3 & right)
        return bool(state.mode & right)

    def may_as_member(self, state: FileState, right: int) -> bool:
        """Whether it could if it were a member of the file's group, which it is not."""
        joined = Process(self.user, self.groups | {state.gid})
        return state.gid not in self.groups and joined.may(state, right)

"""Users and groups as the tree's own files name them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Group:
    name: str
    identifier: int
    members: frozenset[str]


@dataclass(frozen=True)
class Accounts:
    """passwd(5) and group(5), read from files so that a tree under ``--root`` has its own."""

    users: Mapping[str, tuple[int, int]]
    groups: tuple[Group, ...]

    def with_member(self, user: str, name: str) -> "Accounts":
        """The same once the user is a member of the group of this name, where there is one."""
        groups = (
            replace(group, members=group.members | {user}) if group.name == name else group
            for group in self.groups
        )
        return replace(self, groups=tuple(groups))

    def group(self, identifier: int) -> Group | None:
        """The first group of this number, as getgrgid(3) finds it."""
        return next((group for group in self.groups if group.identifier == identifier), None)

    def groups_of(self, user: str) -> frozenset[int]:
        """The numbers of the groups that a process of this user runs with (initgroups(3))."""
        primary = {self.users[user][1]} if user in self.users else set()
        return frozenset(
            primary | {group.identifier for group in self.groups if user in group.members}
        )


def parse_accounts(passwd: bytes, group: bytes) -> Accounts:
    """Read both files; lines that do not have the form are passed over, as the C library does."""
    users = {
        name: (int(uid), int(gid))
        for name, _, uid, gid, *_ in _records(passwd, 4)
        if uid.isdecimal() and gid.isdecimal()
    }
    groups = tuple(
        Group(name, int(gid), frozenset(filter(None, members.split(","))))
        for name, _, gid, members, *_ in _records(group, 4)
        if gid.isdecimal()
    )
    return Accounts(users, groups)


def _records(content: bytes, fields: int) -> list[list[str]]:
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    return [line.split(":") for line in lines if line.count(":") >= fields - 1]

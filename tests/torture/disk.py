"""What a file system may have kept when the power failed: every state that a trace can leave.

What is assumed of a file system, and nothing more than this:

- fsync(2) of a file keeps its content and its attributes. It does not keep its name.
- fsync(2) of a directory keeps every name that was made or lost in it before, and its attributes.
  It keeps neither the content nor the attributes of what those names lead to.
- A change of names (create, link, rename, exchange, unlink, mkdir, rmdir) is kept or lost as a
  whole. One that is about two directories may be lost until both of them are synced.
- Changes of the same name are kept in their order: none without those before it. Changes of
  different names are independent of each other, even in one directory.
- What was written and not synced may be there, be missing, be cut short, or be zeros of the right
  length; attributes are kept in their order, and without the content as well as with it.
- Whatever was there before the trace began is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

Inode = int
ROOT: Inode = 0

Entry = tuple[Inode, str]
"""A name in a directory."""

AT_MOST = 12
"""Sets of lost name changes that are tried at one point of a trace.

Where there are more, those with the fewest changes lost and those with the fewest kept are taken.
"""


@dataclass(frozen=True)
class Node:
    """A file, or a directory, whose content is None."""

    content: bytes | None
    mode: int
    uid: int
    gid: int
    attributes: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Named:
    """Names that lead somewhere else from now on, or nowhere, all of them in one operation."""

    leads: Mapping[Entry, Inode | None]


@dataclass(frozen=True)
class Written:
    """An inode that is new (``node`` is how it is born), or that is another one from now on."""

    inode: Inode
    node: Node
    is_born: bool = False


@dataclass(frozen=True)
class Synced:
    """fsync(2) of an inode; ``site`` tells where it is called and what for."""

    inode: Inode
    site: str


Event = Named | Written | Synced

Names = dict[Entry, Inode]
Nodes = dict[Inode, Node]
Tree = tuple[tuple[str, Inode, Node], ...]
"""The paths that can be reached, each after its directory, with the inodes and what is in them."""


@dataclass
class Disk:
    """What is kept for certain, and what may be lost."""

    names: Names
    nodes: Nodes
    pending: list[Named] = field(default_factory=list)
    unsynced: list[set[Inode]] = field(default_factory=list)
    versions: dict[Inode, list[Node]] = field(default_factory=dict)

    def after(self, event: Event) -> None:
        match event:
            case Named():
                self.pending.append(event)
                self.unsynced.append({directory for directory, _ in event.leads})
            case Written(inode, node, is_born=True):
                self.nodes[inode] = node
            case Written(inode, node):
                self.versions.setdefault(inode, []).append(node)
            case Synced(inode):
                self._keep(inode)

    def _keep(self, inode: Inode) -> None:
        if inode in self.versions:
            self.nodes[inode] = self.versions.pop(inode)[-1]
        kept: set[int] = set()
        needs = _needs(self.pending)
        for number, directories in enumerate(self.unsynced):
            directories.discard(inode)
            if not directories:
                kept |= _with_needs(number, needs)
        self.names = named(self.names, [self.pending[number] for number in sorted(kept)])
        lost = [number for number in range(len(self.pending)) if number not in kept]
        self.pending = [self.pending[number] for number in lost]
        self.unsynced = [self.unsynced[number] for number in lost]

    def states(self) -> Iterator[Tree]:
        """Every tree that may be found when the power fails now and comes back."""
        return self._trees(frozenset(), self._kept_contents(self.versions))

    def states_with(self, event: Event) -> Iterator[Tree]:
        """Those in which something of the latest event is kept: the others were there before."""
        match event:
            case Named():
                last = _with_needs(len(self.pending) - 1, _needs(self.pending))
                return self._trees(frozenset(last), self._kept_contents(self.versions))
            case Written(inode, _, is_born=False):
                return self._trees(frozenset(), self._kept_contents([inode]))
        return iter(())

    def _trees(self, least: frozenset[int], contents: Sequence[Nodes]) -> Iterator[Tree]:
        for kept in self._kept_changes(least):
            names = named(self.names, [self.pending[number] for number in sorted(kept)])
            paths = paths_of(names, self.nodes)
            for nodes in contents:
                now = {**self.nodes, **nodes}
                yield tuple((path, inode, now[inode]) for path, inode in paths)

    def _kept_changes(self, least: frozenset[int]) -> Sequence[frozenset[int]]:
        needs = _needs(self.pending)
        every = frozenset(range(len(self.pending)))
        from_above, from_below = [every], [least]
        seen = {every, least}
        while (from_above or from_below) and len(seen) < AT_MOST:
            smaller = _with_one_less(from_above, needs)
            from_above = _unseen((each for each in smaller if each >= least), seen)
            from_below = _unseen(_with_one_more(from_below, needs), seen)
        return sorted(seen, key=sorted)

    def _kept_contents(self, varied: Iterable[Inode]) -> Sequence[Nodes]:
        """Each of these in each of its states while all others are kept, and while all are lost."""
        latest = {inode: versions[-1] for inode, versions in self.versions.items()}
        possible: list[Nodes] = [latest, {}]
        for inode in varied:
            for node in _possible(self.nodes[inode], self.versions[inode]):
                possible += [{**latest, inode: node}, {inode: node}]
        return [each for number, each in enumerate(possible) if each not in possible[:number]]


def named(names: Names, changes: Sequence[Named]) -> Names:
    """The names after these changes."""
    result = dict(names)
    for change in changes:
        for entry, inode in change.leads.items():
            if inode is None:
                result.pop(entry, None)
            else:
                result[entry] = inode
    return result


def paths_of(names: Names, nodes: Nodes) -> list[tuple[str, Inode]]:
    """What can be reached from the root."""
    below: dict[Inode, list[tuple[str, Inode]]] = {}
    for (directory, name), inode in sorted(names.items()):
        below.setdefault(directory, []).append((name, inode))

    def reached(path: str, inode: Inode) -> Iterator[tuple[str, Inode]]:
        for name, child in below.get(inode, ()):
            yield f"{path}{name}", child
            if nodes[child].content is None:
                yield from reached(f"{path}{name}/", child)

    return list(reached("", ROOT))


def _needs(changes: Sequence[Named]) -> list[set[int]]:
    """For each change the last ones before it that are about the same names."""
    last: dict[Entry, int] = {}
    needs = []
    for number, change in enumerate(changes):
        needs.append({last[entry] for entry in change.leads if entry in last})
        last.update(dict.fromkeys(change.leads, number))
    return needs


def _with_needs(number: int, needs: Sequence[set[int]]) -> set[int]:
    return {number}.union(*(_with_needs(need, needs) for need in needs[number]))


def _with_one_less(
    kept: Sequence[frozenset[int]], needs: Sequence[set[int]]
) -> Iterator[frozenset[int]]:
    for each in kept:
        needed = set().union(*(needs[number] for number in each))
        yield from (each - {number} for number in each - needed)


def _with_one_more(
    kept: Sequence[frozenset[int]], needs: Sequence[set[int]]
) -> Iterator[frozenset[int]]:
    for each in kept:
        for number, need in enumerate(needs):
            if number not in each and need <= each:
                yield each | {number}


def _unseen(sets: Iterator[frozenset[int]], seen: set[frozenset[int]]) -> list[frozenset[int]]:
    """Those that are new, as long as there is room for them."""
    new = []
    for each in sets:
        if each not in seen and len(seen) < AT_MOST:
            seen.add(each)
            new.append(each)
    return new


def _possible(kept: Node, versions: Sequence[Node]) -> Iterator[Node]:
    """What may be found of an inode that was changed and not synced."""
    yield kept
    yield from versions
    latest = versions[-1]
    if latest.content is not None and latest.content != kept.content:
        length = len(latest.content)
        for content in (kept.content, latest.content[: length // 2], bytes(length)):
            yield replace(latest, content=content)

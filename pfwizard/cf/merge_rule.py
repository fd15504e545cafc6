"""What a three-way merge goes by, whatever it is about: the rule of diff3(1), and its answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pfwizard.cf.text import UnwritableValue

T = TypeVar("T")
U = TypeVar("U")
K = TypeVar("K")


@dataclass(frozen=True)
class Conflict:
    """Something that our change and somebody else's edit both concern.

    ``name`` is a parameter, an entry (``smtp/inet``), or a part of an entry
    (``smtp/inet chroot``, ``smtp/inet -o smtpd_tls_wrappermode``, ``smtp/inet arguments``).
    ``line`` is its line in their file, counted from 1, or 0 when it is not there. ``theirs`` is
    what stands there now, ``ours`` what it would go back to, and ``base`` what our change has made
    of it, with which there would be no conflict; None is for nothing at all.
    """

    name: str
    line: int
    theirs: str | None
    ours: str | None
    base: str | None


@dataclass(frozen=True)
class Merged:
    """The merged file, or why there is none: ``content`` is None exactly if there are conflicts."""

    content: bytes | None
    conflicts: tuple[Conflict, ...] = ()

    @classmethod
    def failed(cls, conflicts: Iterable[Conflict]) -> "Merged":
        """Without content; the conflicts in the order of their lines."""
        return cls(None, tuple(sorted(conflicts, key=lambda conflict: conflict.line)))


@dataclass(frozen=True)
class Settled(Generic[T]):
    """What the rule decides for; the value itself may be None."""

    value: T


@dataclass(frozen=True)
class Versions(Generic[T]):
    """One thing in the file that we wrote, in the one before it, and in the one there is now."""

    base: T
    ours: T
    theirs: T

    def each(self, view: Callable[[T], U]) -> "Versions[U]":
        """The three as something else."""
        return Versions(view(self.base), view(self.ours), view(self.theirs))

    @property
    def is_our_change(self) -> bool:
        return self.ours != self.base

    def settled(self) -> Settled[T] | None:
        """The rule of diff3(1): who has changed it alone has their way. None is a conflict."""
        if self.ours in (self.base, self.theirs):
            return Settled(self.theirs)
        if self.theirs == self.base:
            return Settled(self.ours)
        return None


def by_key(mappings: Versions[Mapping[K, T]], absent: T) -> dict[K, Versions[T]]:
    """For each key of any of the three mappings what they have for it."""
    keys = {**mappings.base, **mappings.ours, **mappings.theirs}
    return {
        key: Versions(
            mappings.base.get(key, absent),
            mappings.ours.get(key, absent),
            mappings.theirs.get(key, absent),
        )
        for key in keys
    }


def first_that_reads(
    expected: T, read: Callable[[bytes], T], attempts: Iterable[Callable[[], bytes | None]]
) -> bytes | None:
    """The first content that is read as what is expected. An attempt may fail to have any."""
    for attempt in attempts:
        try:
            content = attempt()
        except UnwritableValue:
            continue
        if content is not None and read(content) == expected:
            return content
    return None

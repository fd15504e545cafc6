"""Which platform this is: os-release(5), or what else a tree shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.machine.platforms import alpine, arch, bsd, debian, red_hat, suse
from pfwizard.machine.platforms.record import NEWEST, Platform, Release
from pfwizard.machine.platforms.unknown import UNKNOWN
from pfwizard.machine.tree import Tree

PLATFORMS = (
    *debian.RECORDS,
    *red_hat.RECORDS,
    *alpine.RECORDS,
    *suse.RECORDS,
    *arch.RECORDS,
    *bsd.RECORDS,
)

OS_RELEASE = (PurePosixPath("/etc/os-release"), PurePosixPath("/usr/lib/os-release"))
"""The first of them that is there counts (os-release(5))."""


@dataclass(frozen=True)
class Mark:
    """A file that only one system has, whether it is running or an image."""

    path: PurePosixPath
    platform: Platform


MARKS = (
    Mark(PurePosixPath("/bsd"), bsd.OPENBSD),  # the kernel
    Mark(PurePosixPath("/etc/installurl"), bsd.OPENBSD),
    Mark(PurePosixPath("/netbsd"), bsd.NETBSD),
    Mark(PurePosixPath("/usr/pkg/etc/postfix"), bsd.NETBSD),
    # Its os-release is a link to what is made at the start of the machine.
    Mark(PurePosixPath("/bin/freebsd-version"), bsd.FREEBSD),
)


def platform_of(tree: Tree) -> Platform:
    """The platform of this machine, or of the tree that is worked on."""
    contents = [tree.look(path).content for path in OS_RELEASE]
    content = next((each for each in contents if each is not None), None)
    if content is not None:
        return recognise(parse_os_release(content.decode("utf-8", "replace")))
    marked = (mark.platform for mark in MARKS if tree.look(mark.path).exists)
    return next(marked, UNKNOWN)


def recognise(os_release: Mapping[str, str]) -> Platform:
    """Choose the platform from the fields of os-release(5).

    A derivative is taken for what it says it is like, and the record says so in ``assumed_for``.
    """
    release = parse_release(os_release.get("VERSION_ID", ""))
    own = _of_release(os_release.get("ID", ""), release)
    if own is not None:
        return own
    name = os_release.get("PRETTY_NAME") or os_release.get("NAME") or os_release.get("ID", "")
    for relative in os_release.get("ID_LIKE", "").split():
        taken_for = _relative(relative, os_release)
        if taken_for is not None:
            return replace(taken_for, assumed_for=name)
    return UNKNOWN


def _of_release(identifier: str, release: Release) -> Platform | None:
    found = (
        platform
        for platform in PLATFORMS
        if identifier in platform.identifiers and release in platform.releases
    )
    return next(found, None)


def _relative(identifier: str, os_release: Mapping[str, str]) -> Platform | None:
    """By the codename, for a derivative counts its releases in a way of its own.

    Red Hat's have no codenames, and their rebuilds count as it does.
    """
    family = [platform for platform in PLATFORMS if identifier in platform.identifiers]
    named = set(_codenames(os_release))
    for platform in family:
        if named.intersection(platform.codenames):
            return platform
    if any(platform.codenames for platform in family):
        return family[-1]
    return _of_release(identifier, parse_release(os_release.get("VERSION_ID", "")))


def _codenames(os_release: Mapping[str, str]) -> Iterator[str]:
    """Of the distribution itself, and of the one that it is made from."""
    for name, value in os_release.items():
        if name.endswith("_CODENAME"):
            yield value


def parse_release(text: str) -> Release:
    """Read ``VERSION_ID``; anything but numbers and dots is the newest release."""
    parts = text.split(".")
    numbers = all(part.isdecimal() for part in parts)
    return tuple(map(int, parts)) if numbers else NEWEST


def parse_os_release(content: str) -> dict[str, str]:
    """Read ``NAME="value"`` lines (os-release(5)) without their quotes."""
    pairs = (line.partition("=") for line in content.splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}

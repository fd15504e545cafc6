"""The files that say whom this machine asks about names (resolver(5), resolved.conf(5))."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.machine.tree import Tree

RESOLV_CONF = PurePosixPath("/etc/resolv.conf")

SYSTEMD = tuple(
    PurePosixPath(each) / "systemd" for each in ("/etc", "/run", "/usr/local/lib", "/usr/lib")
)
"""Where systemd looks for configuration; the first of several files of the same name counts."""

RESOLVED_CONF = tuple(each / "resolved.conf" for each in SYSTEMD)
DROP_INS = tuple(each / "resolved.conf.d" for each in SYSTEMD)


def jailed(queue: PurePosixPath) -> PurePosixPath:
    """The resolv.conf of daemons that run in the chroot jail, which is the queue directory."""
    return queue / RESOLV_CONF.relative_to("/")


def files_of_resolver(tree: Tree, queue: PurePosixPath) -> Iterator[PurePosixPath]:
    """All of them, whether they exist or not, and the drop-ins that exist."""
    yield from (RESOLV_CONF, jailed(queue), *RESOLVED_CONF)
    for directory in DROP_INS:
        yield from (file for file in tree.files_in(directory) if file.suffix == ".conf")

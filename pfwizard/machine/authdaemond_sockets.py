"""Where Courier's authdaemond may listen on this machine."""

from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import PLATFORMS
from pfwizard.machine.tree import FileKind, FileState

OTHER_NAMES = tuple(
    map(
        PurePosixPath,
        (
            "/var/run/courier/authdaemon/socket",
            "/run/courier-auth/socket",
            "/usr/local/var/spool/authdaemon/socket",  # authlib's own installation
        ),
    )
)
"""For what packages call otherwise, or had elsewhere."""

SOCKETS = tuple(
    dict.fromkeys((*(each.authdaemond_socket.value.path for each in PLATFORMS), *OTHER_NAMES))
)
"""What has to be among the facts."""


def states_of_sockets(facts: Facts) -> list[FileState]:
    """Every place that can be seen, that of the machine's own platform first."""
    own = facts.platform.authdaemond_socket.value.path
    places = dict.fromkeys((own, *SOCKETS))
    return [facts.file(path) for path in places if path not in facts.unseen]


def found_sockets(facts: Facts) -> list[PurePosixPath]:
    return [each.path for each in states_of_sockets(facts) if each.kind is FileKind.SOCKET]

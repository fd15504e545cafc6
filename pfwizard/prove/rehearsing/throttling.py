"""Which servers of the private Postfix are waited for in vain.

When a process has died before its first client, master(8) starts no other one of the same service
for ``service_throttle_time``; all other services go on (src/master/master_spawn.c). The log names
the program, which several servers have in common. So each server that clients meet has a path of
its own to its program here: ``./smtpd``, ``././smtpd``.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service, ServiceField

THROTTLING = re.compile(r"(?P<path>\S+): bad command startup -- throttling")

SAME_DIRECTORY = "./"

POSTSCREEN = "postscreen"
"""It greets, and hands its clients to a server of type ``pass`` (postscreen(8))."""

FOR_CLIENTS = frozenset({"inet", "pass"})
"""The types of the servers that clients meet; what is behind the others, all of these may need."""


def with_paths_of_their_own(master: MasterCf) -> MasterCf:
    servers = [service for service in master.services if service.type in FOR_CLIENTS]
    for number, service in enumerate(servers):
        path = f"{number * SAME_DIRECTORY}{service.command}"
        master = master.with_field(service, ServiceField.COMMAND, path)
    return master


def is_given_up(log: str, name: str, master: MasterCf, programs: Path) -> bool:
    """Whether the server with this name in the private master.cf, or one that it needs, has died.

    ``programs`` is their directory (``daemon_directory``).
    """
    dead = {found["path"].removeprefix(f"{programs}/") for found in THROTTLING.finditer(log)}
    return not dead <= {service.command for service in _not_needed(name, master)}


def _not_needed(name: str, master: MasterCf) -> Iterator[Service]:
    servers = [service for service in master.services if service.type in FOR_CLIENTS]
    own = [service for service in servers if service.name == name]
    hands_over = any(service.command.endswith(POSTSCREEN) for service in own)
    for service in servers:
        if service not in own and not (hands_over and service.type == "pass"):
            yield service

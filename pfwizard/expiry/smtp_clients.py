"""The certificates that this machine shows to other servers, where it delivers mail to them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.effective import Effective
from pfwizard.plan.server.served import paths

PROGRAMS = ("smtp", "lmtp")
"""One program under two names, each with parameters of its own (smtp(8))."""

BY_KEY_TYPE = ("cert_file", "dcert_file", "eccert_file")


def shown_to_other_servers(master: MasterCf, effective: Effective) -> tuple[PurePosixPath, ...]:
    """Each file once, as main.cf and the ``-o`` options of the services have them.

    Raises Failed for a value that Postfix gives up on.
    """
    found = (
        path
        for service in master.services
        if service.command in PROGRAMS
        for path in _files(service.command, effective.of(service))
    )
    return tuple(dict.fromkeys(found))


def _files(program: str, effective: Effective) -> Iterator[PurePosixPath]:
    """smtp_tls_chain_files overrides the files by type (postconf(5))."""
    chains = list(paths(f"{program}_tls_chain_files", effective))
    by_type = [f"{program}_tls_{name}" for name in BY_KEY_TYPE]
    yield from chains or [path for name in by_type for path in paths(name, effective)]

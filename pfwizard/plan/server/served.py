"""The files in which the SMTP servers' certificates, their keys and the CAs are."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.effective import Effective
from pfwizard.plan.services import smtp_servers
from pfwizard.plan.tls.tls import PAIR

NO_CERTIFICATE = "none"
"""What postconf(5) has the parameters say for a server without a certificate."""


@dataclass(frozen=True)
class ServedFiles:
    """What main.cf and the ``-o`` options of every SMTP server name, each file once.

    A file of smtpd_tls_chain_files is among the certificates and among the keys.
    """

    certificates: tuple[PurePosixPath, ...]
    keys: tuple[PurePosixPath, ...]
    authorities: tuple[PurePosixPath, ...]

    @property
    def all(self) -> tuple[PurePosixPath, ...]:
        return tuple(dict.fromkeys((*self.certificates, *self.keys, *self.authorities)))


def served_files(master: MasterCf, effective: Effective) -> ServedFiles:
    """Of all SMTP servers together; raises Failed for a value that Postfix gives up on."""
    servers = [effective.of(service) for service in smtp_servers(master, effective)]
    return ServedFiles(
        certificates=_of_all(servers, tuple(PAIR)),
        keys=_of_all(servers, tuple(PAIR.values())),
        authorities=tuple(
            dict.fromkeys(path for each in servers for path in paths("smtpd_tls_CAfile", each))
        ),
    )


def _of_all(servers: list[Effective], pair: tuple[str, ...]) -> tuple[PurePosixPath, ...]:
    return tuple(dict.fromkeys(path for each in servers for path in certificate_paths(each, pair)))


def certificate_paths(effective: Effective, pair: tuple[str, ...]) -> Iterator[PurePosixPath]:
    """The files of one server, by the parameters in ``pair``, or those that override them.

    smtpd_tls_chain_files overrides the files by type (postconf(5)).
    """
    chains = list(paths("smtpd_tls_chain_files", effective))
    yield from chains or [path for name in pair for path in paths(name, effective)]


def paths(name: str, effective: Effective) -> Iterator[PurePosixPath]:
    """The files that a parameter names.

    A relative path counts from the queue directory, where the daemons are.
    """
    queue = PurePosixPath(effective.value("queue_directory"))
    for element in effective.elements(name):
        if element != NO_CERTIFICATE:
            yield queue / element

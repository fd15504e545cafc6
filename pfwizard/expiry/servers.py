"""The SMTP servers of a configuration: where each listens, and which certificates it goes by."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service
from pfwizard.machine.effective import Effective
from pfwizard.plan.plan import SmtpPort
from pfwizard.plan.server.served import certificate_paths, paths
from pfwizard.plan.services import running, smtp_port, smtp_servers
from pfwizard.plan.tls.tls import PAIR


@dataclass(frozen=True)
class TlsServer:
    """A service of master.cf whose clients meet smtpd(8).

    ``smtp_port`` is None for one that is not reached over TCP.
    """

    smtp_port: SmtpPort | None
    certificate_files: tuple[PurePosixPath, ...]
    ca_file: PurePosixPath | None


def tls_servers(master: MasterCf, effective: Effective) -> tuple[TlsServer, ...]:
    """Every SMTP server with its certificates, as main.cf and its own ``-o`` options have them.

    Raises Failed for a value that Postfix gives up on.
    """
    return tuple(_server(*each, master) for each in met_by_clients(master, effective))


def met_by_clients(master: MasterCf, effective: Effective) -> Iterator[tuple[Service, Effective]]:
    """The services where clients meet smtpd(8), and the parameters that it then goes by."""
    for service in smtp_servers(master, effective):
        yield service, effective.of(service)
    yield from _behind_postscreen(master, effective)


def _behind_postscreen(
    master: MasterCf, effective: Effective
) -> Iterator[tuple[Service, Effective]]:
    """The ports where postscreen(8) listens and hands clients to smtpd(8), by a ``pass`` service.

    Those of mynetworks, as we are, it hands over at once (postscreen_access_list).
    """
    behind = [each for each in smtp_servers(master, effective) if each.type == "pass"]
    for service in running(master, effective):
        if service.command == "postscreen" and behind:
            yield service, effective.of(behind[0])


def port_of(service: Service, effective: Effective) -> SmtpPort | None:
    """The port on which the service is reached; None where it is not reached over TCP."""
    port = service.endpoint.port
    is_on_tcp = service.type == "inet" and isinstance(port, int)
    if not is_on_tcp:
        return None
    proxy = f"{service.command}_upstream_proxy_protocol"
    return smtp_port(int(port), effective, proxy)


def reached_at(service: Service, effective: Effective, master: MasterCf) -> SmtpPort | None:
    """Its port, and on which addresses it is this service of ``master`` that answers there."""
    smtp_port = port_of(service, effective)
    if smtp_port is None:
        return None
    host = service.endpoint.host
    beside = {each.host for each in _endpoints(master) if each.port == smtp_port.port}
    return replace(
        smtp_port,
        hosts=(host,) if host else (),
        elsewhere=() if host else tuple(sorted(filter(None, beside))),
    )


def _endpoints(master: MasterCf) -> Iterator[Endpoint]:
    return (each.endpoint for each in master.services if each.type == "inet")


def _server(service: Service, effective: Effective, master: MasterCf) -> TlsServer:
    return TlsServer(
        smtp_port=reached_at(service, effective, master),
        certificate_files=tuple(certificate_paths(effective, tuple(PAIR))),
        ca_file=next(paths("smtpd_tls_CAfile", effective), None),
    )

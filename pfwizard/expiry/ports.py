"""The certificates that the ports of a running Postfix show."""

import ssl
from dataclasses import dataclass

from pfwizard.apply.live.answering import Patience, answer_of
from pfwizard.apply.live.listening import addresses_of
from pfwizard.expiry.servers import TlsServer
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.errors import NotACertificate
from pfwizard.plan.plan import SmtpPort

PATIENCE = Patience(seconds=5.0)
"""For each reply; monitoring gives up on all of it after 10 seconds or so."""


@dataclass(frozen=True)
class Socket:
    """Where a server can be reached; ``address`` is empty where nothing listens."""

    address: str
    port: int

    def __str__(self) -> str:
        if not self.address:
            return f"port {self.port}"
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"


@dataclass(frozen=True)
class Shown:
    """The certificate that a server shows, or what it does in its place."""

    server: TlsServer
    socket: Socket
    certificate: Certificate | None = None
    problem: str = ""


def shown_by(server: TlsServer, smtp_port: SmtpPort, master: int) -> Shown:
    """Ask the server on this machine; ``master`` is the number of Postfix's master(8)."""
    addresses = addresses_of(smtp_port, master)
    if not addresses:
        nowhere = Socket("", smtp_port.port)
        return Shown(server, nowhere, problem=f"nothing listens on port {smtp_port.port}")
    address = server.host if server.host in addresses else addresses[0]
    socket = Socket(address, smtp_port.port)
    answer = answer_of(smtp_port, address, PATIENCE)
    if answer.certificate is None:
        return Shown(server, socket, problem=f"{socket}: {answer.problem}")
    try:
        certificate = load_certificate(ssl.DER_cert_to_PEM_cert(answer.certificate).encode())
    except NotACertificate as error:
        return Shown(server, socket, problem=f"{socket}: {error.message}")
    return Shown(server, socket, certificate)

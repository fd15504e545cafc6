"""The certificates that the ports of a running Postfix show."""

import ssl
from dataclasses import dataclass, replace
from enum import StrEnum

from pfwizard.apply.live.answering import Answer, Patience, answer_of
from pfwizard.apply.live.limits import is_limited
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


class Family(StrEnum):
    """The kinds of keys between which clients choose; a server may have a certificate of each."""

    RSA = "RSA"
    ECDSA = "ECDSA"

    @classmethod
    def of(cls, certificate: Certificate) -> "Family":
        return cls.RSA if certificate.facts.key.startswith("RSA") else cls.ECDSA

    @property
    def ciphers(self) -> str:
        """Those for which a server needs such a key (openssl-ciphers(1))."""
        return f"a{self.value}"


EVERY_CIPHER = "DEFAULT"


@dataclass(frozen=True)
class Shown:
    """The certificate that a server shows, or what it does in its place.

    ``asked_for`` is set where it was asked by a client that takes nothing else.
    """

    server: TlsServer
    socket: Socket
    certificate: Certificate | None = None
    problem: str = ""
    asked_for: Family | None = None


def shown_by(
    server: TlsServer, smtp_port: SmtpPort, master: int, families: frozenset[Family] = frozenset()
) -> tuple[Shown, ...]:
    """Ask the server on this machine; ``master`` is the number of Postfix's master(8).

    ``families`` are those of which its files have certificates. One after the other is asked for,
    with TLS 1.2: a server that has switched that off is asked once only.
    """
    addresses = addresses_of(smtp_port, master)
    if not addresses:
        nowhere = Socket("", smtp_port.port)
        return (Shown(server, nowhere, problem=f"nothing listens on port {smtp_port.port}"),)
    asked = _Asked(server, smtp_port, Socket(addresses[0], smtp_port.port))
    first = asked.any_client()
    if first.certificate is None:
        return (first,)
    missing = sorted(families - {Family.of(first.certificate)})
    if missing and asked.takes_old_clients():
        return (first, *(asked.client_of(family) for family in missing))
    return (first,)


@dataclass(frozen=True)
class _Asked:
    """A server that is asked several times."""

    server: TlsServer
    smtp_port: SmtpPort
    socket: Socket

    def any_client(self) -> Shown:
        answer = answer_of(self.smtp_port, self.socket.address, PATIENCE)
        return self._shown(answer, f"{self.socket}: {answer.problem}")

    def client_of(self, family: Family) -> Shown:
        answer = answer_of(self.smtp_port, self.socket.address, PATIENCE, ciphers=family.ciphers)
        problem = f"{self.socket}: clients that know {family} alone are refused: {answer.problem}"
        return replace(self._shown(answer, problem), asked_for=family)

    def takes_old_clients(self) -> bool:
        """Those with TLS 1.2, as far as we are let in."""
        answer = answer_of(self.smtp_port, self.socket.address, PATIENCE, ciphers=EVERY_CIPHER)
        return answer.certificate is not None or is_limited(answer.problem)

    def _shown(self, answer: Answer, problem: str) -> Shown:
        if answer.certificate is None:
            return Shown(self.server, self.socket, problem=problem)
        try:
            pem = ssl.DER_cert_to_PEM_cert(answer.certificate).encode()
            return Shown(self.server, self.socket, load_certificate(pem))
        except NotACertificate as error:
            return Shown(self.server, self.socket, problem=f"{self.socket}: {error.message}")

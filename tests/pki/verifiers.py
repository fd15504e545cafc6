"""Four programs that judge a certificate, none of them pfwizard, each asked the strictest way."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store
from pkilint import loader  # type: ignore[import-untyped]
from pkilint.pkix import certificate, extension, name  # type: ignore[import-untyped]
from pkilint.validation import ValidationFindingSeverity  # type: ignore[import-untyped]

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.names import is_ip
from tests.machines.machine import Machine
from tests.pki.builders import HOST, NOW
from tests.pki.openssl import openssl_says


class Purpose(Enum):
    """What a certificate is to be good for: OpenSSL's word, and GnuTLS's object identifier."""

    SERVER = ("sslserver", "1.3.6.1.5.5.7.3.1")
    CLIENT = ("sslclient", "1.3.6.1.5.5.7.3.2")
    ANY = ("any", "2.5.29.37.0")


def complaint_of_openssl(
    issuer: Certificate,
    leaf: Certificate,
    *checks: str,
    directory: Path,
    purpose: Purpose = Purpose.SERVER,
    at: datetime = NOW,
) -> str:
    """What ``openssl verify -x509_strict`` has against it; nothing if it is good."""
    (directory / "ca.crt").write_bytes(issuer.pem())
    (directory / "leaf.crt").write_bytes(leaf.pem())
    said = openssl_says(
        *("verify", "-x509_strict", "-purpose", purpose.value[0], "-auth_level", "2"),
        *("-no-CApath", "-attime", str(int(at.timestamp())), "-CAfile", "ca.crt"),
        *(*checks, "leaf.crt"),
        directory=directory,
    )
    return "" if said == "leaf.crt: OK\n" else said


def verify_as_a_client(issuer: Certificate, leaf: Certificate, host: str = HOST) -> None:
    """The library's own verifier, which is as strict as browsers; raises VerificationError."""
    subject = x509.IPAddress(ip_address(host)) if is_ip(host) else x509.DNSName(host)
    _policy(issuer).build_server_verifier(subject).verify(leaf.parsed, [])


def verify_as_a_server(issuer: Certificate, leaf: Certificate) -> None:
    """The same for a client's certificate."""
    _policy(issuer).build_client_verifier().verify(leaf.parsed, [])


def _policy(issuer: Certificate) -> PolicyBuilder:
    return PolicyBuilder().store(Store([issuer.parsed])).time(NOW)


@dataclass(frozen=True)
class GnuTls:
    """``certtool`` in a machine."""

    machine: Machine

    def complaint(
        self, issuer: Certificate, leaf: Certificate, *checks: str, purpose: Purpose
    ) -> str:
        """What ``certtool --verify`` has against it; nothing if it is good."""
        self.machine.write("/tmp/ca.crt", issuer.pem())
        done = self.machine.run(
            [
                *("certtool", "--verify", "--load-ca-certificate", "/tmp/ca.crt"),
                *("--attime", f"{NOW:%Y-%m-%d %H:%M:%S} UTC"),
                *("--verify-purpose", purpose.value[1], *checks),
            ],
            input=leaf.pem().decode(),
            check=False,
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr


def findings_of_pkilint(subject: Certificate) -> list[str]:
    """What the linter of RFC 5280 finds at the level of a warning and above."""
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(
        ssl.PEM_cert_to_DER_cert(subject.pem().decode()), "certificate"
    )
    return [
        str(description)
        for result in _LINTER.validate(document.root)
        for description in result.finding_descriptions
        if description.finding.severity <= ValidationFindingSeverity.WARNING
    ]


# What the program lint_pkix_cert puts together.
_LINTER = certificate.create_pkix_certificate_validator_container(
    certificate.create_decoding_validators(
        name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS
    ),
    [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ],
)


# --- a handshake in memory -----------------------------------------------------------------------


def strict_client(issuer: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=issuer.pem().decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # what Python 3.13 does by default
    return context


def strict_server(leaf: Certificate, key: PrivateKey, directory: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    present(context, leaf, key, directory / "server.pem")
    return context


def present(context: ssl.SSLContext, leaf: Certificate, key: PrivateKey, file: Path) -> None:
    file.write_bytes(key.pem().reveal() + leaf.pem())
    context.load_cert_chain(file)


def handshake(
    client_context: ssl.SSLContext,
    server_context: ssl.SSLContext,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> ssl.SSLObject:
    """The server's end, in memory: two peers that read what the other writes."""
    client_context.maximum_version = version
    upward, downward = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(downward, upward, server_hostname=HOST)
    server = server_context.wrap_bio(upward, downward, server_side=True)
    waiting = [client, server]
    while waiting:
        for side in tuple(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(side)
    return server

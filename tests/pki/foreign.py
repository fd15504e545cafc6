"""Keys and certificates made by the guide's own commands."""

from dataclasses import dataclass
from pathlib import Path

from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.secret import Secret
from tests.pki.builders import CA_SUBJECT, SERVER_SUBJECT
from tests.pki.openssl import openssl


@dataclass(frozen=True)
class Pair:
    certificate: Certificate
    key: PrivateKey


def ca_by_the_guide(directory: Path) -> Pair:
    """No keyUsage, as OpenSSL 3.0 writes it."""
    openssl(
        *("req", "-days", "3650", "-nodes", "-new", "-x509", "-newkey", "rsa:2048"),
        *("-keyout", "ca.key", "-out", "ca.crt", "-subj", CA_SUBJECT.one_line()),
        *("-extensions", "v3_ca"),
        directory=directory,
    )
    return _pair(directory, "ca")


def server_by_the_guide(directory: Path, *more: str) -> Pair:
    """Signed by ``ca_by_the_guide``; version 1, without a subjectAltName."""
    openssl(
        *("req", "-nodes", "-new", "-newkey", "rsa:2048", "-keyout", "server.key"),
        *("-out", "server.csr", "-subj", SERVER_SUBJECT.one_line()),
        directory=directory,
    )
    openssl(
        *("x509", "-req", "-days", "3650", "-in", "server.csr", "-out", "server.crt"),
        *("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", *more),
        directory=directory,
    )
    return _pair(directory, "server")


def _pair(directory: Path, name: str) -> Pair:
    return Pair(
        load_certificate((directory / f"{name}.crt").read_bytes()),
        load_private_key(Secret((directory / f"{name}.key").read_bytes())),
    )

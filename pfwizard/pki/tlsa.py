"""TLSA records, which publish a public key in the DNS (RFC 6698, and for mail RFC 7672)."""

import hashlib
from collections.abc import Iterable, Iterator
from enum import Enum

from pfwizard.pki.names import is_ip

# Of nothing at all, which a pipe of commands with a mistake in it has published before.
_OF_NOTHING = hashlib.sha256(b"").hexdigest()


class Usage(Enum):
    """What the record is about; the public key (1) by its SHA-256 (1) in either case.

    The usages 0 and 1 are not for mail (RFC 7672 section 3.1.3).
    """

    SERVER = "3 1 1"
    """DANE-EE: the server's own key. It stays while certificates are renewed for the same key, and
    neither names nor dates of the certificate count (RFC 7672 section 3.1.1)."""
    AUTHORITY = "2 1 1"
    """DANE-TA: the CA's key. It stays whatever becomes of the server's, as long as the server sends
    the CA's certificate too and names and dates are right (RFC 7672 section 3.1.2)."""


def tlsa_records(
    names: Iterable[str],
    ports: Iterable[int],
    usage: Usage,
    spki: bytes,
) -> Iterator[str]:
    """Lines for a zone file, one for each name and port.

    ``spki`` is the SubjectPublicKeyInfo in DER. Wildcards and IP addresses among the names are
    passed over: they have no records of their own. Raises ValueError for an empty key.
    """
    digest = hashlib.sha256(spki).hexdigest()
    if digest == _OF_NOTHING:
        raise ValueError("no public key to publish")
    all_ports = tuple(ports)
    for name in names:
        if not (name.startswith("*") or is_ip(name)):
            for port in all_ports:
                yield f"_{port}._tcp.{name}. IN TLSA {usage.value} {digest}"

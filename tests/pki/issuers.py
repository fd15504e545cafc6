"""CAs below one another, as those have them who sell certificates."""

import os
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from pfwizard.pki.certificates import Certificate, examined
from tests.pki.builders import NOW, key


def issuing(
    whose: str,
    issuer: tuple[Certificate, str] | None = None,
    *,
    days: int = 1000,
    now: datetime = NOW,
    is_ca: bool = True,
    path_length: int | None = None,
) -> Certificate:
    """A CA called after its key; self-issued, or below the CA with the other key.

    ``path_length`` is how many CAs may be between it and a server (RFC 5280 section 4.2.1.9).
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, whose)])
    return examined(
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].parsed.subject if issuer else name)
        .public_key(key(whose).parsed.public_key())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .serial_number(int.from_bytes(os.urandom(8), "big"))
        .add_extension(x509.BasicConstraints(is_ca, path_length), critical=True)
        .sign(key(issuer[1] if issuer else whose).parsed, hashes.SHA256())
    )

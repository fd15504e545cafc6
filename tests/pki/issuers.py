"""CAs below one another, as those have them who sell certificates."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from pfwizard.pki.certificates import Certificate, examined
from pfwizard.pki.keys import PrivateKey
from tests.pki.builders import NOW, key


def issuing(
    whose: str,
    issuer: tuple[Certificate, str] | None = None,
    *,
    days: int = 1000,
    now: datetime = NOW,
    is_ca: bool = True,
    path_length: int | None = None,
    own: PrivateKey | None = None,
    more: Sequence[x509.ExtensionType] = (),
) -> Certificate:
    """A CA called after its key; self-issued, or below the CA with the other key.

    ``path_length`` is how many CAs may be between it and a server (RFC 5280 section 4.2.1.9);
    ``own`` is its key where that is an unusual one, ``more`` what else it says of itself.
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, whose)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].parsed.subject if issuer else name)
        .public_key((own or key(whose)).parsed.public_key())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .serial_number(int.from_bytes(os.urandom(8), "big"))
        .add_extension(x509.BasicConstraints(is_ca, path_length), critical=True)
    )
    for extension in more:
        builder = builder.add_extension(extension, critical=True)
    return examined(builder.sign(key(issuer[1] if issuer else whose).parsed, hashes.SHA256()))

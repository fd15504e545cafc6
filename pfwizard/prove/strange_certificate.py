"""A client certificate that nobody has signed, made for one conversation."""

import os
import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import generate
from pfwizard.pki.signing import signed
from pfwizard.pki.validity import Validity
from pfwizard.prove.conversation import anybody
from pfwizard.secret import Secret

NAME = "stranger.invalid"
"""Nobody's host (RFC 2606 section 2)."""

LIFETIME = timedelta(days=1)


def client_of_nobody() -> ssl.SSLContext:
    """A client that accepts every certificate, and shows one that it has signed itself.

    Its key is in no file: memory stands in for the one that OpenSSL wants (memfd_create(2)).
    """
    context = anybody()
    descriptor = os.memfd_create("certificate")
    try:
        os.write(descriptor, _certificate_and_key().reveal())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
    return context


def _certificate_and_key() -> Secret[bytes]:
    key = generate(KeyType.EC_P256)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = signed(
        subject=name,
        issuer=name,
        public_key=key.public_key,
        validity=Validity(now - LIFETIME, now + LIFETIME),
        serial=x509.random_serial_number(),
        extensions=(),
        by=key,
    )
    return Secret(certificate.pem() + key.pem().reveal())

"""Certificates that pfwizard would not make, below the CA of the other tests."""

from collections.abc import Sequence
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.pki import builders as pki
from tests.plan.builders import NOW
from tests.plan.others import ISSUER, RSA

CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH


def odd(
    *,
    names: Sequence[str] = (pki.HOST,),
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    bits: int = 0,
) -> bytes:
    """In PEM; with an RSA key of its own where ``bits`` are given."""
    key = rsa.generate_private_key(65537, bits) if bits else RSA.parsed
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, pki.HOST)]))
        .issuer_name(ISSUER.parsed.subject)
        .public_key(key.public_key())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=90))
        .serial_number(7)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    )
    if names:
        alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        built = built.add_extension(alternative, critical=False)
    signed = built.sign(pki.key("upper").parsed, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM) + ISSUER.pem()

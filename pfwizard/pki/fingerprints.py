"""Fingerprints, written as ``openssl x509 -fingerprint`` and Postfix write them."""

import hashlib

DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")
"""What smtpd_tls_fingerprint_digest may say (postconf(5)); whatever OpenSSL has would do."""


def sha256_fingerprint(der: bytes) -> str:
    """SHA-256 of ``der``: 32 pairs of upper-case hexadecimal digits with colons between."""
    return fingerprint(der, "sha256")


def fingerprint(der: bytes, digest: str) -> str:
    """The same with one of DIGESTS, for tables that were made with another.

    Of a certificate in DER it is the certificate's fingerprint, of a SubjectPublicKeyInfo the
    public key's; Postfix looks for the latter first, and it outlives renewals. Raises ValueError
    for another digest.
    """
    if digest not in DIGESTS:
        raise ValueError(f"no digest of Postfix: {digest}")
    return hashlib.new(digest, der, usedforsecurity=False).digest().hex(":").upper()

"""Fingerprints, written as ``openssl x509 -fingerprint`` and Postfix write them."""

import hashlib


def sha256_fingerprint(der: bytes) -> str:
    """SHA-256 of ``der``: 32 pairs of upper-case hexadecimal digits with colons between."""
    return hashlib.sha256(der).digest().hex(":").upper()

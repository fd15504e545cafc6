"""Saying what a file holds when it does not hold what it should (RFC 7468)."""

import re

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")

_CONTENTS = {
    "CERTIFICATE": "a certificate",
    "X509 CERTIFICATE": "a certificate",
    "TRUSTED CERTIFICATE": "a certificate in OpenSSL's own TRUSTED form",
    "CERTIFICATE REQUEST": "a certificate request",
    "NEW CERTIFICATE REQUEST": "a certificate request",
    "PRIVATE KEY": "a private key",
    "RSA PRIVATE KEY": "a private key",
    "EC PRIVATE KEY": "a private key",
    "DSA PRIVATE KEY": "a private key",
    "ENCRYPTED PRIVATE KEY": "an encrypted private key",
    "OPENSSH PRIVATE KEY": "a private key in OpenSSH's own form",
    "PUBLIC KEY": "a public key",
    "EC PARAMETERS": "the parameters of a curve",
    "DH PARAMETERS": "Diffie-Hellman parameters",
    "X509 CRL": "a revocation list",
    "PKCS7": "a PKCS #7 bundle",
}

CERTIFICATE_LABELS = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})
"""Under which programs take a certificate (RFC 7468 section 5)."""

_ASN1_SEQUENCE = 0x30
_ASN1_LENGTHS_OF_SOME_SIZE = (0x81, 0x82, 0x83)


def labels(data: bytes) -> tuple[str, ...]:
    """The labels of the PEM blocks in ``data``, in order; none for anything else."""
    return tuple(label.decode("ascii") for label in _BEGIN.findall(data))


def contents(data: bytes) -> str:
    """What ``data`` is, to follow the name of a file: ``is empty``, ``holds a public key``."""
    found = labels(data)
    if found:
        kinds = dict.fromkeys(_CONTENTS.get(label, f"a block named {label}") for label in found)
        return f"holds {' and '.join(kinds)}"
    if not data.strip():
        return "is empty"
    return "is in DER form, not PEM" if _looks_like_der(data) else "is not in PEM form"


def _looks_like_der(data: bytes) -> bool:
    return len(data) > 2 and data[0] == _ASN1_SEQUENCE and data[1] in _ASN1_LENGTHS_OF_SOME_SIZE

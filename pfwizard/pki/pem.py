"""Saying what a file holds when it does not hold what it should (RFC 7468)."""

import codecs
import re

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")

_OVERLOOKED = re.compile(rb"^(?!-----)[^\r\n]+-----BEGIN ", re.MULTILINE)
"""OpenSSL looks for a block at the beginning of a line (PEM_read_bio). Behind another block, as in
``-----END X----------BEGIN Y-----``, is a mistake of its own."""

_INDENTED = re.compile(rb"^[ \t]+(?=-----(?:BEGIN|END) )", re.MULTILINE)

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

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

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
    if data.startswith(_UTF_16):
        return "is in UTF-16, and not in plain text"
    return "is in DER form, not PEM" if _looks_like_der(data) else "is not in PEM form"


def why_overlooked(data: bytes) -> str:
    """Why OpenSSL, and so Postfix, does not find all of the blocks; else "".

    A byte order mark at the very beginning does no harm.
    """
    if not _OVERLOOKED.search(data.removeprefix(codecs.BOM_UTF8)):
        return ""
    return "has a -----BEGIN that is not at the beginning of its line, where OpenSSL overlooks it"


DELETE = "Delete what stands before -----BEGIN on its line."


def as_text(data: bytes) -> bytes:
    """The text of a file as it was before an editor or a mail program saved it in its own way."""
    if data.startswith(_UTF_16):
        data = data.decode("utf-16", "replace").encode("utf-8")
    return _INDENTED.sub(b"", data.removeprefix(codecs.BOM_UTF8))


def _looks_like_der(data: bytes) -> bool:
    return len(data) > 2 and data[0] == _ASN1_SEQUENCE and data[1] in _ASN1_LENGTHS_OF_SOME_SIZE

"""Certificates in the forms in which CAs hand them out."""

import warnings
from collections.abc import Callable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    load_der_pkcs7_certificates,
    load_pem_pkcs7_certificates,
)

from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, examined, load_certificates
from pfwizard.pki.errors import NotACertificate


def received_certificates(data: bytes, what: str = "the file") -> tuple[Certificate, ...]:
    """The certificates in PEM (RFC 7468), in DER, or in a PKCS #7 bundle (RFC 5652), in order.

    Raises NotACertificate.
    """
    text = pem.as_text(data)
    labels = pem.labels(text)
    if "PKCS7" in labels:
        return _all_of(load_pem_pkcs7_certificates, text, what)
    if labels:
        return load_certificates(text, what)
    try:
        return _all_of(_one, data, what)
    except NotACertificate:
        return _all_of(load_der_pkcs7_certificates, data, what)


def _one(data: bytes) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(data)]


def _all_of(
    load: Callable[[bytes], list[x509.Certificate]], data: bytes, what: str
) -> tuple[Certificate, ...]:
    with warnings.catch_warnings(action="ignore"):  # an old CA's serial number 0, and such
        try:
            found = load(data)
        except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            raise _nothing_known(data, what) from error
        if not found:
            raise NotACertificate(what, "is a PKCS #7 bundle without a certificate in it")
        return tuple(examined(certificate, what) for certificate in found)


def _nothing_known(data: bytes, what: str) -> NotACertificate:
    problem = "is empty" if not data.strip() else "holds no certificate in PEM, DER or PKCS #7"
    return NotACertificate(what, problem, "Name what the CA has sent, such as fullchain.pem.")

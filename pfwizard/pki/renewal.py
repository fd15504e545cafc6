"""The same key, name and purpose for another while.

Who pinned the public key (TLSA 3 1 1, Postfix's public key fingerprints) or trusts the CA notices
nothing. To replace the key is another matter: then only those who trust the CA notice nothing.
"""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from pfwizard.pki import profiles
from pfwizard.pki.certificates import Certificate, extension
from pfwizard.pki.errors import CannotSign
from pfwizard.pki.keys import PrivateKey, PublicKey
from pfwizard.pki.profiles import Extension
from pfwizard.pki.signing import refuse_outside_limits, refuse_unable, signed
from pfwizard.pki.validity import Validity


def renewed(
    certificate: Certificate,
    *,
    ca_certificate: Certificate,
    ca_key: PrivateKey,
    days: int,
    now: datetime,
    serial: int,
    new_key: PublicKey | None = None,
) -> Certificate:
    """A server's or client's certificate with everything as it is, but for serial and dates.

    ``new_key`` takes the place of its key, and must be of the same family (RSA or EC), which the
    keyUsage depends on. The issuer is named by its key alone from then on, whatever the old one
    did. Raises CannotSign for one of another CA or one without names, InputProblem for a number of
    days that cannot be.
    """
    refuse_unable(ca_certificate, ca_key, now)
    _refuse_unrenewable(certificate, ca_certificate)
    names = extension(certificate.parsed, x509.SubjectAlternativeName)
    if names is None:
        raise CannotSign(
            "the certificate",
            "has no names to be renewed for: it has no subjectAltName",
            "Issue a new one for the same key, with the names that clients use.",
        )
    refuse_outside_limits(ca_certificate, certificate.parsed.subject, names)
    return signed(
        subject=certificate.parsed.subject,
        issuer=ca_certificate.parsed.subject,
        public_key=new_key or certificate.public_key,
        validity=Validity.starting(now, days).within(ca_certificate.validity),
        serial=serial,
        extensions=_leaf_extensions(certificate, ca_certificate, new_key),
        by=ca_key,
    )


def renewed_ca(
    certificate: Certificate, key: PrivateKey, days: int, *, now: datetime, serial: int
) -> Certificate:
    """The CA's own certificate for another ``days`` days; what it signed stays valid.

    Subject, key identifier and limits are the old ones, byte for byte, since clients find the CA by
    them. A missing keyUsage, as in the guide's CA, is put right. It may have expired already.
    Raises CannotSign, InputProblem.
    """
    if not key.matches(certificate):
        raise CannotSign(
            "the CA key", "does not belong to the CA certificate", "Name the two of one CA."
        )
    if not certificate.facts.is_ca:
        raise CannotSign("the CA certificate", "is not one of a CA", "Name one that says CA:TRUE.")
    if certificate.parsed.issuer != certificate.parsed.subject:
        raise CannotSign(
            "the CA certificate",
            f"was issued by another CA ({certificate.facts.issuer})",
            "Have it renewed there.",
        )
    return signed(
        subject=certificate.parsed.subject,
        issuer=certificate.parsed.subject,
        public_key=certificate.public_key,
        validity=Validity.starting(now, days),
        serial=serial,
        extensions=_ca_extensions(certificate),
        by=key,
    )


def depends_on_the_serial_of_its_issuer(certificate: Certificate) -> bool:
    """Whether a certificate becomes worthless when its CA is renewed, as those of easy-rsa do.

    Its authorityKeyIdentifier names the serial number of the CA certificate (RFC 5280 section
    4.2.1.1). Renewed itself, it no longer does.
    """
    identifier = extension(certificate.parsed, x509.AuthorityKeyIdentifier)
    return identifier is not None and identifier.authority_cert_serial_number is not None


def _refuse_unrenewable(certificate: Certificate, ca: Certificate) -> None:
    if certificate.facts.is_ca:
        raise CannotSign("the certificate", "is one of a CA", "Renew the CA itself instead.")
    if not certificate.is_issued_by(ca):
        raise CannotSign(
            "the certificate",
            f"was not issued by this CA ({ca.facts.subject}), but by {certificate.facts.issuer}",
            "Have it renewed there, or issue a new one.",
        )


def _leaf_extensions(
    certificate: Certificate, ca: Certificate, new_key: PublicKey | None = None
) -> Iterator[Extension]:
    """Those there are, in their order, and the two identifiers that every certificate needs."""
    of_issuer = Extension(profiles.authority_key_identifier(ca.parsed))
    key = new_key or certificate.public_key
    of_key = Extension(x509.SubjectKeyIdentifier.from_public_key(key.parsed()))
    for each in certificate.parsed.extensions:
        if isinstance(each.value, x509.AuthorityKeyIdentifier):
            yield of_issuer
        elif new_key and isinstance(each.value, x509.SubjectKeyIdentifier):
            yield of_key
        else:
            yield Extension(each.value, each.critical)
    if extension(certificate.parsed, x509.SubjectKeyIdentifier) is None:
        yield of_key
    if extension(certificate.parsed, x509.AuthorityKeyIdentifier) is None:
        yield of_issuer


def _ca_extensions(certificate: Certificate) -> Iterator[Extension]:
    yield from _leaf_extensions(certificate, certificate)
    if extension(certificate.parsed, x509.KeyUsage) is None:
        yield profiles.ca_key_usage()

"""Subjects as X.509 names, and back on one line."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from pfwizard.pki.subject import Subject, one_line, subject_of

_OIDS = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
_SHORT_NAMES = {oid: short for short, oid in _OIDS.items()}


def encoded(subject: Subject) -> x509.Name:
    """The name, one attribute per RDN; C a PrintableString, emailAddress an IA5String, the others
    UTF8String, as ``openssl req`` writes them.

    Raises NameProblem.
    """
    attributes = subject.checked().attributes()
    return x509.Name([x509.NameAttribute(_OIDS[short], value) for short, value in attributes])


def shown(name: x509.Name) -> str:
    """Any X.509 name on one line, in the form of ``Subject.one_line``."""
    return one_line(
        (_SHORT_NAMES.get(attribute.oid, attribute.rfc4514_attribute_name), _text(attribute.value))
        for attribute in name
    )


def decoded(name: x509.Name) -> Subject:
    """The name as the subject that somebody may have asked for."""
    return subject_of(
        (_SHORT_NAMES[attribute.oid], _text(attribute.value))
        for attribute in name
        if attribute.oid in _SHORT_NAMES
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()

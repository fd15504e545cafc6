"""Certificates: reading them, and what there is to show of one."""

import warnings
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.pki import der, distinguished_name, pem
from pfwizard.pki.errors import NotACertificate
from pfwizard.pki.fingerprints import sha256_fingerprint
from pfwizard.pki.keys import PublicKey, label, public_key_of
from pfwizard.pki.name_constraints import permitted_names
from pfwizard.pki.validity import Validity
from pfwizard.quoting import visible

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

# Whatever the library raises when a certificate turns out to be nonsense on a closer look.
_MALFORMED = (
    ValueError,
    TypeError,
    KeyError,  # a name in an ASN.1 type that cryptography 42 has no table entry for
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


_VERSION = 0xA0  # its tag


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a person wants to know of a certificate. Times are UTC; every text is safe to show."""

    subject: str
    issuer: str
    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...]
    email_addresses: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    is_ca: bool
    version: int
    serial: int
    key: str
    signature_hash: str  # as "sha256"; "" where the signature has none of its own, as with Ed25519
    fingerprint_sha256: str
    spki_sha256: str
    limits: tuple[str, ...]  # the domains and addresses that a CA may sign for; none: any


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that has been read to the end: its facts are known and its key is too.

    ``parsed`` is the library's own object. ``public_key`` is for telling whose it is: one key has
    several encodings (RSASSA-PSS, a curve written out), and here it is in the usual one.
    """

    parsed: x509.Certificate = field(repr=False)
    public_key: PublicKey = field(repr=False)
    facts: CertificateFacts

    @property
    def validity(self) -> Validity:
        return Validity(self.facts.not_before, self.facts.not_after)

    @property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo as it stands in the certificate: what a fingerprint or a TLSA
        record of its key is made of (RFC 6698 section 1.1.1)."""
        return _spki(self.parsed)

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as its issuer, as a root does (RFC 5280 section 3.2)."""
        return self.parsed.issuer == self.parsed.subject

    def pem(self) -> bytes:
        """RFC 7468 section 5, one block, ending in a line feed."""
        return self.parsed.public_bytes(Encoding.PEM)

    def is_issued_by(self, issuer: "Certificate") -> bool:
        """Whether ``issuer`` has the name and the key that this certificate was signed with.

        Also false for signatures the library does not verify, such as those with SHA-1.
        """
        try:
            self.parsed.verify_directly_issued_by(issuer.parsed)
        except (InvalidSignature, *_MALFORMED):
            return False
        return True


def load_certificates(data: bytes, what: str = "the certificate") -> tuple[Certificate, ...]:
    """All certificates in a PEM file, at least one, in the file's order.

    Keys and text around them are passed over. ``what`` names the file's role in errors, such as
    "the CA certificate". Raises NotACertificate.
    """
    overlooked = pem.why_overlooked(data)
    if overlooked:
        raise NotACertificate(what, overlooked, pem.DELETE)
    with warnings.catch_warnings(action="ignore"):  # an old CA's serial number 0, and such
        try:
            found = x509.load_pem_x509_certificates(data)
        except (ValueError, x509.InvalidVersion) as error:
            raise _not_a_certificate(data, what) from error
        return tuple(examined(certificate, what) for certificate in found)


def load_certificate(data: bytes, what: str = "the certificate") -> Certificate:
    """The first certificate in a PEM file, which is the one a server presents as its own.

    Raises NotACertificate.
    """
    return load_certificates(data, what)[0]


def examined(certificate: x509.Certificate, what: str = "the certificate") -> Certificate:
    """The library's certificate, read to the end so that nothing can go wrong later.

    Raises NotACertificate when a part of it makes no sense.
    """
    try:
        key = certificate.public_key()
        public_key = public_key_of(key)
        return Certificate(certificate, public_key, _facts(certificate, label(key)))
    except _MALFORMED as error:
        raise NotACertificate(
            what, f"has a part that makes no sense ({visible(str(error))})", "Have it issued again."
        ) from error


def _facts(certificate: x509.Certificate, key: str) -> CertificateFacts:
    names = extension(certificate, x509.SubjectAlternativeName) or x509.SubjectAlternativeName([])
    constraints = extension(certificate, x509.BasicConstraints)
    limits = extension(certificate, x509.NameConstraints)
    return CertificateFacts(
        subject=distinguished_name.shown(certificate.subject),
        issuer=distinguished_name.shown(certificate.issuer),
        dns_names=tuple(visible(name) for name in names.get_values_for_type(x509.DNSName)),
        ip_addresses=tuple(str(ip) for ip in names.get_values_for_type(x509.IPAddress)),
        email_addresses=tuple(visible(name) for name in names.get_values_for_type(x509.RFC822Name)),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_ca=constraints is not None and constraints.ca,
        version=certificate.version.value + 1,  # encoded as 0 for version 1, 2 for version 3
        serial=certificate.serial_number,
        key=key,
        signature_hash=_signature_hash(certificate),
        fingerprint_sha256=sha256_fingerprint(certificate.public_bytes(Encoding.DER)),
        spki_sha256=sha256_fingerprint(_spki(certificate)),
        limits=permitted_names(limits) if limits else (),
    )


def _spki(certificate: x509.Certificate) -> bytes:
    """The seventh field, or the sixth where version 1 is left out (RFC 5280 section 4.1)."""
    fields = list(der.elements(certificate.tbs_certificate_bytes))
    return fields[6 if fields[0][0] == _VERSION else 5]


def _signature_hash(certificate: x509.Certificate) -> str:
    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return used.name if used else ""


def extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """The value of an extension, or None when the certificate has none of the kind."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _not_a_certificate(data: bytes, what: str) -> NotACertificate:
    if not pem.CERTIFICATE_LABELS.isdisjoint(pem.labels(data)):
        return NotACertificate(what, "is damaged", "Restore it from a backup, or issue another.")
    return NotACertificate(
        what,
        f"{pem.contents(data)}, where a certificate in PEM is wanted",
        "Name the file that begins with -----BEGIN CERTIFICATE-----.",
    )

"""What is wrong with a certificate that was found in place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pfwizard.pki.certificates import Certificate, extension
from pfwizard.pki.keys import SHORTEST_RSA, PrivateKey
from pfwizard.pki.matching import covers
from pfwizard.pki.names import is_ip

THE_CA = "the CA certificate"
THE_SERVER = "the server certificate"

_ISSUE_AGAIN = "Have it issued again."


class Defect(StrEnum):
    """The kinds of problem; the values identify findings."""

    KEY_MISMATCH = "key-mismatch"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    NOT_A_CA = "not-a-ca"
    PATH_TOO_LONG = "path-too-long"
    OUTSIDE_LIMITS = "outside-limits"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_PURPOSE = "wrong-purpose"
    NAME_NOT_COVERED = "name-not-covered"
    OLD_VERSION = "old-version"
    NO_KEY_USAGE = "no-key-usage"
    WEAK_KEY = "weak-key"
    WEAK_SIGNATURE = "weak-signature"
    WRONG_ORDER = "wrong-order"
    MISSING_INTERMEDIATE = "missing-intermediate"


# With these some clients still connect: mail servers that encrypt without verifying, and clients
# that check less strictly. With the others the certificate does not do its work at all.
_TOLERABLE = frozenset(
    {
        Defect.NAME_NOT_COVERED,
        Defect.OLD_VERSION,
        Defect.NO_KEY_USAGE,
        Defect.MISSING_INTERMEDIATE,
    }
)


WEAK_HASHES = frozenset({"md5", "sha1"})
"""Signatures with these are refused by TLS libraries, and not verified by ours."""


@dataclass(frozen=True, slots=True)
class Problem:
    defect: Defect
    message: str
    remedy: str

    @property
    def blocking(self) -> bool:
        """Whether the certificate cannot be used as it is, rather than by fewer clients."""
        return self.defect not in _TOLERABLE


def ca_problems(
    certificate: Certificate, key: PrivateKey | None, *, now: datetime
) -> tuple[Problem, ...]:
    """What keeps a CA found in place from signing for a server, most serious first.

    ``key`` is None when it is kept elsewhere.
    """
    return (
        *_key_problems(certificate, key, THE_CA),
        *_ca_role_problems(certificate),
        *validity_problems(certificate, now, THE_CA),
        *strength_problems(certificate, THE_CA),
    )


def server_problems(
    certificate: Certificate,
    key: PrivateKey | None,
    *,
    issuer: Certificate | None,
    names: Sequence[str],
    now: datetime,
) -> tuple[Problem, ...]:
    """What is wrong with a server certificate found in place, most serious first.

    ``issuer`` is the CA expected to have signed it, None when any may have; ``names`` are those
    clients dial, in the form of ``check_server_name``.
    """
    return (
        *_key_problems(certificate, key, THE_SERVER),
        *_issuer_problems(certificate, issuer),
        *validity_problems(certificate, now, THE_SERVER),
        *purpose_problems(certificate, THE_SERVER),
        *_usage_problems(certificate),
        *strength_problems(certificate, THE_SERVER),
        *signature_problems(certificate, THE_SERVER),
        *_name_problems(certificate, names),
        *_version_problems(certificate),
    )


def _key_problems(certificate: Certificate, key: PrivateKey | None, what: str) -> Iterator[Problem]:
    if key is not None and not key.matches(certificate):
        yield Problem(
            Defect.KEY_MISMATCH,
            f"{what} is for another key than the one beside it",
            "Name the key it was issued for, or have a certificate issued for this key.",
        )


def validity_problems(certificate: Certificate, now: datetime, what: str) -> Iterator[Problem]:
    """Whether it counts at ``now``; ``what`` names it, such as "the CA certificate"."""
    validity = certificate.validity
    if now > validity.not_after:
        yield Problem(
            Defect.EXPIRED,
            f"{what} expired on {validity.not_after:%Y-%m-%d}",
            f"{_ISSUE_AGAIN} Where it is not {now:%Y-%m-%d} as this machine says, check its clock.",
        )
    if now < validity.not_before:
        yield Problem(
            Defect.NOT_YET_VALID,
            f"{what} is valid only from {validity.not_before:%Y-%m-%d %H:%M} UTC",
            f"This machine says it is {now:%Y-%m-%d %H:%M}; check its clock.",
        )


def _ca_role_problems(certificate: Certificate) -> Iterator[Problem]:
    if not certificate.facts.is_ca:
        yield Problem(
            Defect.NOT_A_CA, f"{THE_CA} is not one of a CA", "Name one that says CA:TRUE."
        )
    elif extension(certificate.parsed, x509.KeyUsage) is None:
        yield Problem(
            Defect.NO_KEY_USAGE,
            f"{THE_CA} does not say what its key may be used for,"
            " and clients that check strictly refuse what it signed",
            "Create another CA; the clients that trust this one need the new certificate.",
        )
    elif not may_sign(certificate):
        yield Problem(
            Defect.NOT_A_CA,
            f"{THE_CA} may not sign certificates: its keyUsage lacks keyCertSign",
            "Name one that may.",
        )


def may_sign(issuer: Certificate) -> bool:
    """Whether its keyUsage, where it has any, lets the key sign certificates."""
    usage = extension(issuer.parsed, x509.KeyUsage)
    return usage is None or usage.key_cert_sign


def _issuer_problems(certificate: Certificate, issuer: Certificate | None) -> Iterator[Problem]:
    if certificate.facts.signature_hash in WEAK_HASHES:
        return  # the library does not verify these; signature_problems has the word
    if issuer is not None and not certificate.is_issued_by(issuer):
        yield Problem(
            Defect.WRONG_ISSUER,
            f"{THE_SERVER} was not issued by this CA ({issuer.facts.subject}),"
            f" but by {certificate.facts.issuer}",
            "Have it issued by this CA, or name the CA it is from.",
        )


def purpose_problems(certificate: Certificate, what: str) -> Iterator[Problem]:
    """Whether it is for TLS servers, or for a CA of such."""
    usages = extension(certificate.parsed, x509.ExtendedKeyUsage)
    wanted = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if usages is not None and wanted.isdisjoint(usages):
        yield Problem(
            Defect.WRONG_PURPOSE,
            f"{what} is not meant for a TLS server: its extendedKeyUsage lacks serverAuth",
            _ISSUE_AGAIN,
        )


def _usage_problems(certificate: Certificate) -> Iterator[Problem]:
    """As OpenSSL judges it (check_purpose_ssl_server in crypto/x509/v3_purp.c)."""
    usage = extension(certificate.parsed, x509.KeyUsage)
    if usage is None or usage.digital_signature or usage.key_encipherment or usage.key_agreement:
        return
    yield Problem(
        Defect.WRONG_PURPOSE,
        f"{THE_SERVER} is not meant for TLS: its keyUsage lacks digitalSignature",
        _ISSUE_AGAIN,
    )


def strength_problems(certificate: Certificate, what: str) -> Iterator[Problem]:
    """Whether its key is long enough."""
    key = certificate.parsed.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SHORTEST_RSA:
        yield Problem(
            Defect.WEAK_KEY,
            f"{what} has an RSA key of {key.key_size} bits",
            f"Create a key of {SHORTEST_RSA} bits or more.",
        )


def signature_problems(certificate: Certificate, what: str) -> Iterator[Problem]:
    """A root's own signature is never looked at by clients; so this is for what it signed."""
    used = certificate.facts.signature_hash
    if used in WEAK_HASHES:
        yield Problem(
            Defect.WEAK_SIGNATURE,
            f"{what} is signed with {used.upper()}, which TLS libraries refuse",
            _ISSUE_AGAIN,
        )


def _name_problems(certificate: Certificate, names: Sequence[str]) -> Iterator[Problem]:
    facts = certificate.facts
    missing = [
        name
        for name in names
        if not (name in facts.ip_addresses if is_ip(name) else covers(facts.dns_names, name))
    ]
    if missing:
        yield Problem(
            Defect.NAME_NOT_COVERED,
            f"{THE_SERVER} is not for {', '.join(missing)}: {_presented(certificate)}",
            "Have it issued with these names.",
        )


def _presented(certificate: Certificate) -> str:
    names = (*certificate.facts.dns_names, *certificate.facts.ip_addresses)
    return f"its names are {', '.join(names)}" if names else "it has no subjectAltName at all"


def _version_problems(certificate: Certificate) -> Iterator[Problem]:
    if certificate.facts.version < 3:
        yield Problem(
            Defect.OLD_VERSION,
            f"{THE_SERVER} is of X.509 version {certificate.facts.version},"
            " which clients that check strictly refuse",
            _ISSUE_AGAIN,
        )

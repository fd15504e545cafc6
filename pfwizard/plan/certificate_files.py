"""Files that hold certificates and keys: read, judged, planned, and described in words."""

import re
from pathlib import PurePosixPath

from pfwizard.pki import checks, keys
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.draft import PUBLIC_FILE, AnySketch, Sketch
from pfwizard.plan.plan import Finding, Severity, refusal, warning
from pfwizard.secret import Secret

OPEN_TO_OTHERS = 0o077

CERTIFICATES = re.compile(
    rb"^-----BEGIN CERTIFICATE-----$.*?^-----END CERTIFICATE-----\r?$\n?", re.M | re.S
)
"""The certificates in a PEM file (RFC 7468)."""


def with_certificate(
    draft: AnySketch, path: PurePosixPath, certificate: Certificate, mode: int = PUBLIC_FILE
) -> AnySketch:
    """Plan a certificate's file, and say in words what it is."""
    return draft.with_file(path, certificate.pem(), mode, summary=certificate_summary(certificate))


def certificate_summary(certificate: Certificate) -> tuple[str, ...]:
    """What is said of a certificate."""
    facts = certificate.facts
    names = [*facts.dns_names, *facts.ip_addresses, *facts.email_addresses]
    return (
        f"certificate of {facts.subject}",
        f"issued by {facts.issuer}",
        *([f"names: {', '.join(names)}"] if names else []),
        *([f"limited to: {', '.join(facts.limits)}"] if facts.limits else []),
        f"key: {facts.key}, valid until {facts.not_after:%Y-%m-%d}",
        f"SHA-256 fingerprint: {facts.fingerprint_sha256}",
    )


def key_summary(key: PrivateKey, *, is_encrypted: bool = False) -> tuple[str, ...]:
    """What is said of a key."""
    behind = ", behind the passphrase" if is_encrypted else ""
    return (f"private key, {key.label}{behind}; not shown",)


def with_entry(
    draft: AnySketch, certificate: Certificate, role: Role, *, issuer: Certificate
) -> AnySketch:
    """Plan the ledger's entry of a certificate that is issued."""
    at = draft.circumstances.now
    return draft.with_entry(Issued.of(certificate, role, issuer=issuer, at=at))


def warn_of_open_key(draft: AnySketch, path: PurePosixPath) -> AnySketch:
    """Warn of a private key that others than its owner can use."""
    mode = draft.facts.file(path).mode
    if not mode & OPEN_TO_OTHERS:
        return draft
    return draft.with_finding(
        warning(
            "key-open-to-others",
            f"{path}: this private key can be used by more users than its owner (mode {mode:04o})",
            f"chmod 600 {path}; if somebody may have copied it, replace key and certificate.",
        )
    )


def half(there: PurePosixPath, missing: PurePosixPath, whose: str) -> Finding:
    """A refusal: one of two files that belong together is missing."""
    return refusal(
        f"{whose}-incomplete",
        f"{there} is there, but {missing} is not, and the one is of no use without the other",
        f"Restore {missing}, or move {there} away to have both made anew.",
    )


def problem_finding(
    whose: str, problem: checks.Problem, path: PurePosixPath, way_out: str
) -> Finding:
    """A problem of a certificate in place, as a finding."""
    return Finding(
        f"{whose}-{problem.defect}",
        Severity.REFUSAL if problem.blocking else Severity.WARNING,
        f"{path}: {problem.message}",
        f"{problem.remedy} {way_out}",
    )


def certificate_at(draft: Sketch, path: PurePosixPath, what: str) -> Certificate:
    """The certificate in a file; raises PkiError with its place."""
    try:
        return load_certificate(content_of(draft, path), what)
    except PkiError as error:
        raise error.at(path) from error


def key_at(draft: Sketch, path: PurePosixPath, what: str) -> PrivateKey:
    """The private key in a file; raises PkiError with its place."""
    try:
        return keys.load_private_key(Secret(content_of(draft, path)), what)
    except PkiError as error:
        raise error.at(path) from error


def content_of(draft: Sketch, path: PurePosixPath) -> bytes:
    """What is in the file, nothing where there is none."""
    return draft.facts.file(path).content or b""

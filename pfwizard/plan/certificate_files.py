"""Files that hold certificates and keys: read, judged, planned, and described in words."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from pfwizard.pki import checks, keys, pem
from pfwizard.pki.certificates import Certificate, load_certificate, load_certificates
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, AnySketch, Sketch
from pfwizard.plan.plan import Finding, Severity, refusal, warning
from pfwizard.private_file import OPEN_TO_OTHERS
from pfwizard.secret import Secret

CERTIFICATES = re.compile(
    rb"-----BEGIN ((?:X509 |TRUSTED )?)CERTIFICATE-----[^-]*"
    rb"-----END \1CERTIFICATE-----[ \t\r]*\n?"
)
"""The certificates in a PEM file, under each label that OpenSSL has for them (RFC 7468)."""

CURVES = re.compile(rb"-----BEGIN EC PARAMETERS-----[^-]*-----END EC PARAMETERS-----[ \t\r]*\n?")
"""What older programs write before a key; Postfix gives up on a chain file that has it."""

GLUED = b"----------BEGIN "
"""Two blocks without a line end between them, which OpenSSL does not tell apart."""


def with_certificate(
    draft: AnySketch, path: PurePosixPath, certificate: Certificate, mode: int = PUBLIC_FILE
) -> AnySketch:
    """Plan a certificate's file, and say in words what it is."""
    return with_certificates(draft, path, [certificate], mode)


def with_certificates(
    draft: AnySketch,
    path: PurePosixPath,
    certificates: Sequence[Certificate],
    mode: int = PUBLIC_FILE,
    key: PrivateKey | None = None,
) -> AnySketch:
    """Plan a file with these certificates; a private key that is in it, such as ``key``, stays."""
    content = content_of(draft, path)
    summary = tuple(line for each in certificates for line in certificate_summary(each))
    if not any(label.endswith("PRIVATE KEY") for label in pem.labels(content)):
        after = b"".join(each.pem() for each in certificates)
        return draft.with_file(path, after, mode, summary=summary)
    after = chain_file(content, certificates)
    summary = (*(() if key is None else key_summary(key)), *summary)
    return draft.with_file(path, after, PRIVATE_FILE, secret=True, summary=summary)


def chain_file(content: bytes, certificates: Sequence[Certificate]) -> bytes:
    """The file of a key with these certificates behind it, as smtpd_tls_chain_files wants it.

    One that is such a file already is left as it is, whatever further certificates it has.
    """
    if _is_chain_of(content, certificates):
        return content
    alone = key_alone(content).removesuffix(b"\n") + b"\n"
    return alone + b"".join(each.pem() for each in certificates)


def key_alone(content: bytes) -> bytes:
    """What is in the file of a key besides certificates."""
    return CURVES.sub(b"", CERTIFICATES.sub(b"", content))


def _is_chain_of(content: bytes, certificates: Sequence[Certificate]) -> bool:
    """Whether the key comes first and these certificates next."""
    first, *others = pem.labels(content) or ("",)
    is_alone = first.endswith("PRIVATE KEY") and pem.CERTIFICATE_LABELS.issuperset(others)
    if not is_alone or GLUED in content:
        return False
    try:
        return load_certificates(content)[: len(certificates)] == tuple(certificates)
    except PkiError:
        return False


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

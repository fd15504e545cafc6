"""The CA, the server's key, request and certificate: found and left alone, or made."""

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.answers.answers import CertificateLayout
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki import checks, keys
from pfwizard.pki.authority import create_ca, sign_server
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.pki.matching import covers
from pfwizard.pki.requests import build_request, load_request
from pfwizard.pki.serials import random_serial
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, AnySketch, Draft, Sketch
from pfwizard.plan.plan import Finding, Severity, note, refusal, warning
from pfwizard.secret import Secret

LONGEST_FOR_APPLE = 825
"""Days; iOS and macOS refuse longer server certificates of private CAs too (Apple HT210176)."""

OPEN_TO_OTHERS = 0o077


CERTIFICATES = re.compile(
    rb"^-----BEGIN CERTIFICATE-----$.*?^-----END CERTIFICATE-----\r?$\n?", re.M | re.S
)
"""The certificates in a PEM file (RFC 7468)."""


@dataclass(frozen=True)
class Authority:
    certificate: Certificate
    key: PrivateKey


@dataclass(frozen=True)
class AuthorityFiles:
    """Where a CA's certificate and key are."""

    certificate: PurePosixPath
    key: PurePosixPath


def plan_certificates(draft: Draft) -> Draft:
    """Plan whatever of the CA and the server's files is missing."""
    try:
        draft, authority = _plan_authority(draft)
        draft = replace(draft, authority=authority)
        return draft if authority is None else _plan_server(draft, authority)
    except PkiError as error:
        return draft.with_finding(refusal("unusable-certificate", error.message, error.remedy))


def _plan_authority(draft: Draft) -> tuple[Draft, Authority | None]:
    wanted = draft.answers.ca
    certificate_found = draft.facts.file(wanted.certificate).exists
    key_found = draft.facts.file(wanted.key).exists
    if certificate_found and key_found:
        return found_authority(draft, AuthorityFiles(wanted.certificate, wanted.key))
    if certificate_found or key_found:
        pair = (wanted.certificate, wanted.key)
        there, missing = pair if certificate_found else pair[::-1]
        return draft.with_finding(_half(there, missing, "ca")), None
    key = draft.circumstances.generate_key(wanted.key_type)
    certificate = create_ca(
        key,
        wanted.subject,
        wanted.days,
        now=draft.circumstances.now,
        serial=random_serial(draft.circumstances.randomness),
    )
    draft = draft.with_file(
        wanted.key, key.pem().reveal(), PRIVATE_FILE, secret=True, summary=key_summary(key)
    )
    draft = with_certificate(draft, wanted.certificate, certificate)
    draft = _with_entry(draft, certificate, Role.CA, issuer=certificate)
    return draft, Authority(certificate, key)


def found_authority(draft: AnySketch, wanted: AuthorityFiles) -> tuple[AnySketch, Authority]:
    """The CA in these two files, with what is wrong with it; raises PkiError."""
    certificate = _certificate_at(draft, wanted.certificate, "the CA certificate")
    key = _key_at(draft, wanted.key, "the CA key")
    problems = checks.ca_problems(certificate, key, now=draft.circumstances.now)
    for problem in problems:
        draft = draft.with_finding(
            _problem_finding(
                "ca",
                problem,
                wanted.certificate,
                f"Moved away together with {wanted.key}, it is made anew by the next run, and "
                "every client has to trust the new one.",
            )
        )
    draft = _warn_of_open_key(draft, wanted.key)
    return draft, Authority(certificate, key)


def _plan_server(draft: Draft, authority: Authority) -> Draft:
    wanted = draft.answers.server
    certificate_found = draft.facts.file(wanted.certificate).exists
    key_found = draft.facts.file(wanted.key).exists
    if certificate_found and not key_found:
        return draft.with_finding(_half(wanted.certificate, wanted.key, "server"))
    if certificate_found:
        return _found_server(draft, authority)
    if any(finding.severity is Severity.REFUSAL for finding in draft.findings):
        return draft
    return _new_server(draft, authority)


def _found_server(draft: Draft, authority: Authority) -> Draft:
    wanted = draft.answers.server
    certificate = _certificate_at(draft, wanted.certificate, "the server certificate")
    key = _key_at(draft, wanted.key, "the server key")
    problems = checks.server_problems(
        certificate,
        key,
        issuer=authority.certificate,
        names=wanted.names,
        now=draft.circumstances.now,
    )
    for problem in problems:
        draft = draft.with_finding(
            _problem_finding(
                "server",
                problem,
                wanted.certificate,
                f"To have it issued anew: mv {wanted.certificate} {wanted.certificate}.old, and "
                "run pfwizard again.",
            )
        )
    draft = _plan_key_file(draft, _content(draft, wanted.key), key, certificate)
    return _warn_of_open_key(draft, wanted.key)


def _new_server(draft: Draft, authority: Authority) -> Draft:
    wanted = draft.answers.server
    if draft.facts.file(wanted.key).exists:
        key = _key_at(draft, wanted.key, "the server key")
        key_content = _content(draft, wanted.key)
        draft = _warn_of_open_key(draft, wanted.key).with_finding(
            note("key-reused", f"the certificate is issued for the key in {wanted.key}")
        )
    else:
        key = draft.circumstances.generate_key(wanted.key_type)
        key_content = key.pem().reveal()
    certificate = sign_server(
        key.public_key,
        wanted.subject,
        wanted.names,
        ca_certificate=authority.certificate,
        ca_key=authority.key,
        days=wanted.days,
        now=draft.circumstances.now,
        serial=random_serial(draft.circumstances.randomness),
    )
    draft = _plan_key_file(draft, key_content, key, certificate)
    draft = _plan_request(draft, key)
    draft = with_certificate(draft, wanted.certificate, certificate)
    draft = _with_entry(draft, certificate, Role.SERVER, issuer=authority.certificate)
    return _warn_of_long_validity(_warn_of_uncovered_names(draft))


def _warn_of_uncovered_names(draft: Draft) -> Draft:
    """Clients look at the names of the certificate only, never at its common name (RFC 6125)."""
    wanted = draft.answers.server
    for name, what in (
        (wanted.subject.common_name.lower(), Named("server.subject.common_name")),
        (draft.effective.value("myhostname").lower(), "myhostname in main.cf"),
    ):
        is_host_name = "." in name and " " not in name
        if is_host_name and not covers(wanted.names, name):
            draft = draft.with_finding(
                warning(
                    "name-not-in-certificate",
                    Wording(
                        f"the certificate is not for {name}, which is ",
                        what,
                        "; a client that connects to this name refuses it",
                    ),
                    Wording(f"Add {name} to ", Named("server.names"), " if clients use it."),
                )
            )
    return draft


def _plan_key_file(
    draft: Draft, content: bytes, key: PrivateKey, certificate: Certificate
) -> Draft:
    """The key's own bytes, and behind them the certificate where one file holds both."""
    wanted = draft.answers.server
    if wanted.layout is CertificateLayout.CHAIN and not _is_chain_of(content, certificate):
        alone = CERTIFICATES.sub(b"", content)
        content = alone.removesuffix(b"\n") + b"\n" + certificate.pem()
    return draft.with_file(wanted.key, content, PRIVATE_FILE, secret=True, summary=key_summary(key))


def _is_chain_of(content: bytes, certificate: Certificate) -> bool:
    """Whether the key comes first and this certificate next, as smtpd_tls_chain_files wants it."""
    blocks: list[bytes] = CERTIFICATES.findall(content)
    if not blocks or content.index(blocks[0]) < content.find(b"PRIVATE KEY-----"):
        return False
    return certificate.pem().strip() == blocks[0].strip()


def _plan_request(draft: Draft, key: PrivateKey) -> Draft:
    wanted = draft.answers.server
    if _is_requested(draft, key):
        return draft
    attributes = wanted.request_attributes
    request = build_request(
        key,
        wanted.subject,
        wanted.names,
        challenge_password=attributes.challenge_password,
        company_name=attributes.company_name,
    )
    return draft.with_file(
        wanted.request,
        request.pem().reveal(),
        PRIVATE_FILE if attributes.challenge_password else PUBLIC_FILE,
        secret=bool(attributes.challenge_password),
        summary=(
            f"certificate signing request for {request.subject}",
            f"names: {', '.join(request.names)}",
        ),
    )


def _is_requested(draft: Draft, key: PrivateKey) -> bool:
    """Whether the request that is there already asks for the same."""
    wanted = draft.answers.server
    if not draft.facts.file(wanted.request).exists:
        return False
    try:
        request = load_request(_content(draft, wanted.request))
    except PkiError:
        return False
    same = request.subject == wanted.subject.one_line() and request.names == wanted.names
    return same and key.matches(request)


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
        f"key: {facts.key}, valid until {facts.not_after:%Y-%m-%d}",
        f"SHA-256 fingerprint: {facts.fingerprint_sha256}",
    )


def _with_entry(
    draft: Draft, certificate: Certificate, role: Role, *, issuer: Certificate
) -> Draft:
    at = draft.circumstances.now
    return draft.with_entry(Issued.of(certificate, role, issuer=issuer, at=at))


def key_summary(key: PrivateKey) -> tuple[str, ...]:
    """What is said of a key."""
    return (f"private key, {key.label}; not shown",)


def _warn_of_long_validity(draft: Draft) -> Draft:
    days = draft.answers.server.days
    if days <= LONGEST_FOR_APPLE:
        return draft
    return draft.with_finding(
        warning(
            "long-validity",
            f"the server certificate is valid for {days} days; Apple's clients refuse server "
            f"certificates of more than {LONGEST_FOR_APPLE} days, whoever issued them",
            Wording(
                "Set ", Named("server.days"), " to 397 if iPhones, iPads or Macs are to connect."
            ),
        )
    )


def _warn_of_open_key(draft: AnySketch, path: PurePosixPath) -> AnySketch:
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


def _half(there: PurePosixPath, missing: PurePosixPath, whose: str) -> Finding:
    return refusal(
        f"{whose}-incomplete",
        f"{there} is there, but {missing} is not, and the one is of no use without the other",
        f"Restore {missing}, or move {there} away to have both made anew.",
    )


def _problem_finding(
    whose: str, problem: checks.Problem, path: PurePosixPath, way_out: str
) -> Finding:
    return Finding(
        f"{whose}-{problem.defect}",
        Severity.REFUSAL if problem.blocking else Severity.WARNING,
        f"{path}: {problem.message}",
        f"{problem.remedy} {way_out}",
    )


def _certificate_at(draft: Sketch, path: PurePosixPath, what: str) -> Certificate:
    try:
        return load_certificate(_content(draft, path), what)
    except PkiError as error:
        raise error.at(path) from error


def _key_at(draft: Sketch, path: PurePosixPath, what: str) -> PrivateKey:
    try:
        return keys.load_private_key(Secret(_content(draft, path)), what)
    except PkiError as error:
        raise error.at(path) from error


def _content(draft: Sketch, path: PurePosixPath) -> bytes:
    return draft.facts.file(path).content or b""

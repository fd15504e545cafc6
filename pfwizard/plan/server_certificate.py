"""The server's key, request and certificate: found and left alone, or made."""

from pfwizard.answers.answers import CertificateLayout
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki import checks
from pfwizard.pki.authority import sign_server
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger_entries import Role
from pfwizard.pki.matching import covers
from pfwizard.pki.requests import build_request, load_request
from pfwizard.pki.serials import random_serial
from pfwizard.plan.authority import Authority
from pfwizard.plan.certificate_files import (
    CERTIFICATES,
    certificate_at,
    content_of,
    half,
    key_at,
    key_summary,
    problem_finding,
    warn_of_open_key,
    with_certificate,
    with_entry,
)
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Draft
from pfwizard.plan.layout import layout_of
from pfwizard.plan.plan import Severity, note, warning

LONGEST_FOR_APPLE = 825
"""Days; iOS and macOS refuse longer server certificates of private CAs too (Apple HT210176)."""


def plan_server(draft: Draft, authority: Authority) -> Draft:
    """Plan what is missing of the server's files; raises PkiError for one that cannot be read."""
    wanted = draft.answers.server
    certificate_found = draft.facts.file(wanted.certificate).exists
    key_found = draft.facts.file(wanted.key).exists
    if certificate_found and not key_found:
        return draft.with_finding(half(wanted.certificate, wanted.key, "server"))
    if certificate_found:
        return _found_server(draft, authority)
    if any(finding.severity is Severity.REFUSAL for finding in draft.findings):
        return draft
    return _new_server(draft, authority)


def _found_server(draft: Draft, authority: Authority) -> Draft:
    wanted = draft.answers.server
    certificate = certificate_at(draft, wanted.certificate, "the server certificate")
    key = key_at(draft, wanted.key, "the server key")
    problems = checks.server_problems(
        certificate,
        key,
        issuer=authority.certificate,
        names=wanted.names,
        now=draft.circumstances.now,
    )
    for problem in problems:
        draft = draft.with_finding(
            problem_finding(
                "server",
                problem,
                wanted.certificate,
                f"To have it issued anew: mv {wanted.certificate} {wanted.certificate}.old, and "
                "run pfwizard again.",
            )
        )
    draft = _plan_key_file(draft, content_of(draft, wanted.key), key, certificate)
    return warn_of_open_key(draft, wanted.key)


def _new_server(draft: Draft, authority: Authority) -> Draft:
    wanted = draft.answers.server
    if draft.facts.file(wanted.key).exists:
        key = key_at(draft, wanted.key, "the server key")
        key_content = content_of(draft, wanted.key)
        draft = warn_of_open_key(draft, wanted.key).with_finding(
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
    draft = with_entry(draft, certificate, Role.SERVER, issuer=authority.certificate)
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
    if layout_of(draft) is CertificateLayout.CHAIN and not _is_chain_of(content, certificate):
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
        request = load_request(content_of(draft, wanted.request))
    except PkiError:
        return False
    same = request.subject == wanted.subject.one_line() and request.names == wanted.names
    return same and key.matches(request)


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

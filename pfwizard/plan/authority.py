"""The CA: found and left alone, or made."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.pki import checks
from pfwizard.pki.authority import create_ca
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.ledger_entries import Role
from pfwizard.pki.serials import random_serial
from pfwizard.plan.certificate_files import (
    certificate_at,
    half,
    key_at,
    key_summary,
    problem_finding,
    warn_of_open_key,
    with_certificate,
    with_entry,
)
from pfwizard.plan.draft import PRIVATE_FILE, AnySketch, Draft


@dataclass(frozen=True)
class Authority:
    """A CA that can sign."""

    certificate: Certificate
    key: PrivateKey


@dataclass(frozen=True)
class AuthorityFiles:
    """Where a CA's certificate and key are."""

    certificate: PurePosixPath
    key: PurePosixPath


def plan_authority(draft: Draft) -> tuple[Draft, Authority | None]:
    """Plan the CA where it is missing; raises PkiError for one that cannot be read."""
    wanted = draft.answers.ca
    certificate_found = draft.facts.file(wanted.certificate).exists
    key_found = draft.facts.file(wanted.key).exists
    if certificate_found and key_found:
        return found_authority(draft, AuthorityFiles(wanted.certificate, wanted.key))
    if certificate_found or key_found:
        pair = (wanted.certificate, wanted.key)
        there, missing = pair if certificate_found else pair[::-1]
        return draft.with_finding(half(there, missing, "ca")), None
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
    draft = with_entry(draft, certificate, Role.CA, issuer=certificate)
    return draft, Authority(certificate, key)


def found_authority(draft: AnySketch, wanted: AuthorityFiles) -> tuple[AnySketch, Authority]:
    """The CA in these two files, with what is wrong with it; raises PkiError."""
    certificate = certificate_at(draft, wanted.certificate, "the CA certificate")
    key = key_at(draft, wanted.key, "the CA key")
    problems = checks.ca_problems(certificate, key, now=draft.circumstances.now)
    for problem in problems:
        draft = draft.with_finding(
            problem_finding(
                "ca",
                problem,
                wanted.certificate,
                f"Moved away together with {wanted.key}, it is made anew by the next run, and "
                "every client has to trust the new one.",
            )
        )
    draft = warn_of_open_key(draft, wanted.key)
    return draft, Authority(certificate, key)

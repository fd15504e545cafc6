"""The issuers that did not come with a certificate, found in files of this machine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain
from pfwizard.pki.checks import validity_problems
from pfwizard.plan.authorities.known_authorities import FoundCertificate, found_certificates
from pfwizard.plan.plan import Finding, note

ISSUER_FOUND = "issuer-found"

NEIGHBOURS = (
    "chain.pem",
    "fullchain.pem",
    "chain.crt",
    "intermediate.pem",
    "intermediate.crt",
    "intermediates.pem",
    "ca-bundle.crt",
    "ca.pem",
    "ca.crt",
    "{stem}-chain.pem",
    "{stem}.chain.pem",
    "{stem}.chain.crt",
    "{stem}.ca-bundle",
)
"""What CAs, and those who describe how to install their certificates, call the issuers' file."""


def neighbours(files: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
    """The files beside these in which their issuers may be."""
    for path in files:
        yield from (path.parent / name.format(stem=path.stem) for name in NEIGHBOURS)


def missing_issuers(
    chain: Chain,
    facts: Facts,
    files: Iterable[PurePosixPath],
    *,
    roots: Sequence[Certificate],
    now: datetime,
) -> tuple[FoundCertificate, ...]:
    """Those in the files that lead from the end of the chain to a root that clients have.

    Each is a CA, valid now, and has signed the one below it (RFC 5280 section 6.1); none is a root,
    which clients would have to have anyway (RFC 8446 section 4.4.2).
    """
    found = tuple(each for each in found_certificates(facts, files) if _may_issue(each, now))
    anchors = [root for root in roots if root.is_self_issued and root.validity.includes(now)]
    chosen: list[FoundCertificate] = []
    sent = list(chain.sent(with_root=True))
    while not sent[-1].is_self_issued and not _is_reached(anchors, sent):
        above = [
            each
            for each in found
            if each.certificate not in sent and sent[-1].is_issued_by(each.certificate)
        ]
        if not above:
            break
        chosen.append(min(above, key=lambda each: not _is_reached(anchors, [each.certificate])))
        sent.append(chosen[-1].certificate)
    return tuple(chosen)


def _may_issue(found: FoundCertificate, now: datetime) -> bool:
    certificate = found.certificate
    is_valid = not any(validity_problems(certificate, now, "it"))
    return certificate.facts.is_ca and not certificate.is_self_issued and is_valid


def _is_reached(anchors: Sequence[Certificate], sent: Sequence[Certificate]) -> bool:
    return any(each.is_issued_by(root) for each in sent for root in anchors)


def with_issuers(chain: Chain, found: Iterable[FoundCertificate]) -> Chain:
    """The chain, with these above it."""
    return replace(
        chain, intermediates=(*chain.intermediates, *(each.certificate for each in found))
    )


def told_of(found: Iterable[FoundCertificate]) -> Iterator[Finding]:
    """Which certificate was taken, and from where."""
    for each in found:
        yield note(
            ISSUER_FOUND,
            f"the certificate of the issuer {each.certificate.facts.subject} did not come along, "
            f"and is taken from {each.path}",
        )

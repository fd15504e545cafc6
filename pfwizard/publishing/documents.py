"""The publication as files: for clients, for whoever keeps the zone, and to be compared with."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.plan.authorities.known_authorities import FoundCertificate
from pfwizard.publishing.publication import Publication
from pfwizard.publishing.sections import (
    ADVICE,
    COMMENTS,
    fingerprint_lines,
    sections,
    subject_lines,
)
from pfwizard.publishing.trust_stores import on_every_system

CA_PEM, CA_DER = "ca.pem", "ca.der"
ZONE, FINGERPRINTS, README = "tlsa.zone", "fingerprints.txt", "README.txt"


@dataclass(frozen=True)
class Document:
    """A file that everybody may read; it is the same as long as the publication is."""

    name: str
    content: bytes


def documents(publication: Publication) -> tuple[Document, ...]:
    """Those about the CA are left out where clients need nothing, and a zone without records."""
    return tuple(_documents(publication))


def _documents(publication: Publication) -> Iterator[Document]:
    authority = publication.authority
    if authority is not None:
        yield Document(CA_PEM, authority.certificate.pem())
        yield Document(CA_DER, authority.certificate.parsed.public_bytes(Encoding.DER))
        yield _text(README, _how_to_install(authority))
    if publication.records:
        yield _text(ZONE, _zone(publication))
    if publication.certificates:
        yield _text(FINGERPRINTS, _fingerprints(publication))


def _text(name: str, lines: Iterator[str]) -> Document:
    return Document(name, "".join(f"{line}\n" for line in lines).encode())


def _zone(publication: Publication) -> Iterator[str]:
    """A record in a line, which programs like better than parentheses."""
    yield f"; {ADVICE}"
    for record in publication.records:
        if record.standing in COMMENTS:
            yield COMMENTS[record.standing]
        yield record.text


def _fingerprints(publication: Publication) -> Iterator[str]:
    for section in sections(publication):
        if section.title in ("Certificates", "The CA"):
            yield f"{section.title}:"
            yield from section.lines


def _how_to_install(authority: FoundCertificate) -> Iterator[str]:
    yield "The certificate of the CA"
    yield from (f"  {line}" for line in subject_lines(authority.certificate))
    yield ""
    yield f"{CA_PEM} and {CA_DER} hold the same certificate. Whoever installs it trusts every"
    yield "certificate that this CA issues: mail programs then connect to the server"
    yield "without a warning. There is nothing secret in it."
    yield ""
    yield "Before you install it, compare its fingerprint with one that you were told on"
    yield "another way than this file came, such as by telephone."
    yield ""
    yield from fingerprint_lines(authority.certificate)
    yield ""
    yield f"Where {CA_PEM} is not taken, {CA_DER} is."
    yield ""
    yield from on_every_system(CA_PEM)

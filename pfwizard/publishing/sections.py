"""The publication in words: sections for people, each of them to be read or copied by itself."""

import re
from collections.abc import Iterable, Iterator

from pfwizard.enumeration import listed
from pfwizard.pki.certificates import Certificate
from pfwizard.plan.authorities.known_authorities import FoundCertificate
from pfwizard.publishing.publication import Publication, ServedCertificate, Standing, TlsaRecord
from pfwizard.publishing.section import Section
from pfwizard.publishing.trust_stores import how_to_trust

RECORDS = "TLSA records (DANE)"

COMMENTS = {
    Standing.NEXT: "; of the key that is to follow",
    Standing.AUTHORITY: "; of the CA, whose certificate the server sends too",
}
"""What stands above a record that is not about a key in use."""

WIDTH = 72
"""Columns of a line that nobody copies."""

BEFORE_AN_ATTRIBUTE = re.compile(r"(?=/[A-Za-z0-9.]+=)")

ADVICE = "Only for a zone signed with DNSSEC; publish them before the key changes."


def sections(publication: Publication) -> tuple[Section, ...]:
    """All of it; what there is nothing to say of is left out."""
    authority = publication.authority
    return tuple(
        section
        for section in (
            Section("Certificates", tuple(_certificates(publication.certificates))),
            records_section(publication),
            Section("The CA", () if authority is None else tuple(_authority(authority))),
            Section(
                "To install the CA certificate",
                () if authority is None else tuple(how_to_trust(authority.path.name)),
            ),
        )
        if section.lines
    )


def records_section(publication: Publication) -> Section:
    """The TLSA records with a word on them; without lines where there are none."""
    records = publication.records
    return Section(RECORDS, (ADVICE, *zone_lines(records)) if records else ())


def zone_lines(records: Iterable[TlsaRecord]) -> Iterator[str]:
    """For a zone file, and narrow enough for any terminal: a parenthesis joins lines there.

    Source: RFC 1035 section 5.1; blanks in the digits count for nothing (RFC 6698 section 2.2).
    """
    for record in records:
        if record.standing in COMMENTS:
            yield COMMENTS[record.standing]
        beginning, value = record.text.rsplit(" ", 1)
        middle = len(value) // 2
        yield f"{beginning} ("
        yield f"  {value[:middle]}"
        yield f"  {value[middle:]} )"


def fingerprint_lines(certificate: Certificate) -> Iterator[str]:
    """Of the certificate and of its key, in parts that can be compared by eye."""
    yield "  SHA-256 of the certificate:"
    yield from _in_halves(certificate.facts.fingerprint_sha256)
    yield "  SHA-256 of the public key:"
    yield from _in_halves(certificate.facts.spki_sha256)


def _in_halves(fingerprint: str) -> Iterator[str]:
    pairs = fingerprint.split(":")
    middle = len(pairs) // 2
    yield f"    {':'.join(pairs[:middle])}:"
    yield f"    {':'.join(pairs[middle:])}"


def _certificates(certificates: Iterable[ServedCertificate]) -> Iterator[str]:
    for served in certificates:
        facts = served.chain.leaf.facts
        yield f"{served.chain.path}"
        yield from (f"  {name}" for name in (*facts.dns_names, *facts.ip_addresses))
        yield f"  {facts.key}, valid until {facts.not_after:%Y-%m-%d}"
        yield f"  {_where(served.ports)}"
        yield from fingerprint_lines(served.chain.leaf)
        if served.next_key is not None:
            yield "  SHA-256 of the public key that is to follow:"
            yield from _in_halves(served.next_key.spki_sha256)


def _where(ports: tuple[int, ...]) -> str:
    if not ports:
        return "shown on no port to everybody"
    return f"shown on port{'s' * (len(ports) > 1)} {listed(map(str, ports))}"


def subject_lines(certificate: Certificate) -> Iterator[str]:
    """A distinguished name, broken between its attributes."""
    line = ""
    for attribute in BEFORE_AN_ATTRIBUTE.split(certificate.facts.subject):
        if line and len(line) + len(attribute) > WIDTH:
            yield line
            line = ""
        line += attribute
    yield line


def _authority(found: FoundCertificate) -> Iterator[str]:
    facts = found.certificate.facts
    yield f"{found.path}"
    yield from (f"  {line}" for line in subject_lines(found.certificate))
    yield f"  {facts.key}, valid until {facts.not_after:%Y-%m-%d}"
    yield from fingerprint_lines(found.certificate)

"""What is to be published of a server as it stands: its keys, its TLSA records, its CA."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.expiry.servers import met_by_clients, port_of
from pfwizard.expiry.status import NOTHING_TO_WATCH, SNI
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState, FileStates
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import chain_of
from pfwizard.pki.key_type import family_of
from pfwizard.pki.keys import PublicKey
from pfwizard.pki.tlsa import Usage, tlsa_records
from pfwizard.plan.authorities.known_authorities import (
    MOST_OF_OUR_OWN,
    FoundCertificate,
    found_keys,
)
from pfwizard.plan.authorities.signing_authority import files_of_authorities
from pfwizard.plan.plan import Finding, Plan, note, warning
from pfwizard.plan.renewal.next_key import next_key_path
from pfwizard.plan.server.served import ServedFiles, served_files
from pfwizard.publishing.served_chains import ServedChain, certificates_in, served_chains


class Standing(Enum):
    """Whose key a record is about; the values are those of the JSON output."""

    CURRENT = "current"
    NEXT = "next"
    AUTHORITY = "ca"


@dataclass(frozen=True)
class TlsaRecord:
    """A line for a zone file; ``owner`` is what it begins with."""

    standing: Standing
    text: str

    @property
    def owner(self) -> str:
        return self.text.partition(" ")[0]


@dataclass(frozen=True)
class ServedCertificate:
    """A chain, the ports that show it to everybody, and the key that waits to follow its own."""

    chain: ServedChain
    ports: tuple[int, ...]
    next_key: PublicKey | None = None


@dataclass(frozen=True)
class Publication:
    """``authority`` is the CA that clients must be given to trust the server.

    It is None where it is not on this machine, or is one that every system has.
    """

    certificates: tuple[ServedCertificate, ...]
    authority: FoundCertificate | None
    findings: tuple[Finding, ...] = ()

    @property
    def records(self) -> tuple[TlsaRecord, ...]:
        """Those of one name and port together; a record that two chains share is there once."""
        made = tuple(dict.fromkeys(self._records()))
        owners = list(dict.fromkeys(record.owner for record in made))
        standings = list(Standing)
        return tuple(
            sorted(
                made,
                key=lambda record: (
                    owners.index(record.owner),
                    standings.index(record.standing),
                ),
            )
        )

    def _records(self) -> Iterator[TlsaRecord]:
        for served in self.certificates:
            yield from _of_key(served, Standing.CURRENT, served.chain.leaf.spki)
            if served.next_key is not None:
                yield from _of_key(served, Standing.NEXT, served.next_key.spki)
            for issuer in served.chain.issuers:
                if issuer.is_self_issued:
                    yield from _of_key(served, Standing.AUTHORITY, issuer.spki)


USAGES = {Standing.AUTHORITY: Usage.AUTHORITY}
"""All other records are about the server's own key."""


def _of_key(served: ServedCertificate, standing: Standing, spki: bytes) -> Iterator[TlsaRecord]:
    usage = USAGES.get(standing, Usage.SERVER)
    names = served.chain.leaf.facts.dns_names
    for text in tlsa_records(names, served.ports, usage, spki):
        yield TlsaRecord(standing, text)


def files_of_publication(
    facts: Facts, known_files: Iterable[PurePosixPath]
) -> tuple[PurePosixPath, ...]:
    """What has to be read for it, besides what the facts have anyway.

    ``known_files`` are those in which a CA may be. Raises Failed for a value that Postfix gives
    up on.
    """
    served = _served(facts)
    next_keys = map(next_key_path, served.keys)
    return (*served.all, *next_keys, *files_of_authorities(facts, known_files))


def facts_after(facts: Facts, plan: Plan) -> Facts:
    """The machine as it is once the plan has been applied."""
    changed = {
        change.path: FileState(
            change.path,
            change.real,
            FileKind.ABSENT if change.after is None else FileKind.REGULAR,
            change.mode,
            content=change.after,
        )
        for change in plan.changes
        if change.is_about_a_file
    }
    configuration = replace(
        facts.configuration,
        main=MainCf.parse(plan.main_cf),
        master=MasterCf.parse(plan.master_cf),
    )
    return replace(facts, configuration=configuration, files={**facts.files, **changed})


def publication(facts: Facts) -> Publication:
    """Put together from the files that the facts have; what they lack is passed over.

    Raises Failed for a value that Postfix gives up on.
    """
    certificates = tuple(_served_certificates(facts))
    served = _served(facts)
    if not served.certificates:
        return Publication((), None, (NOTHING_TO_WATCH,))
    authority, about_the_authority = _authority(facts.files, [each.chain for each in certificates])
    findings = (
        *_unreadable(facts.files, served, certificates),
        *_without_names(certificates),
        *about_the_authority,
        *([SNI] if facts.effective.value("tls_server_sni_maps") else []),
    )
    return Publication(certificates, authority, findings)


def _served(facts: Facts) -> ServedFiles:
    return served_files(facts.configuration.master, facts.effective)


# --- what is served -------------------------------------------------------------------------------


def _served_certificates(facts: Facts) -> Iterator[ServedCertificate]:
    ports: list[tuple[ServedChain, int | None]] = []
    for service, effective in met_by_clients(facts.configuration.master, facts.effective):
        port = port_of(service, effective)
        number = port.port if port is not None and port.offers_tls else None
        ports += [(chain, number) for chain in served_chains(facts.files, effective)]
    seen: list[ServedChain] = []
    for chain, _ in ports:
        if not any(chain.is_of(other) for other in seen):
            seen.append(chain)
            numbers = [number for each, number in ports if each.is_of(chain) and number is not None]
            yield ServedCertificate(chain, tuple(dict.fromkeys(numbers)), _next_key(facts, chain))


def _next_key(facts: Facts, chain: ServedChain) -> PublicKey | None:
    """Made by ``pfwizard renew --next-key``, of the type of the key that it follows."""
    waiting = next_key_path(chain.key_path)
    for found in found_keys(facts, [waiting] if waiting in facts.files else []):
        if found.key is not None and family_of(found.key.label) == family_of(chain.leaf.facts.key):
            return found.key.public_key
    return None


# --- the CA ---------------------------------------------------------------------------------------


def _authority(
    files: FileStates, chains: Sequence[ServedChain]
) -> tuple[FoundCertificate | None, tuple[Finding, ...]]:
    """The self-issued end of the first chain that has one on this machine.

    Of several certificates for one CA it is the one that lasts longest.
    """
    found = sorted(
        _authorities(files), key=lambda each: each.certificate.facts.not_after, reverse=True
    )
    for chain in chains:
        known = [chain.leaf, *(each.certificate for each in found)]
        root = chain_of(known, chain.leaf).root
        place = next((each for each in found if each.certificate == root), None)
        if root is not None and place is not None and _is_a_bundle(files, place):
            return None, (_everybody_has(root),)
        if place is not None:
            return place, ()
    return None, tuple(_is_elsewhere(chain) for chain in chains[:1])


def _authorities(files: FileStates) -> Iterator[FoundCertificate]:
    """Every CA, those of small files first: who has one in a file of its own counts it as his."""
    contents = [(path, certificates_in(state.content or b"")) for path, state in files.items()]
    for path, certificates in sorted(contents, key=lambda each: len(each[1])):
        for certificate in certificates:
            if certificate.facts.is_ca:
                yield FoundCertificate(path, certificate)


def _is_a_bundle(files: FileStates, found: FoundCertificate) -> bool:
    return len(certificates_in(files[found.path].content or b"")) > MOST_OF_OUR_OWN


# --- findings -------------------------------------------------------------------------------------


def _unreadable(
    files: FileStates, served: ServedFiles, certificates: Sequence[ServedCertificate]
) -> Iterator[Finding]:
    """A chain file may have a key alone, as long as others have its certificate."""
    for path in served.certificates:
        state = files.get(path)
        content = (state.content if state else None) or b""
        is_a_key = any(label.endswith("PRIVATE KEY") for label in pem.labels(content))
        if not certificates_in(content) and not (certificates and is_a_key):
            yield warning(
                "no-certificate-in-file",
                f"{path}: Postfix is told to show the certificate in this file, and there is none",
                "pfwizard status tells more.",
            )


def _without_names(certificates: Iterable[ServedCertificate]) -> Iterator[Finding]:
    for served in certificates:
        names = served.chain.leaf.facts.dns_names
        if not any(not name.startswith("*") for name in names):
            yield note(
                "no-name-for-records",
                f"the certificate in {served.chain.path} names no host, and so has no TLSA records",
                "A record is published for the host that the MX record names: write it with "
                "the SHA-256 of the public key.",
            )


def _everybody_has(root: Certificate) -> Finding:
    return note(
        "ca-is-well-known",
        f"the CA {root.facts.subject} comes with this system, as it does with others: clients "
        "need nothing",
    )


def _is_elsewhere(chain: ServedChain) -> Finding:
    last = (chain.leaf, *chain.issuers)[-1]
    if last == chain.leaf and last.is_self_issued:
        return _signed_by_itself(chain)
    issuer = last.facts.issuer
    return note(
        "ca-not-here",
        f"the certificate of {issuer} is not on this machine, which has issued that of the server",
        "Where it is a CA that clients know, they need nothing; otherwise get it from there.",
    )


def _signed_by_itself(chain: ServedChain) -> Finding:
    return note(
        "signed-by-itself",
        f"the certificate in {chain.path} was issued by no CA but by itself; clients trust it only "
        "where they were given this very certificate, or by its TLSA records",
        'A CA of one\'s own signs for a server whose answers say server.source = "ca".',
    )

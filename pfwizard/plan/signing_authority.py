"""The CA of the machine: the one that signs for clients."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.plan.authority import AuthorityFiles
from pfwizard.plan.known_authorities import (
    USUAL,
    FoundCertificate,
    KnownAuthority,
    found_certificates,
    known_authorities,
    places,
)
from pfwizard.plan.served import ServedFiles, served_files


def files_of_authorities(
    facts: Facts, known_files: Iterable[PurePosixPath]
) -> tuple[PurePosixPath, ...]:
    """Where a CA may be: beside what Postfix names, and in these files."""
    served = _served(facts)
    named = (*served.authorities, *known_files)
    return tuple(dict.fromkeys((*places(named), *served.certificates)))


def signing_authority(facts: Facts, known_files: Iterable[PurePosixPath]) -> AuthorityFiles:
    """The CA that has issued the server's certificate, or else the first that is found.

    Where none is, it is the place where it would usually be.
    """
    known = known_authorities(facts, files_of_authorities(facts, known_files))
    leaves = tuple(found_certificates(facts, _served(facts).certificates))
    for authority in sorted(known, key=lambda each: not _has_issued_one_of(each, leaves)):
        return AuthorityFiles(authority.certificate_path, authority.key_path)
    return AuthorityFiles(*USUAL)


def _has_issued_one_of(authority: KnownAuthority, leaves: Iterable[FoundCertificate]) -> bool:
    certificate = authority.authority.certificate
    return any(leaf.certificate.is_issued_by(certificate) for leaf in leaves)


def _served(facts: Facts) -> ServedFiles:
    return served_files(facts.configuration.master, facts.effective)

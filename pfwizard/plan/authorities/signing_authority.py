"""The CA of the machine: the one that signs for clients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.plan.authorities.authority import AuthorityFiles
from pfwizard.plan.authorities.known_authorities import (
    USUAL,
    FoundCertificate,
    FoundKey,
    found_certificates,
    keys_of_authorities,
    places,
)
from pfwizard.plan.draft import Circumstances
from pfwizard.plan.server.served import ServedFiles, served_files


def files_of_authorities(
    facts: Facts, known_files: Iterable[PurePosixPath]
) -> tuple[PurePosixPath, ...]:
    """Where a CA may be: beside what Postfix names, and in these files."""
    served = _served(facts)
    named = (*served.authorities, *known_files)
    return tuple(dict.fromkeys((*places(named), *served.certificates)))


def signing_authority(
    facts: Facts,
    known_files: Iterable[PurePosixPath],
    circumstances: Circumstances,
    named: AuthorityFiles | None = None,
) -> AuthorityFiles:
    """The CA that has issued the server's certificate, or else the first with a key.

    A key behind a passphrase may be its key, and so may one that was brought. ``named`` are the
    files that the answers name; without them it is the usual place where no CA is found. Raises
    PkiError for a key that was brought and is of no use.
    """
    paths = files_of_authorities(facts, known_files)
    keys = keys_of_authorities(facts, paths, circumstances)
    leaves = tuple(found_certificates(facts, _served(facts).certificates))
    candidates = [
        _Candidate(found, *_likeliest_key(found, keys), _has_issued_one_of(found, leaves))
        for found in found_certificates(facts, paths)
        if found.certificate.facts.is_ca
    ]
    best = min((each for each in candidates if each.is_ours), key=_rank, default=None)
    if best is None:
        return named or AuthorityFiles(*USUAL)
    certificate = best.found.path
    if best.key is not None and circumstances.ca_key is None:
        return AuthorityFiles(certificate, best.key)
    if named is not None and named.certificate == certificate:
        return named
    return AuthorityFiles(certificate, _usual_place_of_key(certificate))


class _Certainty(IntEnum):
    """How sure it is that a CA's key was found; the surest first."""

    CERTAIN = 0
    BESIDE = 1  # behind a passphrase, in a place where this CA's own would be
    POSSIBLE = 2  # behind a passphrase, in another place that is known
    NONE = 3


@dataclass(frozen=True)
class _Candidate:
    found: FoundCertificate
    certainty: _Certainty
    key: PurePosixPath | None
    has_issued: bool

    @property
    def is_ours(self) -> bool:
        """Not one of the many whose certificate alone is on every machine."""
        certificate = self.found.certificate
        is_root_of_ours = self.has_issued and certificate.is_issued_by(certificate)
        return self.certainty is not _Certainty.NONE or is_root_of_ours


def _rank(candidate: _Candidate) -> tuple[bool, bool, _Certainty]:
    is_unsure = candidate.certainty >= _Certainty.POSSIBLE
    return is_unsure, not candidate.has_issued, candidate.certainty


def _likeliest_key(
    found: FoundCertificate, keys: Sequence[FoundKey]
) -> tuple[_Certainty, PurePosixPath | None]:
    for each in keys:
        if each.key is not None and each.key.matches(found.certificate):
            return _Certainty.CERTAIN, each.path
    locked = [each.path for each in keys if each.key is None]
    for path in places([found.path]):
        if path in locked:
            return _Certainty.BESIDE, path
    return (_Certainty.POSSIBLE, locked[0]) if locked else (_Certainty.NONE, None)


def _usual_place_of_key(certificate: PurePosixPath) -> PurePosixPath:
    return certificate.parent / USUAL[1].parent.name / f"{certificate.stem}.key"


def _has_issued_one_of(issuer: FoundCertificate, leaves: Iterable[FoundCertificate]) -> bool:
    return any(leaf.certificate.is_issued_by(issuer.certificate) for leaf in leaves)


def _served(facts: Facts) -> ServedFiles:
    return served_files(facts.configuration.master, facts.effective)

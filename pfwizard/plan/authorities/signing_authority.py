"""The CA of the machine: the one that signs for clients."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.plan.authorities.issued_for_postfix import (
    certificates_of_postfix,
    has_issued_one_of,
)
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.authorities.known_authorities import (
    MOST_OF_OUR_OWN,
    USUAL,
    FoundCertificate,
    FoundKey,
    found_certificates,
    keys_of_authorities,
    places,
    places_of_key,
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
    """The CA that is ``named``, or the one that has issued the server's certificate, or else the
    first with a key.

    A key behind a passphrase may be its key, and so may one that was brought. Where no CA is found
    it is the usual place. Raises PkiError for a key that was brought and is of no use.
    """
    if named is not None:
        return named
    best = min(_candidates(facts, known_files, circumstances), key=_rank, default=None)
    if best is None:
        return AuthorityFiles(*USUAL)
    certificate = best.found.path
    if best.key is not None and circumstances.ca_key is None:
        return AuthorityFiles(certificate, best.key)
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
    is_the_servers: bool
    is_in_a_bundle: bool

    @property
    def is_ours(self) -> bool:
        """Not one of the many whose certificate alone is on every machine."""
        certificate = self.found.certificate
        is_root_of_ours = self.has_issued and certificate.is_issued_by(certificate)
        worst = _Certainty.CERTAIN if self.is_in_a_bundle else _Certainty.POSSIBLE
        return self.certainty <= worst or is_root_of_ours


def _candidates(
    facts: Facts, known_files: Iterable[PurePosixPath], circumstances: Circumstances
) -> list[_Candidate]:
    paths = files_of_authorities(facts, known_files)
    keys = keys_of_authorities(facts, paths, circumstances)
    issued = certificates_of_postfix(facts)
    found = [each for each in found_certificates(facts, paths) if each.certificate.facts.is_ca]
    in_a_file = Counter(each.path for each in found)
    candidates: list[_Candidate] = []
    for each in found:
        certainty, key = _likeliest_key(each, keys)
        has_issued = has_issued_one_of(each.certificate, issued)
        is_the_servers = key in _served(facts).keys
        is_in_a_bundle = in_a_file[each.path] > MOST_OF_OUR_OWN
        candidates.append(
            _Candidate(each, certainty, key, has_issued, is_the_servers, is_in_a_bundle)
        )
    return [each for each in candidates if each.is_ours]


def _rank(candidate: _Candidate) -> tuple[bool, bool, bool, _Certainty, bool]:
    """A server that has certified itself may say that it is a CA, and comes after those that are.

    Of a file with many others somebody else takes care.
    """
    is_unsure = candidate.certainty >= _Certainty.POSSIBLE
    return (
        is_unsure,
        candidate.is_the_servers,
        not candidate.has_issued,
        candidate.certainty,
        candidate.is_in_a_bundle,
    )


def _likeliest_key(
    found: FoundCertificate, keys: Sequence[FoundKey]
) -> tuple[_Certainty, PurePosixPath | None]:
    for each in keys:
        if each.key is not None and each.key.matches(found.certificate):
            return _Certainty.CERTAIN, each.path
    locked = [each.path for each in keys if each.key is None]
    for path in (found.path, *places_of_key(found.path)):
        if path in locked:
            return _Certainty.BESIDE, path
    return (_Certainty.POSSIBLE, locked[0]) if locked else (_Certainty.NONE, None)


def _usual_place_of_key(certificate: PurePosixPath) -> PurePosixPath:
    return certificate.parent / USUAL[1].parent.name / f"{certificate.stem}.key"


def _served(facts: Facts) -> ServedFiles:
    return served_files(facts.configuration.master, facts.effective)

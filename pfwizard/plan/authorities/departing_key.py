"""The CA's key that is to leave this machine: found, opened, and encrypted for the way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.errors import Failed, PfwizardError, Refused
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki import pem
from pfwizard.pki.errors import NameProblem, WrongPassphrase
from pfwizard.pki.key_copies import holds_key, private_keys_in
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import PrivateKey, PublicKey, is_encrypted
from pfwizard.plan.authorities.brought_key import WHAT
from pfwizard.plan.authorities.ca_passphrase import (
    GivenPassphrases,
    PassphraseNeeded,
    UnusablePassphrase,
)
from pfwizard.plan.authorities.issued_for_postfix import (
    certificates_of_postfix,
    has_issued_one_of,
)
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.authorities.keys_in_use import keys_in_use
from pfwizard.plan.authorities.known_authorities import (
    FoundCertificate,
    FoundKey,
    found_certificates,
    found_keys,
    places_of_key,
)
from pfwizard.plan.certificate_files import key_summary
from pfwizard.plan.draft import PRIVATE_FILE
from pfwizard.plan.plan import Change, ChangeKind, Finding, warning
from pfwizard.plan.server.served import served_files
from pfwizard.secret import Secret


@dataclass(frozen=True)
class DepartingKey:
    """The key, its CA, and what is written where it goes: ``moved``, behind ``passphrase``."""

    key: PrivateKey
    authority: FoundCertificate
    file: FileState
    moved: Secret[bytes]
    passphrase: Secret[str]
    findings: tuple[Finding, ...] = ()

    @property
    def removal(self) -> Change:
        """What becomes of the key's file."""
        return Change(
            ChangeKind.DELETE,
            self.file.path,
            self.file.real,
            PRIVATE_FILE,
            before=self.file.content,
            secret=True,
            summary=key_summary(self.key),
        )

    def is_in(self, content: Secret[bytes]) -> bool:
        """Whether a file has this key in it."""
        return holds_key(content, self.key, self.passphrase)


def departing_key(
    facts: Facts,
    paths: Iterable[PurePosixPath],
    named: AuthorityFiles | None,
    given: GivenPassphrases,
    randomness: Callable[[int], bytes],
) -> DepartingKey:
    """The key of the CA that is ``named``, or else of the one in these files that can be meant.

    Of several it is that of the CA that has issued for Postfix. A key that is encrypted already
    stays as it is. Raises PassphraseNeeded without the passphrase that is wanted,
    UnusablePassphrase for one that is no good for a new file, WrongPassphrase for another than the
    key has, Failed where there is no key, and Refused where it is not sure which one is meant, or
    where it must not go.
    """
    looked_at = tuple(dict.fromkeys(paths))
    found = (
        _meant(facts, looked_at, given.opening)
        if named is None
        else _named(facts, named, given.opening)
    )
    file = facts.file(found.path)
    content = Secret(file.content or b"")
    _refuse_what_must_stay(facts, file, content)
    passphrase = given.opening if is_encrypted(content) else given.chosen
    if passphrase is None:
        raise PassphraseNeeded(found.path, is_new=True)
    moved = content if is_encrypted(content) else _encrypted(found, passphrase, randomness)
    departing = DepartingKey(found.key, found.authority, file, moved, passphrase)
    of_postfix = [each.path for each in keys_in_use(facts) if each.path in facts.files]
    copies = _other_copies(facts, (*looked_at, *of_postfix), departing)
    return replace(departing, findings=tuple(copies))


def _encrypted(
    found: "_Candidate", passphrase: Secret[str], randomness: Callable[[int], bytes]
) -> Secret[bytes]:
    try:
        return encrypted_pem(found.key, passphrase, randomness)
    except NameProblem as problem:
        raise UnusablePassphrase(found.path, problem) from problem


# --- finding --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Candidate:
    """A key that is open to us, and the certificate of its CA."""

    path: PurePosixPath
    authority: FoundCertificate
    key: PrivateKey


def _named(facts: Facts, named: AuthorityFiles, passphrase: Secret[str] | None) -> _Candidate:
    """The key of the answers: in the file that they name, or else beside the certificate."""
    paths = (named.certificate, named.key)
    authorities = _authorities(facts, paths)
    keys = list(found_keys(facts, [named.key], passphrase))
    keys = keys or list(found_keys(facts, [named.certificate], passphrase))
    locked = [found.path for found in keys if found.key is None]
    if locked:
        raise _does_not_open(locked[0], passphrase)
    candidates = _candidates(keys, authorities)
    if not candidates:
        raise _not_found(authorities)
    return candidates[0]


def _meant(
    facts: Facts, paths: tuple[PurePosixPath, ...], passphrase: Secret[str] | None
) -> _Candidate:
    """The only one that can be meant, which does not depend on what the passphrase opens.

    Before a CA is taken that has issued nothing here, an encrypted key is asked for, and has to
    open: after a slip no other key may go in its place.
    """
    authorities = _authorities(facts, paths)
    keys = tuple(found_keys(facts, paths, passphrase))
    candidates = _candidates(keys, authorities)
    issued = certificates_of_postfix(facts)
    of_postfix = [each for each in authorities if has_issued_one_of(each.certificate, issued)]
    sure = [each for each in candidates if each.authority in of_postfix]
    missing = [
        each
        for each in of_postfix
        if _may_be_ours(facts, each)
        and not any(known.key.matches(each.certificate) for known in candidates)
    ]
    locked = _beside_first([found.path for found in keys if found.key is None], missing)
    if locked and (missing or not sure):
        has_opened = any(_is_locked(facts, each.path) for each in candidates)
        if passphrase is None or missing or not has_opened:
            raise _does_not_open(locked[0], passphrase)
    possible = sure or candidates
    if not possible or (missing and not sure):
        raise _not_found(missing or authorities, candidates)
    if len(possible) > 1 or (locked and not sure):
        raise _not_sure(possible, () if sure else locked)
    return possible[0]


def _may_be_ours(facts: Facts, authority: FoundCertificate) -> bool:
    """Whether it is more than the issuer that others have us show behind our own certificate."""
    served = served_files(facts.configuration.master, facts.effective)
    return authority.certificate.is_self_issued or authority.path not in served.certificates


def _authorities(facts: Facts, paths: Iterable[PurePosixPath]) -> list[FoundCertificate]:
    return [each for each in found_certificates(facts, paths) if each.certificate.facts.is_ca]


def _candidates(
    keys: Iterable[FoundKey], authorities: Sequence[FoundCertificate]
) -> list[_Candidate]:
    """The keys of CAs, each once, however many copies there are."""
    candidates: dict[PublicKey, _Candidate] = {}
    for found in keys:
        owner = _owner(found.key, authorities) if found.key is not None else None
        if found.key is not None and owner is not None:
            candidates.setdefault(found.key.public_key, _Candidate(found.path, owner, found.key))
    return list(candidates.values())


def _owner(key: PrivateKey, authorities: Iterable[FoundCertificate]) -> FoundCertificate | None:
    """Of several certificates for one key the one that lasts longest."""
    own = [each for each in authorities if key.matches(each.certificate)]
    return max(own, key=lambda each: each.certificate.facts.not_after, default=None)


def _beside_first(
    locked: list[PurePosixPath], authorities: Sequence[FoundCertificate]
) -> list[PurePosixPath]:
    beside = [path for each in authorities for path in places_of_key(each.path)]
    return sorted(locked, key=lambda path: path not in beside)


def _is_locked(facts: Facts, path: PurePosixPath) -> bool:
    return is_encrypted(Secret(facts.file(path).content or b""))


def _does_not_open(key: PurePosixPath, passphrase: Secret[str] | None) -> PfwizardError:
    if passphrase is None:
        return PassphraseNeeded(key, is_new=False)
    return WrongPassphrase(
        WHAT,
        "does not open with this passphrase",
        "Give the one that it has; if another CA is meant, name the answers that made it: "
        "pfwizard ca move-key FILE --answers FILE.",
    ).at(key)


def _not_sure(candidates: Iterable[_Candidate], locked: Iterable[PurePosixPath]) -> Refused:
    listed = [f"{each.path} ({each.authority.certificate.facts.subject})" for each in candidates]
    listed += map(str, locked)
    return Refused(
        f"several keys may be that of the CA: {'; '.join(listed)}",
        "Name the answers that made the CA which is meant: pfwizard ca move-key FILE --answers "
        "FILE.",
    )


def _not_found(
    authorities: Sequence[FoundCertificate], others: Iterable[_Candidate] = ()
) -> Failed:
    names = [each.certificate.facts.subject for each in authorities]
    what = f"the key of the CA {names[0]}" if names else "the key of a CA"
    besides = "".join(f"; {each.path} is that of another CA" for each in others)
    return Failed(
        f"{what} is not on this machine, or not where it was looked for{besides}",
        "Name the answers that made the CA: pfwizard ca move-key FILE --answers FILE.",
    )


# --- refusing -------------------------------------------------------------------------------------


def _refuse_what_must_stay(facts: Facts, file: FileState, content: Secret[bytes]) -> None:
    for used in keys_in_use(facts):
        if used.path in facts.files and facts.file(used.path).real == file.real:
            raise Refused(
                f"{file.path}: Postfix uses this key for its own certificate: {used.parameter} in "
                f"{used.where} names it",
                _way_out(used.parameter),
            )
    if len(private_keys_in(content)) > 1 or not _is_of_a_key(content):
        raise Refused(
            f"{file.path}: there is more in this file than the CA's key, and it would be lost here",
            "Put the key into a file of its own, and the rest into another.",
        )


def _way_out(parameter: str) -> str:
    if parameter.startswith("smtpd_"):
        return (
            "Have the server's certificate issued for a key of its own first: pfwizard renew "
            "--new-key."
        )
    return f"Have {parameter} name another key, with a certificate of its own, first."


def _is_of_a_key(content: Secret[bytes]) -> bool:
    """Whether nothing is in the file but a key, and the curve that older programs write first."""
    return all(
        label.endswith("PRIVATE KEY") or label == "EC PARAMETERS"
        for label in pem.labels(content.reveal())
    )


def _other_copies(
    facts: Facts, paths: Iterable[PurePosixPath], departing: DepartingKey
) -> Iterator[Finding]:
    """Those that somebody else has made are his to remove."""
    seen = {departing.file.real}
    for state in map(facts.file, paths):
        if state.content and state.real not in seen and departing.is_in(Secret(state.content)):
            seen.add(state.real)
            yield warning(
                "key-elsewhere-too",
                f"{state.path}: the same key is in this file, and stays there",
                f"Remove it, if nobody needs it: rm {state.path}.",
            )

"""The CA's key that is to leave this machine: found, opened, and encrypted for the way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.errors import Failed, Refused
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki import pem
from pfwizard.pki.errors import NameProblem, WrongPassphrase
from pfwizard.pki.key_copies import holds_key, private_keys_in
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import PrivateKey, is_encrypted
from pfwizard.plan.authorities.authority import AuthorityFiles
from pfwizard.plan.authorities.ca_key import WHAT
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded, UnusablePassphrase
from pfwizard.plan.authorities.known_authorities import (
    FoundCertificate,
    found_certificates,
    found_keys,
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
    passphrase: Secret[str] | None,
    randomness: Callable[[int], bytes],
) -> DepartingKey:
    """The key of the CA that is ``named``, or else of one in these files.

    Of several it is that of the CA that has issued for Postfix. A key that is encrypted already
    stays as it is; ``passphrase`` is then the one that it has. Raises PassphraseNeeded without
    one, UnusablePassphrase for one that is no good for a new file, WrongPassphrase for another
    than the key has, Failed where there is no key, and Refused where it must not go.
    """
    looked_at = tuple(dict.fromkeys(paths))
    candidates = looked_at if named is None else (named.certificate, named.key)
    path, authority, key = _found(facts, candidates, passphrase)
    file = facts.file(path)
    content = Secret(file.content or b"")
    _refuse_what_must_stay(facts, file, content)
    if passphrase is None:
        raise PassphraseNeeded(path, is_new=True)
    try:
        moved = content if is_encrypted(content) else encrypted_pem(key, passphrase, randomness)
    except NameProblem as problem:
        raise UnusablePassphrase(path, problem) from problem
    departing = DepartingKey(key, authority, file, moved, passphrase)
    return replace(departing, findings=tuple(_other_copies(facts, looked_at, departing)))


# --- finding --------------------------------------------------------------------------------------

Found = tuple[PurePosixPath, FoundCertificate, PrivateKey]


def _found(facts: Facts, paths: tuple[PurePosixPath, ...], passphrase: Secret[str] | None) -> Found:
    """Before a CA is taken that has issued nothing here, an encrypted key is asked for."""
    authorities = [
        each for each in found_certificates(facts, paths) if each.certificate.facts.is_ca
    ]
    keys = tuple(found_keys(facts, paths, passphrase))
    opened = [
        (found.path, owner, found.key)
        for found in keys
        if found.key is not None and (owner := _owner(found.key, authorities)) is not None
    ]
    opened.sort(key=lambda each: not _has_issued_for_postfix(facts, each[1]))
    locked = [found.path for found in keys if found.key is None]
    is_sure = opened and _has_issued_for_postfix(facts, opened[0][1])
    if locked and not is_sure:
        if passphrase is None:
            raise PassphraseNeeded(locked[0], is_new=False)
        if not opened:
            raise WrongPassphrase(
                WHAT, "does not open with this passphrase", "Give the one that it has."
            ).at(locked[0])
    if not opened:
        raise _not_found(authorities)
    return opened[0]


def _owner(key: PrivateKey, authorities: Iterable[FoundCertificate]) -> FoundCertificate | None:
    """Of several certificates for one key the one that lasts longest."""
    own = [each for each in authorities if key.matches(each.certificate)]
    return max(own, key=lambda each: each.certificate.facts.not_after, default=None)


def _has_issued_for_postfix(facts: Facts, authority: FoundCertificate) -> bool:
    served = served_files(facts.configuration.master, facts.effective)
    read = [path for path in served.certificates if path in facts.files]
    leaves = found_certificates(facts, read)
    return any(leaf.certificate.is_issued_by(authority.certificate) for leaf in leaves)


def _not_found(authorities: Iterable[FoundCertificate]) -> Failed:
    names = [each.certificate.facts.subject for each in authorities]
    what = f"the key of the CA {names[0]}" if names else "the key of a CA"
    return Failed(
        f"{what} is not on this machine, or not where it was looked for",
        "Name the answers that made the CA: pfwizard ca move-key FILE --answers FILE.",
    )


# --- refusing -------------------------------------------------------------------------------------


def _refuse_what_must_stay(facts: Facts, file: FileState, content: Secret[bytes]) -> None:
    served = served_files(facts.configuration.master, facts.effective)
    in_use = {facts.file(path).real for path in served.keys if path in facts.files}
    if file.real in in_use:
        raise Refused(
            f"{file.path}: Postfix uses this key for its own certificate",
            "Have the server's certificate issued for a key of its own first: pfwizard renew "
            "--new-key.",
        )
    if len(private_keys_in(content)) > 1 or "CERTIFICATE" in pem.labels(content.reveal()):
        raise Refused(
            f"{file.path}: there is more in this file than the CA's key, and it would be lost here",
            "Put the key into a file of its own, and the rest into another.",
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

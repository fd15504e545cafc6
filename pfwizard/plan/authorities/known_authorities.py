"""The CAs whose key is on this machine: known by what files hold, whatever they are called."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.errors import EncryptedKey, PkiError, WrongPassphrase
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.plan.authorities.brought_key import WHAT
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.plan.authorities.issuer import Authority
from pfwizard.plan.draft import Circumstances
from pfwizard.plan.plan import Finding, refusal
from pfwizard.secret import Secret

USUAL = (PurePosixPath("/etc/ssl/ca.crt"), PurePosixPath("/etc/ssl/private/ca.key"))
"""Where the answers put the CA unless they are told otherwise."""

MOST_OF_OUR_OWN = 10
"""A file with more CAs than these is a distribution's, which looks after it; then only those count
that our own certificates come from."""

DIRECTORIES = (".", "private", "../private")
NAMES = ("{stem}.key", "{stem}-key.pem", "{stem}.pem", "cakey.pem", "ca.key")
"""Where the key of a CA is kept, as seen from its certificate."""


@dataclass(frozen=True)
class KnownAuthority:
    """A CA that can sign, and the file that its certificate was found in."""

    authority: Authority
    certificate_path: PurePosixPath


@dataclass(frozen=True)
class FoundCertificate:
    path: PurePosixPath
    certificate: Certificate


@dataclass(frozen=True)
class FoundKey:
    """A file with a private key, which is None behind a passphrase that is not known."""

    path: PurePosixPath
    key: PrivateKey | None


def places(certificates: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    """The files that may hold a CA whose certificate is in one of these, or its key."""
    known = tuple(dict.fromkeys((*certificates, USUAL[0])))
    beside = [place for path in known for place in places_of_key(path)]
    return tuple(dict.fromkeys((*known, *beside, USUAL[1])))


def places_of_key(certificate: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """The files in which the key of the CA is looked for, beside its certificate in this one."""
    beside = [
        _tidy(certificate.parent / directory / name.format(stem=certificate.stem))
        for directory in DIRECTORIES
        for name in NAMES
    ]
    return tuple(dict.fromkeys(beside))


def _tidy(path: PurePosixPath) -> PurePosixPath:
    """Without ``..``: the directory above, as the path is written."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)


def found_certificates(facts: Facts, paths: Iterable[PurePosixPath]) -> Iterator[FoundCertificate]:
    """Every certificate in these files; what cannot be read as one is passed over."""
    for path in paths:
        content = facts.file(path).content or b""
        if pem.CERTIFICATE_LABELS.isdisjoint(pem.labels(content)):
            continue
        try:
            certificates = load_certificates(content)
        except PkiError:
            continue
        for certificate in certificates:
            yield FoundCertificate(path, certificate)


def found_keys(
    facts: Facts, paths: Iterable[PurePosixPath], passphrase: Secret[str] | None = None
) -> Iterator[FoundKey]:
    """Every private key in these files; what cannot be used is passed over."""
    for path, content in _files_with_keys(facts, paths):
        try:
            yield FoundKey(path, load_private_key(content, passphrase=passphrase))
        except (EncryptedKey, WrongPassphrase):
            yield FoundKey(path, None)
        except PkiError:
            continue


def useless_keys(
    facts: Facts, paths: Iterable[PurePosixPath]
) -> Iterator[tuple[PurePosixPath, PkiError]]:
    """What ``found_keys`` passes over in these files, each with the reason."""
    for path, content in _files_with_keys(facts, paths):
        try:
            load_private_key(content)
        except EncryptedKey:
            continue
        except PkiError as error:
            yield path, error


def _files_with_keys(
    facts: Facts, paths: Iterable[PurePosixPath]
) -> Iterator[tuple[PurePosixPath, Secret[bytes]]]:
    for path in paths:
        content = facts.file(path).content or b""
        if any(label.endswith("PRIVATE KEY") for label in pem.labels(content)):
            yield path, Secret(content)


def keys_of_authorities(
    facts: Facts, paths: Iterable[PurePosixPath], circumstances: Circumstances
) -> tuple[FoundKey, ...]:
    """The keys among which that of a CA may be: the one that was brought, or else these files'.

    Raises PkiError where the one that was brought is no usable key, or opens with another
    passphrase.
    """
    brought = circumstances.ca_key
    if brought is None:
        return tuple(found_keys(facts, paths, circumstances.ca_passphrase))
    try:
        return (FoundKey(brought.path, brought.opened(circumstances.ca_passphrase)),)
    except PassphraseNeeded:
        return (FoundKey(brought.path, None),)


def known_authorities(
    facts: Facts, paths: Sequence[PurePosixPath], circumstances: Circumstances
) -> tuple[KnownAuthority, ...]:
    """Every CA whose certificate is in these files, and its key too, or brought for this run.

    A key behind a passphrase counts where that was given. Of several certificates for one key it is
    the one that lasts longest. Raises PkiError for a key that was brought and is of no use.
    """
    keys = keys_of_authorities(facts, paths, circumstances)
    by_key: dict[str, KnownAuthority] = {}
    for found in found_certificates(facts, paths):
        certificate = found.certificate
        owner = next((each for each in keys if each.key and each.key.matches(certificate)), None)
        if owner is None or owner.key is None or not certificate.facts.is_ca:
            continue
        before = by_key.get(certificate.facts.spki_sha256)
        if before is None or before.authority.certificate.facts.not_after < (
            certificate.facts.not_after
        ):
            by_key[certificate.facts.spki_sha256] = KnownAuthority(
                Authority(certificate, owner.key), found.path
            )
    return tuple(by_key.values())


def why_it_cannot_sign(
    facts: Facts,
    paths: Sequence[PurePosixPath],
    circumstances: Circumstances,
    issuer: FoundCertificate,
) -> Finding:
    """Why the CA with this certificate is not among those that are known.

    Raises PassphraseNeeded where its key may be behind a passphrase, WrongPassphrase where the one
    that was given opens none.
    """
    neighbours = [path for path in places_of_key(issuer.path) if path != issuer.path]
    keys = keys_of_authorities(facts, paths, circumstances)
    locked = sorted(
        (found.path for found in keys if found.key is None),
        key=lambda path: path not in neighbours,
    )
    if locked and circumstances.ca_passphrase is None:
        raise PassphraseNeeded(locked[0], is_new=False)
    if locked:
        raise WrongPassphrase(
            WHAT,
            "does not open with this passphrase",
            "Give the one it was encrypted with, or name the file of the CA's key with "
            "--ca-key FILE.",
        ).at(locked[0])
    candidates = neighbours if circumstances.ca_key is None else [circumstances.ca_key.path]
    others = [found for found in keys if found.path in candidates]
    if others:
        return refusal(
            "ca-key-mismatch",
            f"{others[0].path}: the key does not belong to the CA certificate in {issuer.path}",
            "Name the file of the CA's own key, wherever that is kept, with --ca-key FILE.",
        )
    return refusal(
        "ca-key-missing",
        f"the key of the CA {issuer.certificate.facts.subject} was not found; its certificate is "
        f"{issuer.path}",
        "Mount the medium that it is kept on, and name the file with --ca-key FILE; or name the "
        "answers that made the CA with --answers FILE.",
    )

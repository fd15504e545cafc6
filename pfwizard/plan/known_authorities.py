"""The CAs whose key is on this machine: known by what files hold, whatever they are called."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey, is_encrypted, load_private_key
from pfwizard.plan.authority import Authority
from pfwizard.plan.plan import Finding, refusal
from pfwizard.secret import Secret

USUAL = (PurePosixPath("/etc/ssl/ca.crt"), PurePosixPath("/etc/ssl/private/ca.key"))
"""Where the answers put the CA unless they are told otherwise."""

DIRECTORIES = (".", "private", "../private")
NAMES = ("{stem}.key", "{stem}-key.pem", "{stem}.pem", "cakey.pem", "ca.key")
"""Where the key of a CA is kept, as seen from its certificate."""


@dataclass(frozen=True)
class KnownAuthority:
    """A CA that can sign: its certificate, its key, and the files they were found in."""

    authority: Authority
    certificate_path: PurePosixPath
    key_path: PurePosixPath


@dataclass(frozen=True)
class FoundCertificate:
    path: PurePosixPath
    certificate: Certificate


@dataclass(frozen=True)
class FoundKey:
    """A file with a private key, which is None behind a passphrase."""

    path: PurePosixPath
    key: PrivateKey | None


def places(certificates: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    """The files that may hold a CA whose certificate is in one of these, or its key."""
    known = tuple(dict.fromkeys((*certificates, USUAL[0])))
    neighbours = [
        _tidy(path.parent / directory / name.format(stem=path.stem))
        for path in known
        for directory in DIRECTORIES
        for name in NAMES
    ]
    return tuple(dict.fromkeys((*known, *neighbours, USUAL[1])))


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
        if "CERTIFICATE" not in pem.labels(content):
            continue
        try:
            certificates = load_certificates(content)
        except PkiError:
            continue
        for certificate in certificates:
            yield FoundCertificate(path, certificate)


def found_keys(facts: Facts, paths: Iterable[PurePosixPath]) -> Iterator[FoundKey]:
    """Every private key in these files; what cannot be used is passed over."""
    for path in paths:
        content = Secret(facts.file(path).content or b"")
        if not any(label.endswith("PRIVATE KEY") for label in pem.labels(content.reveal())):
            continue
        if is_encrypted(content):
            yield FoundKey(path, None)
            continue
        try:
            yield FoundKey(path, load_private_key(content))
        except PkiError:
            continue


def known_authorities(facts: Facts, paths: Sequence[PurePosixPath]) -> tuple[KnownAuthority, ...]:
    """Every CA with both its certificate and its key in these files.

    Of several certificates for one key it is the one that lasts longest.
    """
    keys = [found for found in found_keys(facts, paths) if found.key is not None]
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
                Authority(certificate, owner.key), found.path, owner.path
            )
    return tuple(by_key.values())


def why_it_cannot_sign(
    facts: Facts, paths: Sequence[PurePosixPath], issuer: FoundCertificate
) -> Finding:
    """Why the CA with this certificate is not among those that are known."""
    neighbours = [path for path in places([issuer.path]) if path != issuer.path]
    keys = list(found_keys(facts, paths))
    locked = [found for found in keys if found.key is None]
    others = [found for found in keys if found.path in neighbours and found.key is not None]
    name = issuer.certificate.facts.subject
    if locked:
        return refusal(
            "ca-key-encrypted",
            f"{locked[0].path}: the key is encrypted with a passphrase, and no other key is that "
            f"of the CA {name}",
            "Put it there without the passphrase for the time of the renewal: "
            "openssl pkey -in FILE -out NEW.",
        )
    if others:
        return refusal(
            "ca-key-mismatch",
            f"{others[0].path}: the key does not belong to the CA certificate in {issuer.path}",
            "Put the CA's own key beside its certificate for the time of the renewal.",
        )
    return refusal(
        "ca-key-missing",
        f"the key of the CA {name} was not found; its certificate is {issuer.path}",
        f"Put it back for the time of the renewal, such as to {neighbours[0]}, or name the answers "
        "that made the CA: pfwizard renew --answers FILE.",
    )

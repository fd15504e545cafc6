"""Certificates and keys that take the place of others, in whichever files these are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey, PublicKey, load_private_key
from pfwizard.plan.authorities.known_authorities import found_keys
from pfwizard.plan.certificate_files import CERTIFICATES, certificate_summary, key_summary
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Sketch
from pfwizard.secret import Secret

PRIVATE_KEYS = re.compile(
    rb"(?:^-----BEGIN EC PARAMETERS-----\r?$.*?^-----END EC PARAMETERS-----\r?$\n?)?"
    rb"^-----BEGIN [A-Z ]*PRIVATE KEY-----\r?$.*?^-----END [A-Z ]*PRIVATE KEY-----\r?$\n?",
    re.M | re.S,
)
"""The private keys in a PEM file, with the curve that older programs write before them."""


@dataclass(frozen=True)
class Replacements:
    """New certificates by those that they replace, and new private keys by the old public ones."""

    certificates: dict[Certificate, Certificate] = field(default_factory=dict)
    keys: dict[PublicKey, PrivateKey] = field(default_factory=dict)


def file_with_key_of(
    sketch: Sketch, paths: Iterable[PurePosixPath], certificate: Certificate
) -> PurePosixPath | None:
    """The first of these files that has the key of the certificate."""
    for found in found_keys(sketch.facts, paths):
        if found.key is not None and found.key.matches(certificate):
            return found.path
    return None


def with_replacements(
    sketch: Sketch, paths: Iterable[PurePosixPath], replacements: Replacements
) -> Sketch:
    """Plan these files with the new ones in them; everything else in them stays as it is."""
    for path in _each_once(sketch, paths):
        content = sketch.facts.file(path).content
        if content is not None:
            sketch = _rewritten(sketch, path, content, replacements)
    return sketch


def _each_once(sketch: Sketch, paths: Iterable[PurePosixPath]) -> Iterable[PurePosixPath]:
    """A file may have several names."""
    return {sketch.facts.file(path).real: path for path in paths}.values()


def _rewritten(
    sketch: Sketch, path: PurePosixPath, content: bytes, replacements: Replacements
) -> Sketch:
    certificates: list[Certificate] = []
    keys: list[PrivateKey] = []

    def certificate(block: re.Match[bytes]) -> bytes:
        new = _new_certificate(block.group(), replacements)
        if new is None:
            return block.group()
        certificates.append(new)
        return new.pem()

    def key(block: re.Match[bytes]) -> bytes:
        new = _new_key(block.group(), replacements)
        if new is None:
            return block.group()
        keys.append(new)
        return new.pem().reveal()

    after = PRIVATE_KEYS.sub(key, CERTIFICATES.sub(certificate, content))
    is_secret = PRIVATE_KEYS.search(after) is not None
    summary = (
        *(line for each in keys for line in key_summary(each)),
        *(line for each in certificates for line in certificate_summary(each)),
    )
    mode = PRIVATE_FILE if is_secret else PUBLIC_FILE
    return sketch.with_file(path, after, mode, secret=is_secret, summary=summary)


def _new_certificate(block: bytes, replacements: Replacements) -> Certificate | None:
    try:
        return replacements.certificates.get(load_certificate(block))
    except PkiError:
        return None


def _new_key(block: bytes, replacements: Replacements) -> PrivateKey | None:
    if not replacements.keys:
        return None
    try:
        return replacements.keys.get(load_private_key(Secret(block)).public_key)
    except PkiError:
        return None

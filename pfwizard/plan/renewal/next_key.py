"""A server's next key: made early, so that its TLSA records are known before it is in use."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import UnsupportedKey
from pfwizard.pki.key_type import KeyType, family_of
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.tlsa import Usage, tlsa_records
from pfwizard.plan.authorities.known_authorities import found_keys
from pfwizard.plan.certificate_files import key_summary
from pfwizard.plan.draft import PRIVATE_FILE, Sketch
from pfwizard.plan.plan import Change, ChangeKind, Finding, note, warning
from pfwizard.plan.services import ports_of

KEY_TYPES = {key_type.label: key_type for key_type in KeyType}


@dataclass(frozen=True)
class NextKey:
    """The key that is to follow that of a certificate; ``is_waiting`` when it is in its file."""

    key: PrivateKey
    path: PurePosixPath
    is_waiting: bool


def next_key_path(key: PurePosixPath) -> PurePosixPath:
    """Where the key waits that is to follow the one in this file."""
    return key.with_name(f"{key.name}.next")


def next_key(sketch: Sketch, key: PurePosixPath, certificate: Certificate) -> NextKey:
    """The key that waits for its turn, or one that is made now, of the old one's type."""
    path = next_key_path(key)
    for found in found_keys(sketch.facts, [path]):
        if found.key is not None and family_of(found.key.label) == family_of(certificate.facts.key):
            return NextKey(found.key, path, is_waiting=True)
    label = certificate.facts.key
    return NextKey(
        sketch.circumstances.generate_key(KEY_TYPES.get(label, _similar(label))),
        path,
        is_waiting=False,
    )


def _similar(label: str) -> KeyType:
    """For a key of a length that we do not make: the next one that all clients know."""
    return KeyType.EC_P384 if family_of(label) == "EC" else KeyType.RSA_3072


def with_next_key(sketch: Sketch, key: PurePosixPath, certificate: Certificate) -> Sketch:
    """Plan that a key waits beside the one in this file, and say what is to be published.

    Raises UnsupportedKey for one that waits already and is of no use for this certificate.
    """
    following = next_key(sketch, key, certificate)
    if not following.is_waiting and sketch.facts.file(following.path).exists:
        raise UnsupportedKey(
            "the key that waits",
            f"cannot follow one of type {certificate.facts.key}, and is not overwritten",
            f"Move it away, and another is made: mv {following.path} {following.path}.old",
        ).at(following.path)
    if not following.is_waiting:
        content = following.key.pem().reveal()
        summary = key_summary(following.key)
        sketch = sketch.with_file(
            following.path, content, PRIVATE_FILE, secret=True, summary=summary
        )
    records = _records(sketch, certificate, following.key.public_key.spki)
    return sketch.with_finding(
        note(
            "next-key",
            f"{following.path}: this key is to follow the one in {key}; with pfwizard renew "
            "--new-key it does",
            f"Where TLSA records are published, add {records} now, and wait until the old answers "
            "have left the caches (twice their time to live).",
        )
    )


def without_next_key(sketch: Sketch, used: NextKey) -> Sketch:
    """Plan that the file in which the key has waited goes away."""
    if not used.is_waiting:
        return sketch
    state = sketch.facts.file(used.path)
    change = Change(
        ChangeKind.DELETE,
        used.path,
        state.real,
        PRIVATE_FILE,
        state.content,
        secret=True,
        summary=key_summary(used.key),
    )
    return replace(sketch, changes=(*sketch.changes, change))


def replaced_key(sketch: Sketch, old: Certificate, used: NextKey) -> Finding:
    """What is to be published, which RFC 7671 section 8.1 wants to be there before the key is."""
    records = _records(sketch, old, used.key.public_key.spki)
    if used.is_waiting:
        return note(
            "key-replaced",
            f"the server uses the key that has waited in {used.path}",
            f"The TLSA records {records} stay; those of the old key can be removed.",
        )
    return warning(
        "key-replaced",
        "the server gets a key that nobody knows of yet; where TLSA records are published for it, "
        "other servers keep their mail back until there are such of this key too",
        "Where there are any, do not apply this, but pfwizard renew --next-key first. Both are "
        f"needed for a while, those of the old key, {_records(sketch, old, old.spki)}, and "
        f"those of the new one, {records}.",
    )


def _records(sketch: Sketch, certificate: Certificate, spki: bytes) -> str:
    ports = [port.port for port in ports_of(sketch.master, sketch.effective) if port.offers_tls]
    return "; ".join(tlsa_records(certificate.facts.dns_names, ports, Usage.SERVER, spki))

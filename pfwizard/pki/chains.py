"""A key and certificates as they come from somebody else's CA: found, put in order, and judged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.checks import WEAK_HASHES, Defect, Problem
from pfwizard.pki.errors import NotACertificate, PkiError, UnsupportedKey
from pfwizard.pki.keys import HasPublicKey, PrivateKey, load_private_key
from pfwizard.pki.path_checks import expired_root, path_problems
from pfwizard.secret import Secret


@dataclass(frozen=True, slots=True)
class PemFile:
    """A file that may hold a key, certificates, or both."""

    path: PurePosixPath
    content: Secret[bytes]


@dataclass(frozen=True, slots=True)
class Material:
    """What files hold, in their order, each certificate once."""

    key: PrivateKey | None = None
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """A server's certificate with its issuers.

    Each of ``intermediates`` issued the one before it; ``root`` is the self-issued end, if it is
    there; ``unrelated`` are certificates that belong to another chain. ``in_order`` is whether the
    files had them as a server sends them.
    """

    leaf: Certificate
    intermediates: tuple[Certificate, ...] = ()
    root: Certificate | None = None
    unrelated: tuple[Certificate, ...] = ()
    in_order: bool = True

    def sent(self, *, with_root: bool = False) -> tuple[Certificate, ...]:
        """What a server sends, its own first (RFC 8446 section 4.4.2).

        Clients have the root; ``with_root`` is for TLSA records of the CA (RFC 7672 section 3.1.2).
        """
        root = (self.root,) if self.root and with_root else ()
        return (self.leaf, *self.intermediates, *root)


def material(files: Iterable[PemFile]) -> Material:
    """The key and all certificates in these files.

    Raises PkiError, naming the file: NotAKey, EncryptedKey, UnsupportedKey (also for a second key),
    or NotACertificate where there is neither.
    """
    found = Material()
    for file in files:
        try:
            found = _with_file(found, file.content)
        except PkiError as error:
            raise error.at(file.path) from error
    return replace(found, certificates=tuple(dict.fromkeys(found.certificates)))


def chain_of(
    certificates: Sequence[Certificate], key: HasPublicKey | None, *, now: datetime | None = None
) -> Chain:
    """The chain of the certificate for ``key``, in order.

    Of several for this key it is the one that lasts longest. Without a key, or when none is for
    it, it is the one that looks like a server's. ``certificates`` must not be empty; ``now`` is for
    ``chain_above``.
    """
    return chain_above(_leaf(certificates, key), certificates, now=now)


def chain_above(
    leaf: Certificate, certificates: Sequence[Certificate], *, now: datetime | None = None
) -> Chain:
    """The chain of this certificate, in order; of several issuers it is the first one given.

    With ``now`` it is rather one that is valid then, and of these rather one that leads on to an
    older root than a root that not all clients may have.
    """
    by_use = certificates if now is None else sorted(certificates, key=lambda c: _rank(c, now))
    issuers = tuple(_issuers(leaf, by_use))
    root = issuers[-1] if issuers and issuers[-1].is_self_issued else None
    intermediates = issuers[:-1] if root else issuers
    members = (leaf, *issuers)
    given = tuple(each for each in certificates if each in members)
    return Chain(
        leaf,
        intermediates,
        root,
        unrelated=tuple(each for each in certificates if each not in members),
        in_order=certificates[0] == leaf and given == members,
    )


def without_expired_end(chain: Chain, *, trusted: Sequence[Certificate], now: datetime) -> Chain:
    """The chain without issuers at its end that have expired and that clients do not need, since
    they have one of the roots ``trusted`` below: such as an older root's signature of that one."""
    valid = [root for root in trusted if root.validity.includes(now)]
    needed = len(tuple(_needed(chain, valid)))
    kept = chain.intermediates
    while len(kept) > needed and not kept[-1].validity.includes(now):
        kept = kept[:-1]
    if kept == chain.intermediates:
        return chain
    left_away = chain.intermediates[len(kept) :]
    return replace(chain, intermediates=kept, root=None, unrelated=(*chain.unrelated, *left_away))


def chain_problems(
    chain: Chain, *, trusted: Sequence[Certificate], now: datetime
) -> tuple[Problem, ...]:
    """What is wrong with the order and the issuers of a chain; ``server_problems`` has its leaf.

    ``trusted`` are the roots that clients are thought to have, such as those of this system.
    """
    valid = [root for root in trusted if root.validity.includes(now)]
    issuers = tuple(_needed(chain, valid))
    return (
        *_order_problems(chain),
        *path_problems(chain.leaf, issuers, _roots(chain, issuers, valid), now=now),
        *_gap_problems(chain, trusted, valid, now),
    )


def _needed(chain: Chain, trusted: Sequence[Certificate]) -> Iterator[Certificate]:
    """The issuers up to the first that leads to a root which clients have: what is sent beyond it
    is of no account to them, such as an older root's signature that has expired."""
    for below, issuer in zip(chain.sent(), chain.intermediates, strict=False):
        if any(below.is_issued_by(root) for root in trusted):
            return
        yield issuer


def _roots(
    chain: Chain, issuers: Sequence[Certificate], trusted: Sequence[Certificate]
) -> tuple[Certificate, ...]:
    last = (chain.leaf, *issuers)[-1]
    own = [chain.root] if chain.root is not None and last.is_issued_by(chain.root) else []
    return (*(root for root in trusted if last.is_issued_by(root)), *own)


# --- finding --------------------------------------------------------------------------------------


_CERTIFICATE = frozenset({"CERTIFICATE", "X509 CERTIFICATE"})  # RFC 7468 section 5


def _with_file(found: Material, content: Secret[bytes]) -> Material:
    labels = set(pem.labels(content.reveal()))
    if any(label.endswith("PRIVATE KEY") for label in labels):
        found = replace(found, key=_only_key(found.key, load_private_key(content)))
    elif labels.isdisjoint(_CERTIFICATE):
        raise NotACertificate(
            "the file",
            f"{pem.contents(content.reveal())}, where certificates or a key in PEM are wanted",
            "Name the certificates and the private key in their PEM form.",
        )
    if not labels.isdisjoint(_CERTIFICATE):
        more = load_certificates(content.reveal())
        found = replace(found, certificates=(*found.certificates, *more))
    return found


def _only_key(before: PrivateKey | None, key: PrivateKey) -> PrivateKey:
    if before and not before.matches(key):
        raise UnsupportedKey(
            "the private key", "is not the one of the files before it", "Name the files of one key."
        )
    return key


# --- putting in order ----------------------------------------------------------------------------


def _leaf(certificates: Sequence[Certificate], key: HasPublicKey | None) -> Certificate:
    if key is not None:
        own = [each for each in certificates if each.public_key == key.public_key]
        if own:
            return max(own, key=lambda each: each.facts.not_after)
    servers = [each for each in certificates if not each.facts.is_ca]
    return next(iter(servers), certificates[0])


def _issuers(leaf: Certificate, certificates: Sequence[Certificate]) -> Iterator[Certificate]:
    seen = [leaf]
    while not seen[-1].is_self_issued:
        issuer = next(
            (each for each in certificates if each not in seen and seen[-1].is_issued_by(each)),
            None,
        )
        if issuer is None:
            return
        seen.append(issuer)
        yield issuer


def _rank(certificate: Certificate, now: datetime) -> tuple[bool, bool]:
    return not certificate.validity.includes(now), certificate.is_self_issued


# --- judging -------------------------------------------------------------------------------------


def _order_problems(chain: Chain) -> Iterator[Problem]:
    if not chain.in_order:
        order = ", then ".join(each.facts.subject for each in chain.sent())
        yield Problem(
            Defect.WRONG_ORDER,
            "the certificates are not in the order in which a server sends them",
            f"The server's own comes first, then the one that issued it, and so on: {order}.",
        )


def _gap_problems(
    chain: Chain, trusted: Sequence[Certificate], valid: Sequence[Certificate], now: datetime
) -> Iterator[Problem]:
    last = chain.sent(with_root=True)[-1]
    if last.is_self_issued or _issued_by_one_of(valid, chain):
        return
    if last.facts.signature_hash in WEAK_HASHES:
        return  # who made it cannot be told, and it is refused for the signature itself
    expired = next((root for root in trusted if last.is_issued_by(root)), None)
    if expired is not None:
        yield expired_root(expired, now)
        return
    yield Problem(
        Defect.MISSING_INTERMEDIATE,
        f"the certificate of {last.facts.issuer} is missing, which issued that of"
        f" {last.facts.subject}, and clients do not have it either",
        "Add it: whoever issued the certificate provides it, often as chain.pem or fullchain.pem.",
    )


def _issued_by_one_of(trusted: Sequence[Certificate], chain: Chain) -> bool:
    """Whether clients can leave the chain at some place for a root that they have.

    Not at its end alone: it may go on to an older root that signed this one too.
    """
    return any(each.is_issued_by(root) for each in chain.sent() for root in trusted)

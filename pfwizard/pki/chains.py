"""A key and certificates as they come from somebody else's CA: found, put in order, and judged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from pathlib import PurePosixPath

from cryptography import x509

from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, extension, load_certificates
from pfwizard.pki.checks import Defect, Problem, validity_problems
from pfwizard.pki.errors import NotACertificate, PkiError, UnsupportedKey
from pfwizard.pki.keys import HasPublicKey, PrivateKey, load_private_key
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


def chain_of(certificates: Sequence[Certificate], key: HasPublicKey | None) -> Chain:
    """The chain of the certificate for ``key``, in order.

    Of several for this key it is the one that lasts longest. Without a key, or when none is for
    it, it is the one that looks like a server's. ``certificates`` must not be empty.
    """
    return chain_above(_leaf(certificates, key), certificates)


def chain_above(leaf: Certificate, certificates: Sequence[Certificate]) -> Chain:
    """The chain of this certificate, in order; of several issuers it is the first one given."""
    issuers = tuple(_issuers(leaf, certificates))
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


def chain_problems(
    chain: Chain, *, trusted: Sequence[Certificate], now: datetime
) -> tuple[Problem, ...]:
    """What is wrong with the order and the issuers of a chain; ``server_problems`` has its leaf.

    ``trusted`` are the roots that clients are thought to have, such as those of this system.
    """
    return (
        *_order_problems(chain),
        *(problem for issuer in chain.intermediates for problem in _expiry(issuer, now)),
        *_role_problems(chain, trusted),
        *_gap_problems(chain, trusted),
    )


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


# --- judging -------------------------------------------------------------------------------------


def _order_problems(chain: Chain) -> Iterator[Problem]:
    if not chain.in_order:
        order = ", then ".join(each.facts.subject for each in chain.sent())
        yield Problem(
            Defect.WRONG_ORDER,
            "the certificates are not in the order in which a server sends them",
            f"The server's own comes first, then the one that issued it, and so on: {order}.",
        )


def _expiry(issuer: Certificate, now: datetime) -> Iterator[Problem]:
    yield from validity_problems(
        issuer, now, f"the intermediate certificate {issuer.facts.subject}"
    )


def _role_problems(chain: Chain, trusted: Sequence[Certificate]) -> Iterator[Problem]:
    """RFC 5280 section 6.1.4 (k) to (m)."""
    issuers = list(chain.intermediates)
    for each in issuers:
        if not each.facts.is_ca:
            yield Problem(
                Defect.NOT_A_CA,
                f"the certificate of {each.facts.subject} is not one of a CA, and has issued"
                " another here",
                "Have the server's certificate issued by a CA.",
            )
    known = [each for each in trusted if chain.sent()[-1].is_issued_by(each)]
    roots = [*known, *([chain.root] if chain.root else [])]
    for below, each in enumerate((*issuers, *sorted(roots, key=_most_below)[-1:])):
        if _most_below(each) < below:
            yield Problem(
                Defect.PATH_TOO_LONG,
                f"by its certificate the CA {each.facts.subject} may have {_most_below(each)}"
                f" other CAs below it, and here there are {below}",
                "Have the server's certificate issued by this CA itself, or the CA's own anew.",
            )


def _most_below(issuer: Certificate) -> float:
    """How many CAs may be between this one and a server (RFC 5280 section 4.2.1.9)."""
    constraints = extension(issuer.parsed, x509.BasicConstraints)
    limit = None if constraints is None else constraints.path_length
    return inf if limit is None else limit


def _gap_problems(chain: Chain, trusted: Sequence[Certificate]) -> Iterator[Problem]:
    last = chain.sent(with_root=True)[-1]
    if last.is_self_issued or _issued_by_one_of(trusted, chain):
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

"""A key of the server and the certificate for it: one such pair, or a second one on P-256."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.answers.answers import ServerAnswers
from pfwizard.answers.wording import Named, Wording
from pfwizard.pki.key_type import KeyType, family_of
from pfwizard.plan.plan import Finding, refusal


@dataclass(frozen=True)
class ServerPair:
    """Where a key and its certificate are; ``key_type`` is for a key that is to be made.

    ``question`` is the one that asks for the certificate's file.
    """

    certificate: PurePosixPath
    key: PurePosixPath
    key_type: KeyType
    question: str


def pairs_of(server: ServerAnswers) -> tuple[ServerPair, ...]:
    """What the answers ask for: the first one, which every client understands, comes first."""
    first = ServerPair(server.certificate, server.key, server.key_type, "server.certificate")
    if not server.ecdsa:
        return (first,)
    certificate, key = server.ecdsa_certificate, server.ecdsa_key
    return first, ServerPair(certificate, key, KeyType.EC_P256, "server.ecdsa_certificate")


def one_type_twice(labels: Iterable[str]) -> Finding | None:
    """A refusal when keys with these labels, such as ``EC P-256``, are of one type.

    Postfix has room for one certificate of each type (TLS_README, "Server-side certificate and
    private key configuration").
    """
    families = [family_of(label) for label in labels]
    if len(set(families)) == len(families):
        return None
    return refusal(
        "one-type-twice",
        f"both keys of the server are {families[0]} keys, and Postfix has room for one "
        "certificate of each type",
        Wording(
            "Let the first be an RSA key, or set ",
            Named("server.ecdsa", False),
            ".",
        ),
    )

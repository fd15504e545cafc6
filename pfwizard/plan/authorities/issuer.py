"""A CA as it is met: where its files are, what is known of it, and one that can sign."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.keys import PrivateKey


@dataclass(frozen=True)
class Authority:
    """A CA that can sign."""

    certificate: Certificate
    key: PrivateKey


@dataclass(frozen=True)
class AuthorityFiles:
    """Where a CA's certificate and key are."""

    certificate: PurePosixPath
    key: PurePosixPath


@dataclass(frozen=True)
class Issuer:
    """A CA by its certificate; its key may be on this machine, behind a passphrase, or elsewhere.

    ``key`` is None unless it lies open. ``another`` tells a person how to come by another CA.
    """

    certificate: Certificate
    files: AuthorityFiles
    key: PrivateKey | None
    another: str

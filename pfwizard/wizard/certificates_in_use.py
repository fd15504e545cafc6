"""The certificates that main.cf has Postfix show today, each with the file of its key."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.errors import PkiError
from pfwizard.plan.server.served import paths
from pfwizard.plan.tls.tls import PAIR

CHAIN_FILES = "smtpd_tls_chain_files"

KEY_MARK, CERTIFICATE_MARK = b"PRIVATE KEY-----", b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True)
class InUse:
    """A certificate, where it is, and where its key is, which may be in the same file.

    ``certificate`` is None for one that cannot be read.
    """

    path: PurePosixPath
    key: PurePosixPath
    certificate: Certificate | None

    @property
    def is_ecdsa(self) -> bool:
        return self.certificate is not None and self.certificate.facts.key.startswith("EC")


def files_in_use(facts: Facts) -> tuple[PurePosixPath, ...]:
    """What has to be among the facts: the files that have certificates in them."""
    names = (CHAIN_FILES, *PAIR)
    return tuple(path for name in names for path in paths(name, facts.effective))


def certificates_in_use(facts: Facts) -> tuple[InUse, ...]:
    """One that every client understands comes first."""
    places = list(_in_chain_files(facts)) or list(_in_pairs(facts))
    found = [InUse(path, key, certificate_in(facts, path)) for path, key in places]
    return tuple(sorted(found, key=lambda each: each.is_ecdsa))


def certificate_in(facts: Facts, path: PurePosixPath) -> Certificate | None:
    """The first certificate in a file; None where there is none that can be read."""
    return certificate_of(facts.file(path))


def certificate_of(state: FileState) -> Certificate | None:
    """The same of a file by itself."""
    content = state.content
    try:
        return None if content is None else load_certificate(content)
    except PkiError:
        return None


Place = tuple[PurePosixPath, PurePosixPath]
"""Of a certificate, and of its key."""


def _in_pairs(facts: Facts) -> Iterator[Place]:
    for certificate, key in PAIR.items():
        yield from zip(
            paths(certificate, facts.effective), paths(key, facts.effective), strict=False
        )


def _in_chain_files(facts: Facts) -> Iterator[Place]:
    """A key comes before its certificates, which are in the same file or the next (postconf(5))."""
    key: PurePosixPath | None = None
    for path in paths(CHAIN_FILES, facts.effective):
        content = facts.file(path).content or b""
        if KEY_MARK in content:
            key = path
        if CERTIFICATE_MARK in content and key is not None:
            yield path, key
            key = None

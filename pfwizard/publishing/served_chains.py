"""The certificates that a server shows: one for each of its keys, with what is sent behind it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.machine.effective import Effective
from pfwizard.machine.tree import FileStates
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.errors import PkiError
from pfwizard.plan.server.served import paths
from pfwizard.plan.tls.tls import PAIR


@dataclass(frozen=True)
class ServedChain:
    """A key's certificate, which is in ``path``, and those that the server sends after it."""

    path: PurePosixPath
    key_path: PurePosixPath
    leaf: Certificate
    issuers: tuple[Certificate, ...] = ()

    def is_of(self, other: "ServedChain") -> bool:
        """Whether it is the same chain, as another port has it."""
        return (self.path, self.leaf) == (other.path, other.leaf)


def served_chains(files: FileStates, effective: Effective) -> tuple[ServedChain, ...]:
    """What one server shows, in the order of its configuration; unreadable files are passed over.

    smtpd_tls_chain_files overrides the files by type (postconf(5)).
    """
    in_chain_files = tuple(paths("smtpd_tls_chain_files", effective))
    if in_chain_files:
        return tuple(_behind_their_keys(files, in_chain_files))
    return tuple(_by_type(files, effective))


def certificates_in(content: bytes) -> tuple[Certificate, ...]:
    """The certificates of a file; none where there are none that can be read."""
    try:
        return load_certificates(content)
    except PkiError:
        return ()


def _by_type(files: FileStates, effective: Effective) -> Iterator[ServedChain]:
    """Without a file of its own the key is in that of the certificate (smtpd_tls_key_file)."""
    for certificate_name, key_name in PAIR.items():
        for path in paths(certificate_name, effective):
            found = certificates_in(_content(files, path))
            if found:
                key_path = next(paths(key_name, effective), path)
                yield ServedChain(path, key_path, found[0], found[1:])


def _behind_their_keys(
    files: FileStates, chain_files: Iterable[PurePosixPath]
) -> Iterator[ServedChain]:
    """Each key begins a chain; its certificates may be in the files after it (postconf(5))."""
    key_path: PurePosixPath | None = None
    chain: ServedChain | None = None
    for path in chain_files:
        certificates = iter(certificates_in(_content(files, path)))
        for label in pem.labels(_content(files, path)):
            if label.endswith("PRIVATE KEY"):
                if chain is not None:
                    yield chain
                key_path, chain = path, None
            elif label == "CERTIFICATE" and key_path is not None:
                chain = _longer(chain, path, key_path, certificates)
    if chain is not None:
        yield chain


def _longer(
    chain: ServedChain | None,
    path: PurePosixPath,
    key_path: PurePosixPath,
    certificates: Iterator[Certificate],
) -> ServedChain | None:
    following = next(certificates, None)
    if following is None:
        return chain
    if chain is None:
        return ServedChain(path, key_path, following)
    return replace(chain, issuers=(*chain.issuers, following))


def _content(files: FileStates, path: PurePosixPath) -> bytes:
    state = files.get(path)
    return (state.content if state else None) or b""

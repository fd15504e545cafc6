"""The certificates that SMTP servers present, each with its key, as the files have them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import PurePosixPath

from pfwizard.check.inspection import Daemon, InForce, Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence
from pfwizard.check.tls import offers_tls
from pfwizard.check.tls_files import CHAIN_FILES
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.chains import Chain, chain_of
from pfwizard.pki.errors import NotACertificate, PkiError
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.plan.server.chain_parts import chain_parts
from pfwizard.plan.server.served import NO_CERTIFICATE, paths
from pfwizard.plan.tls.tls import PAIR, PLACEHOLDERS
from pfwizard.secret import Secret


@dataclass(frozen=True)
class Presented:
    """A certificate of servers: where it is named, and what is in its files.

    ``key_file`` is None where a chain has certificates before its first key. A content is None
    where the file is not there or could not be read.
    """

    place: Place
    daemons: tuple[Daemon, ...]
    file: PurePosixPath
    key_file: PurePosixPath | None
    content: bytes | None = field(repr=False)
    key_content: bytes | None = field(repr=False)

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """In the order of the file; none where there are none that can be used."""
        return usable_certificates(self.content or b"")

    @cached_property
    def key(self) -> PrivateKey | None:
        """None where there is none that can be used, or none of a kind that pfwizard knows."""
        try:
            return load_private_key(Secret(self.key_content or b""))
        except PkiError:
            return None

    @property
    def shown(self) -> Certificate | None:
        """The one that Postfix takes for the server's own, which is the first."""
        return next(iter(self.certificates), None)


def presented(inspection: Inspection) -> Iterator[Presented]:
    """One for each pair of files, and for each key of a chain."""
    servers = [each for each in inspection.servers if offers_tls(each.effective)]
    by_chain = [each for each in servers if each.effective.value(CHAIN_FILES)]
    for value in inspection.in_force(CHAIN_FILES, by_chain):
        yield from _of_a_chain(inspection, value)
    by_pair = [each for each in servers if not each.effective.value(CHAIN_FILES)]
    for certificate, key in PAIR.items():
        for value in inspection.in_force(certificate, by_pair):
            if value.value and value.value != NO_CERTIFICATE:
                yield _of_a_pair(inspection, value, key)


def meant_to_be_verified(inspection: Inspection) -> Iterator[tuple[Presented, Chain]]:
    """Those that no package has made for want of a real one, each with its issuers."""
    for each in presented(inspection):
        if each.certificates and str(each.file) not in PLACEHOLDERS:
            yield each, chain_of(each.certificates, each.key, now=inspection.now)


def about(each: Presented, message: str, remedy: str) -> Occurrence:
    """A case of a rule, in the file of this certificate."""
    return Occurrence(f"{each.file}: {message}", remedy, each.place)


@lru_cache(maxsize=32)
def usable_certificates(content: bytes) -> tuple[Certificate, ...]:
    """Those of a file, none where it has none; many rules ask for the roots of the system."""
    try:
        return load_certificates(content)
    except NotACertificate:
        return ()


def _of_a_pair(inspection: Inspection, value: InForce, key: str) -> Presented:
    file = next(paths(value.parameter, value.effective))
    key_file = next(paths(key, value.effective), file)
    return Presented(
        value.place,
        value.daemons,
        file,
        key_file,
        _content(inspection, file),
        _content(inspection, key_file),
    )


def _of_a_chain(inspection: Inspection, value: InForce) -> Iterator[Presented]:
    files = [
        (file, _content(inspection, file) or b"")
        for file in paths(value.parameter, value.effective)
    ]
    for part in chain_parts(files):
        yield Presented(
            value.place,
            value.daemons,
            part.file,
            part.key.file if part.key else None,
            part.certificates,
            part.key.text if part.key else None,
        )


def _content(inspection: Inspection, path: PurePosixPath) -> bytes | None:
    state = inspection.file(path)
    return None if state is None else state.content

"""Each certificate that is watched, where it is, and what is to be said of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.apply.live.limits import is_limited
from pfwizard.expiry.files import CertificateFile
from pfwizard.expiry.judgement import LEVELS, URGENCY, Judge, Judgement, Level, worst
from pfwizard.expiry.ports import Shown, Socket
from pfwizard.expiry.servers import TlsServer
from pfwizard.pki.certificates import Certificate, CertificateFacts
from pfwizard.plan.authorities.known_authorities import MOST_OF_OUR_OWN


class Role(Enum):
    """What a certificate is there for; the values are those of the JSON output."""

    LEAF = "leaf"
    INTERMEDIATE = "intermediate"
    CA = "ca"
    SERVED = "served"
    FOR_A_NAME = "sni"
    OUTGOING = "outgoing"


@dataclass(frozen=True)
class WatchedCertificate:
    """A certificate in a file, or the one that a server shows.

    ``facts`` and ``days_left`` are None where there is no certificate, and ``detail`` says why.
    ``judgements`` are never empty, and begin with the worst. ``differs_from`` are the files in
    which what is shown should be, and is not.
    """

    role: Role
    place: PurePosixPath | Socket
    judgements: tuple[Judgement, ...]
    facts: CertificateFacts | None = None
    days_left: int | None = None
    detail: str = ""
    differs_from: tuple[PurePosixPath, ...] = ()

    @property
    def level(self) -> Level:
        return worst(LEVELS[judgement] for judgement in self.judgements)


@dataclass(frozen=True)
class OtherFiles:
    """Certificates besides those of the ports: for clients that ask for a name, and for servers
    that are delivered to. In both lists keys may stand between them.

    ``authorities`` may hold the CA that ours come from; Postfix need not know of it.
    """

    for_names: tuple[PurePosixPath, ...] = ()
    outgoing: tuple[PurePosixPath, ...] = ()
    authorities: tuple[PurePosixPath, ...] = ()

    @property
    def all(self) -> tuple[PurePosixPath, ...]:
        return (*self.for_names, *self.outgoing, *self.authorities)


def watched(
    servers: Sequence[TlsServer],
    files: Mapping[PurePosixPath, CertificateFile],
    shown: Iterable[Shown],
    judge: Judge,
    others: OtherFiles = OtherFiles(),
) -> tuple[WatchedCertificate, ...]:
    """Every certificate that these servers go by or show, the worst first.

    ``files`` has all that the servers and ``others`` name. What several share is listed once, as a
    server's own if it is one.
    """
    roles = {
        **dict.fromkeys(others.outgoing, Role.OUTGOING),
        **dict.fromkeys(others.for_names, Role.FOR_A_NAME),
        **dict.fromkeys(_of_servers(servers), Role.LEAF),
    }
    keys_before_others = _keys_before_others(servers, files, others)
    own = [
        each
        for path, role in roles.items()
        if path not in keys_before_others
        for each in _in_a_chain(files[path], role, judge)
    ]
    issuers = frozenset(each.facts.issuer for each in own if each.facts is not None)
    cas = [
        each
        for path in _unique(server.ca_file for server in servers if server.ca_file)
        for each in _in_a_ca_file(files[path], issuers, judge)
    ]
    listed = {each.facts.fingerprint_sha256 for each in (*own, *cas) if each.facts is not None}
    unnamed = [
        each
        for path in others.authorities
        for each in _issuers_in(files[path], issuers, judge)
        if each.facts is not None and each.facts.fingerprint_sha256 not in listed
    ]
    on_ports = [_on_a_port(each, files, judge) for each in shown]
    return tuple(sorted((*on_ports, *own, *cas, *unnamed), key=_urgency))


def _of_servers(servers: Sequence[TlsServer]) -> tuple[PurePosixPath, ...]:
    return _unique(path for server in servers for path in server.certificate_files)


def _keys_before_others(
    servers: Sequence[TlsServer],
    files: Mapping[PurePosixPath, CertificateFile],
    others: OtherFiles,
) -> frozenset[PurePosixPath]:
    """Files of keys alone, whose certificates are in the next file (smtpd_tls_chain_files)."""
    lists = [*(server.certificate_files for server in servers), others.for_names, others.outgoing]
    return frozenset(path for each in lists for path in each[:-1] if files[path].has_only_keys)


def _unique(paths: Iterable[PurePosixPath]) -> tuple[PurePosixPath, ...]:
    return tuple(dict.fromkeys(paths))


def _urgency(each: WatchedCertificate) -> tuple[int, int]:
    days = 0 if each.days_left is None else each.days_left
    return URGENCY.index(each.level), days


def _in_a_chain(file: CertificateFile, of_leaf: Role, judge: Judge) -> Iterator[WatchedCertificate]:
    if file.problem is not None:
        yield _unknown(of_leaf, file, file.problem)
    for position, certificate in enumerate(file.certificates):
        yield _in_a_file(_role(certificate, position, of_leaf), file, certificate, judge)


def _role(certificate: Certificate, position: int, of_leaf: Role) -> Role:
    """The first is the server's own, whatever it says of itself (smtpd_tls_cert_file)."""
    if position == 0 or not certificate.facts.is_ca:
        return of_leaf
    return Role.CA if certificate.is_self_issued else Role.INTERMEDIATE


def _in_a_ca_file(
    file: CertificateFile, issuers: frozenset[str], judge: Judge
) -> Iterator[WatchedCertificate]:
    if file.problem is not None:
        yield _unknown(Role.CA, file, file.problem)
    is_our_own = len(file.certificates) <= MOST_OF_OUR_OWN
    for certificate in file.certificates:
        if is_our_own or certificate.facts.subject in issuers:
            yield _in_a_file(Role.CA, file, certificate, judge)


def _issuers_in(
    file: CertificateFile, issuers: frozenset[str], judge: Judge
) -> Iterator[WatchedCertificate]:
    """The CAs in a file that Postfix is not told of; it need not be there."""
    for certificate in file.certificates:
        if certificate.facts.is_ca and certificate.facts.subject in issuers:
            yield _in_a_file(Role.CA, file, certificate, judge)


def _unknown(role: Role, file: CertificateFile, problem: Judgement) -> WatchedCertificate:
    return WatchedCertificate(role, file.path, (problem,), detail=file.detail)


def _in_a_file(
    role: Role, file: CertificateFile, certificate: Certificate, judge: Judge
) -> WatchedCertificate:
    return WatchedCertificate(
        role,
        file.path,
        (judge.judgement_of(certificate.validity),),
        certificate.facts,
        judge.days_left(certificate.validity),
    )


def _on_a_port(
    shown: Shown, files: Mapping[PurePosixPath, CertificateFile], judge: Judge
) -> WatchedCertificate:
    certificate = shown.certificate
    if certificate is None:
        judgement = _without_a_certificate(shown)
        return WatchedCertificate(Role.SERVED, shown.socket, (judgement,), detail=shown.problem)
    differs_from = _where_it_is_not(certificate, shown.server, files)
    found = [judge.judgement_of(certificate.validity)]
    if differs_from:
        found.append(Judgement.DIFFERS)
    return WatchedCertificate(
        Role.SERVED,
        shown.socket,
        _worst_first(found),
        certificate.facts,
        judge.days_left(certificate.validity),
        differs_from=differs_from,
    )


def _without_a_certificate(shown: Shown) -> Judgement:
    if is_limited(shown.problem):
        return Judgement.LIMITED
    return Judgement.NOT_SHOWN if shown.asked_for else Judgement.SILENT


def _worst_first(found: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """That something is good is worth no word beside what is not."""
    return tuple(sorted(set(found) - {Judgement.GOOD}, key=tuple(Judgement).index)) or (
        Judgement.GOOD,
    )


def _where_it_is_not(
    certificate: Certificate,
    server: TlsServer,
    files: Mapping[PurePosixPath, CertificateFile],
) -> tuple[PurePosixPath, ...]:
    """The server's files, if all could be read and this certificate is in none of them."""
    own = [files[path] for path in server.certificate_files]
    fingerprints = {each.facts.fingerprint_sha256 for file in own for each in file.certificates}
    is_there = certificate.facts.fingerprint_sha256 in fingerprints
    if is_there or any(file.problem is Judgement.UNREADABLE for file in own):
        return ()
    return server.certificate_files

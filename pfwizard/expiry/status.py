"""A look at the machine: how its certificates are, in the files and on the ports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.apply.ledger_file import read_ledger
from pfwizard.expiry.clients import ABOUT_CLIENTS, clients_in_want
from pfwizard.expiry.files import CertificateFile, read
from pfwizard.expiry.judgement import Judge, Level, worst
from pfwizard.expiry.ports import Family, Shown, shown_by
from pfwizard.expiry.servers import TlsServer, tls_servers
from pfwizard.expiry.smtp_clients import shown_to_other_servers
from pfwizard.expiry.sni import SNI_MAPS, sni_files
from pfwizard.expiry.watched import OtherFiles, WatchedCertificate, watched
from pfwizard.expiry.wording import findings_of
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.postfix import master_process
from pfwizard.machine.tables import Table
from pfwizard.machine.tree import Tree
from pfwizard.pki.errors import NotALedger
from pfwizard.plan.plan import Finding, note, warning

NOTHING_TO_WATCH = warning(
    "no-certificate",
    "Postfix has no certificate: nothing in main.cf or master.cf names one",
    "pfwizard sets it up.",
)

NOT_IN_A_TREE = note("ports-not-asked", "no server runs in a tree: only its files were looked at")

NOT_RUNNING = warning(
    "postfix-not-running",
    "Postfix does not run: only the files were looked at",
    "Start it with postfix start, or with the service manager.",
)

NOT_ROOT = warning(
    "not-root",
    "only root can see where Postfix listens: only the files were looked at",
    "Run pfwizard status as root.",
)

SNI = note(
    "sni-not-looked-at",
    "tls_server_sni_maps has more certificates, for clients that ask for a name: they were not "
    "looked at",
)

SNI_FILES_ALONE = note(
    "sni-not-asked",
    "of the certificates in tls_server_sni_maps the files were looked at, and not the copies in "
    "the table that Postfix shows to clients",
)


LEDGER_UNREADABLE, SNI_OUTDATED = "ledger-unreadable", "sni-table-outdated"

OF_NO_CERTIFICATE = ABOUT_CLIENTS | {LEDGER_UNREADABLE, SNI_OUTDATED}
"""The identifiers of what is a warning of its own, without a certificate in the list."""


@dataclass(frozen=True)
class Status:
    """Every certificate, the worst first, and in words what is wrong with them or the look."""

    certificates: tuple[WatchedCertificate, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> Level:
        """Of the worst certificate; unknown where there is none, or not all could be seen."""
        levels = [each.level for each in self.certificates]
        if NOT_ROOT in self.findings:
            levels.append(Level.UNKNOWN)
        if any(finding.identifier in OF_NO_CERTIFICATE for finding in self.findings):
            levels.append(Level.WARNING)
        return worst(levels)


def look(
    tree: Tree,
    config_directory: PurePosixPath | None,
    judge: Judge,
    *,
    is_root: bool,
    state_directory: Path | None = None,
    authorities: tuple[PurePosixPath, ...] = (),
) -> Status:
    """Read the files that Postfix is told of, and ask its ports where it runs.

    Clients are those of the ledger in ``state_directory``. ``authorities`` may hold the CA that the
    server's certificate comes from, where Postfix is not told of it. Raises Failed when Postfix or
    its configuration cannot be found or read.
    """
    facts = gather(tree, config_directory, ())
    master_cf, effective = facts.configuration.master, facts.effective
    servers = tls_servers(master_cf, effective)
    sni = sni_files(tree, effective)
    outgoing = shown_to_other_servers(master_cf, effective)
    others = OtherFiles(sni.paths, outgoing, authorities)
    named = [*(path for server in servers for path in _files_of(server)), *others.all]
    files = {path: read(tree, path) for path in named}
    master, findings = _master(facts, is_root=is_root)
    shown = [] if master is None else list(_shown(servers, files, master))
    certificates = watched(servers, files, shown, judge, others)
    if effective.value(SNI_MAPS):
        findings = (*findings, SNI_FILES_ALONE if sni.is_complete else SNI)
        findings = (*findings, *map(_outdated, sni.outdated))
    findings = (*findings, *_of_the_ledger(facts, state_directory, judge))
    if not certificates:
        return Status((), (NOTHING_TO_WATCH, *findings))
    wrong = [finding for each in certificates for finding in findings_of(each, judge)]
    return Status(certificates, (*findings, *wrong))


def _outdated(table: Table) -> Finding:
    return warning(
        SNI_OUTDATED,
        f"{table.built} is older than what it was made from: clients that ask for a name are shown "
        "old certificates, or none",
        f"postmap -F {table} makes it anew.",
    )


def _of_the_ledger(facts: Facts, state_directory: Path | None, judge: Judge) -> Iterator[Finding]:
    """What is to be said of clients; only root may read the ledger, and others are told so."""
    if state_directory is None:
        return
    try:
        ledger = read_ledger(state_directory)
    except PermissionError:
        return
    except NotALedger as error:
        yield warning(LEDGER_UNREADABLE, error.message, error.remedy)
        return
    except OSError as error:
        what = f"{state_directory}: the ledger cannot be read: {error.strerror}"
        yield warning(LEDGER_UNREADABLE, what, "Clients were not looked at.")
        return
    yield from clients_in_want(facts, ledger, judge)


def _files_of(server: TlsServer) -> tuple[PurePosixPath, ...]:
    return (*server.certificate_files, *filter(None, [server.ca_file]))


def _master(facts: Facts, *, is_root: bool) -> tuple[int | None, tuple[Finding, ...]]:
    """The process that listens, or why there is none to be asked."""
    if facts.works_on_a_tree:
        return None, (NOT_IN_A_TREE,)
    if not is_root:
        return None, (NOT_ROOT,)
    queue = Path(facts.effective.value("queue_directory"))
    master = master_process(queue / "pid" / "master.pid")
    return master, (() if master is not None else (NOT_RUNNING,))


def _shown(
    servers: Sequence[TlsServer], files: Mapping[PurePosixPath, CertificateFile], master: int
) -> Iterator[Shown]:
    for server in servers:
        if server.smtp_port is not None and server.smtp_port.offers_tls:
            own = [files[path].certificates for path in server.certificate_files]
            families = frozenset(Family.of(leaf) for leaf, *_ in filter(None, own))
            yield from shown_by(server, server.smtp_port, master, families)

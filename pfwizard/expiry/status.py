"""A look at the machine: how its certificates are, in the files and on the ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.expiry.files import read
from pfwizard.expiry.judgement import Judge, Level, worst
from pfwizard.expiry.ports import Shown, shown_by
from pfwizard.expiry.servers import TlsServer, tls_servers
from pfwizard.expiry.watched import WatchedCertificate, watched
from pfwizard.expiry.wording import findings_of
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.postfix import master_process
from pfwizard.machine.tree import Tree
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
        return worst(levels)


def look(
    tree: Tree, config_directory: PurePosixPath | None, judge: Judge, *, is_root: bool
) -> Status:
    """Read the files that Postfix is told of, and ask its ports where it runs.

    Raises Failed when Postfix or its configuration cannot be found or read.
    """
    facts = gather(tree, config_directory, ())
    servers = tls_servers(facts.configuration.master, facts.effective)
    files = {path: read(tree, path) for server in servers for path in _files_of(server)}
    master, findings = _master(facts, is_root=is_root)
    shown = [] if master is None else _shown(servers, master)
    certificates = watched(servers, files, shown, judge)
    if facts.effective.value("tls_server_sni_maps"):
        findings = (*findings, SNI)
    if not certificates:
        return Status((), (NOTHING_TO_WATCH, *findings))
    wrong = [finding for each in certificates for finding in findings_of(each, judge)]
    return Status(certificates, (*findings, *wrong))


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


def _shown(servers: Sequence[TlsServer], master: int) -> list[Shown]:
    return [
        shown_by(server, server.smtp_port, master)
        for server in servers
        if server.smtp_port is not None and server.smtp_port.offers_tls
    ]

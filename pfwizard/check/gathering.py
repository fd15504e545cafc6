"""Everything that the rules look at, read once."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from pfwizard.apply.disk.explained import failed
from pfwizard.apply.journal import StateDirectory
from pfwizard.apply.live.listening import addresses_of
from pfwizard.apply.recovery import refuse_unfinished
from pfwizard.check.certificate_chains import OWN_CA
from pfwizard.check.changes import files_left
from pfwizard.check.inspection import Inspection
from pfwizard.check.network import HOSTS
from pfwizard.check.own_log import LONGEST_QUEUE
from pfwizard.check.password_checkers import files_of_the_checkers
from pfwizard.check.tls_files import CLIENT_FILES, SERVER_FILES
from pfwizard.errors import PfwizardError
from pfwizard.expiry.sni import SNI_MAPS
from pfwizard.machine.addresses import local_addresses
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.managed import SIGNS_OF_MANAGERS
from pfwizard.machine.postfix import master_process
from pfwizard.machine.selinux import type_of
from pfwizard.machine.tables import tables_in
from pfwizard.machine.tree import OnlyForRoot, Tree
from pfwizard.plan.plan import SmtpPort
from pfwizard.plan.server.deploy_hook import CERTBOT
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.plan.server.served import paths

OF_CERTBOT = tuple(
    CERTBOT / name for name in ("renewal", "renewal-hooks/deploy", "renewal-hooks/post")
)
"""Where certbot keeps how it renews, and what it runs afterwards."""


def inspect_machine(
    tree: Tree,
    config_directory: PurePosixPath | None,
    now: datetime,
    state_directory: Path | None = None,
) -> Inspection:
    """Look at the machine, and at pfwizard's own state where that is named; change nothing.

    Raises Failed when Postfix or its configuration cannot be found or read.
    """
    inspection = Inspection(gather(tree, config_directory, (), goes_on=True), now)
    inspection = replace(inspection, open_ports=_open_ports(tree, inspection))
    if tree.is_this_machine:
        inspection = replace(inspection, addresses=local_addresses())
    for named in (_configured_files, files_of_the_checkers):
        inspection = _with_files(tree, inspection, named(inspection))
    inspection = replace(inspection, labels=dict(_labels(tree, inspection)))
    inspection = _with_files(tree, inspection, _fixed_files(tree, inspection.facts))
    return inspection if state_directory is None else _with_state(inspection, state_directory)


def _with_files(tree: Tree, inspection: Inspection, wanted: Iterable[PurePosixPath]) -> Inspection:
    facts = inspection.facts
    files, unseen = tree.look_where_possible(wanted)
    seen = replace(facts, files={**facts.files, **files}, unseen={**facts.unseen, **unseen})
    return replace(inspection, facts=seen)


def _with_state(inspection: Inspection, directory: Path) -> Inspection:
    try:
        refuse_unfinished(StateDirectory(directory))
    except PfwizardError as error:
        return replace(inspection, under_way=error)
    except OSError as error:
        facts, what = inspection.facts, failed(directory, error)
        reason = OnlyForRoot(what.message) if isinstance(error, PermissionError) else what
        unseen = {**facts.unseen, PurePosixPath(directory): reason}
        return replace(inspection, facts=replace(facts, unseen=unseen))
    return inspection


def _open_ports(tree: Tree, inspection: Inspection) -> frozenset[int] | None:
    """Only root can see what the sockets of another process are."""
    if not tree.is_this_machine or os.geteuid() != 0:
        return None
    queue = Path(inspection.effective.value("queue_directory"))
    master = master_process(queue / "pid" / "master.pid")
    if master is None:
        return None
    ports = inspection.smtp_ports
    return frozenset(port for port in ports if addresses_of(SmtpPort(port, greets=True), master))


def _labels(tree: Tree, inspection: Inspection) -> Iterator[tuple[PurePosixPath, str]]:
    own = (inspection.main_path, inspection.master_path)
    for path in dict.fromkeys((*own, *_configured_files(inspection))):
        state = inspection.file(path)
        label = "" if state is None else type_of(tree.outside(state.real))
        if label:
            yield path, label


def _configured_files(inspection: Inspection) -> Iterator[PurePosixPath]:
    """The certificates, keys and CAs that a daemon is told of."""
    for daemons, names in (
        (inspection.servers, SERVER_FILES),
        (inspection.clients, CLIENT_FILES),
    ):
        for daemon in daemons:
            for name in names:
                yield from paths(name, daemon.effective)
    for table in tables_in(inspection.effective.value(SNI_MAPS)):
        yield from table.files


def _fixed_files(tree: Tree, facts: Facts) -> Iterator[PurePosixPath]:
    yield from BUNDLES
    yield OWN_CA
    yield HOSTS
    yield LONGEST_QUEUE
    yield from SIGNS_OF_MANAGERS
    yield from files_left(facts.postfix.config_directory)
    for directory in OF_CERTBOT:
        yield from tree.files_in(directory)

"""What is rehearsed: the planned files, on other ports, with a log of its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.errors import Failed
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Configuration, Facts
from pfwizard.machine.postfix import Version
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Change, ChangeKind, JoinGroup, Plan
from pfwizard.prove.rehearsing.order import Owners, StageOrder
from pfwizard.prove.rehearsing.password_checkers import private_checkers
from pfwizard.prove.rehearsing.private_checker import CheckerFailed
from pfwizard.prove.rehearsing.private_settings import (
    LOG_SERVICE,
    private_main_cf,
    private_master_cf,
    private_values,
)

LOG_FILES = Version(3, 4)
"""From here on Postfix can log to a file of its own (MAILLOG_README)."""

LOGINS = "smtpd_sasl_auth_enable"

ETC = PurePosixPath("/etc")
"""Group membership is planned too."""


class CannotRehearse(Failed):
    """The rehearsal is not possible on this machine; what it would prove stays unproven."""


@dataclass(frozen=True)
class Room:
    """What this machine has for a rehearsal: an empty directory, and an address for the probes.

    ``newcomer`` is another one, empty where there is none, for a client that nobody knows.
    ``free_port`` finds another port of the loopback address each time.
    """

    base: Path
    prober: str
    free_port: Callable[[], int]
    newcomer: str = ""


@dataclass(frozen=True)
class Score:
    """The order for the stage, the facts as they are played, and where each server is to be met.

    ``prober`` is the address that probes come from, and ``newcomer`` the one of a client that is to
    be unknown. ``without_logins`` says why there are none in
    the rehearsal, where they are planned.
    """

    order: StageOrder
    facts: Facts
    ports: Mapping[Endpoint, int]
    prober: str
    without_logins: CheckerFailed | None = None
    newcomer: str = ""


def score_of(
    plan: Plan, facts: Facts, room: Room, without_logins: CheckerFailed | None = None
) -> Score:
    """Raises CannotRehearse, and CheckerFailed unless it is to be without logins."""
    if facts.postfix.version < LOG_FILES:
        raise CannotRehearse(
            f"Postfix {facts.postfix.version} cannot write a log of its own",
            f"It can be rehearsed from Postfix {LOG_FILES} on.",
        )
    planned = as_planned(facts, plan)
    if without_logins is not None:
        planned = _without_logins(planned)
    effective, configuration = planned.effective, planned.configuration
    queue = Path(effective.value("queue_directory"))
    checkers = () if without_logins is not None else private_checkers(plan, planned, queue)
    ports = {
        service.endpoint: room.free_port()
        for service in configuration.master.services
        if service.type == "inet"
    }
    log = room.base / "log"
    values = private_values(effective, log, room.prober)
    order = StageOrder(
        base=room.base,
        mirrored=tuple(map(Path, sorted(_mirrored(plan.changes)))),
        changes=plan.changes,
        main_cf=private_main_cf(configuration.main, values),
        master_cf=private_master_cf(configuration.master, values, ports),
        joins=tuple(each for each in plan.actions if isinstance(each, JoinGroup)),
        config_directory=Path(facts.postfix.config_directory),
        daemon_directory=Path(effective.value("daemon_directory")),
        queue_directory=queue,
        data_directory=Path(effective.value("data_directory")),
        owners=_owners(facts, effective),
        services=_services(facts.configuration.master, configuration.master)
        | {checker.socket.name for checker in checkers},
        log=log,
        log_socket=queue / "public" / LOG_SERVICE,
        checkers=checkers,
    )
    return Score(order, planned, ports, room.prober, without_logins, room.newcomer)


def as_planned(facts: Facts, plan: Plan) -> Facts:
    """The machine as it will be once the plan is applied."""
    configuration = facts.configuration
    files = dict(facts.files)
    for change in plan.changes:
        if change.is_about_a_file:
            files[change.path] = _as_planned(change, files.get(change.path))
    accounts = facts.accounts
    for action in plan.actions:
        if isinstance(action, JoinGroup):
            accounts = accounts.with_member(action.user, action.group)
    return replace(
        facts,
        accounts=accounts,
        files=files,
        configuration=Configuration(
            MainCf.parse(plan.main_cf),
            MasterCf.parse(plan.master_cf),
            configuration.main_path,
            configuration.master_path,
        ),
    )


def _without_logins(facts: Facts) -> Facts:
    main = facts.configuration.main.set(LOGINS, "no")
    master = facts.configuration.master
    for service in master.services:
        if service.option(LOGINS) is not None:
            master = master.with_option(service, LOGINS, "no")
    return replace(facts, configuration=replace(facts.configuration, main=main, master=master))


def _as_planned(change: Change, before: FileState | None) -> FileState:
    if change.kind is ChangeKind.DELETE:
        return FileState(change.path, change.real, FileKind.ABSENT)
    if before is None or not before.exists:
        return FileState(
            change.path, change.real, FileKind.REGULAR, change.mode, content=change.after
        )
    return replace(before, content=change.after)


def _mirrored(changes: Iterable[Change]) -> frozenset[PurePosixPath]:
    """The directories that something changes in, if they are there already and stay."""
    passing = (ChangeKind.MKDIR, ChangeKind.RMDIR)
    ours = {change.real for change in changes if change.kind in passing}
    found = {ETC, *(change.real.parent for change in changes)} - ours
    if PurePosixPath("/") in found:
        raise CannotRehearse(
            "something changes in the directory / itself", "Name paths further below."
        )
    return frozenset(each for each in found if not ours & set(each.parents))


def _owners(facts: Facts, effective: Effective) -> Owners:
    user = effective.value("mail_owner")
    groups = {group.name: group.identifier for group in facts.accounts.groups}
    setgid_group = groups.get(effective.value("setgid_group"))
    if user not in facts.accounts.users or setgid_group is None:
        raise CannotRehearse(
            f"/etc/passwd and /etc/group lack {user} or {effective.value('setgid_group')}",
            "Look whether Postfix's accounts are there.",
        )
    number, group = facts.accounts.users[user]
    return Owners(number, group, setgid_group)


def _services(*masters: MasterCf) -> frozenset[str]:
    """The names of all sockets of Postfix's own."""
    return frozenset(
        service.name for master in masters for service in master.services if service.type != "inet"
    )

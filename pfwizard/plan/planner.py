"""Answers and facts become a plan."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers, AuthoritySource
from pfwizard.cf.problem import Problem, Severity
from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts
from pfwizard.machine.managed import SIGNS_OF_MANAGERS
from pfwizard.machine.postfix import Version
from pfwizard.machine.tables import tables_in
from pfwizard.machine.tree import FileKind
from pfwizard.plan.certificates import plan_certificates
from pfwizard.plan.clients.client_access import TABLES
from pfwizard.plan.clients.client_certificates import plan_client_certificates
from pfwizard.plan.clients.clients import new_clients, plan_clients
from pfwizard.plan.clock import judge_clock
from pfwizard.plan.disabled import judge_disabled
from pfwizard.plan.draft import (
    PRIVATE_DIRECTORY,
    PRIVATE_FILE,
    PUBLIC_FILE,
    AnySketch,
    Circumstances,
    Draft,
    Sketch,
)
from pfwizard.plan.managers import judge_managers
from pfwizard.plan.outgoing.outgoing import plan_outgoing
from pfwizard.plan.outgoing.relay_password import PASSWORD_MAPS
from pfwizard.plan.overrides import judge_overrides
from pfwizard.plan.plan import (
    Action,
    Change,
    ChangeKind,
    EnterInLedger,
    Plan,
    Premise,
    note,
    refusal,
    warning,
)
from pfwizard.plan.platform import judge_platform
from pfwizard.plan.postscreen import plan_postscreen
from pfwizard.plan.references import judge_references
from pfwizard.plan.relay.relay_policy import plan_relay_policy
from pfwizard.plan.restart import going_live
from pfwizard.plan.sasl.checker import files_named_for_logins, sockets_looked_at
from pfwizard.plan.sasl.sasl import files_written_for_logins, plan_sasl
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.plan.server.server_source import files_of_the_server
from pfwizard.plan.services import plan_services, ports_of
from pfwizard.plan.shared_ports import judge_shared_ports
from pfwizard.plan.tls.tls import plan_tls

OLDEST = Version(3, 0)
"""Older releases lack what the result relies on, and no platform supports them any more."""

SUBJECTS = (
    plan_services,
    judge_disabled,
    plan_tls,
    plan_postscreen,
    plan_client_certificates,
    plan_sasl,
    plan_relay_policy,
    plan_clients,
    plan_outgoing,
)


def files_of_interest(answers: Answers) -> tuple[PurePosixPath, ...]:
    """The files that a plan for these answers looks at, besides Postfix's own."""
    sockets = sockets_looked_at(answers.sasl)
    return (*_files_of_the_plan(answers), *sockets, *BUNDLES, *SIGNS_OF_MANAGERS)


def _files_of_the_plan(answers: Answers) -> tuple[PurePosixPath, ...]:
    """Those that the plan is right or wrong by: the roots of the system go their own way."""
    ca = answers.ca
    of_the_ca = [] if ca.source is AuthoritySource.NONE else [ca.certificate, ca.key]
    of_clients = [path for client in new_clients(answers) for path in client.files.all]
    outgoing = answers.outgoing
    others = (answers.tls.ca_file, outgoing.ca_file, outgoing.relay_password_file)
    ca_files = [path for path in others if path is not None]
    of_server = files_of_the_server(answers)
    return (*of_the_ca, *of_server, *files_named_for_logins(answers.sasl), *of_clients, *ca_files)


def make_plan(answers: Answers, facts: Facts, circumstances: Circumstances) -> Plan:
    """The smallest change that gives the operator what the answers ask for.

    Raises Failed when the present configuration is one that Postfix itself would not read.
    """
    refuse_unreadable(facts)
    configuration = facts.configuration
    draft = Draft(facts, circumstances, configuration.main, configuration.master, answers=answers)
    draft = judge_platform(_judge_surroundings(draft))
    draft = plan_certificates(draft)
    looked_at = _files_of_the_plan(answers)
    if draft.awaits_certificate:
        return prepared(draft, looked_at)
    for subject in SUBJECTS:
        draft = subject(draft)
    draft = judge_references(judge_overrides(draft))
    return finished(draft, [*looked_at, *files_written_for_logins(draft)])


def finished(draft: AnySketch, looked_at: Iterable[PurePosixPath]) -> Plan:
    """The plan that a sketch has become; it was made from what is in the files ``looked_at``."""
    draft = judge_clock(draft)
    configuration = draft.facts.configuration
    draft = draft.with_file(configuration.master_path, draft.master.render(), PUBLIC_FILE)
    draft = draft.with_file(configuration.main_path, draft.main.render(), PUBLIC_FILE)
    if draft.changes:
        draft = _judge_reload(draft)
    return _plan(draft, _actions(draft), looked_at)


def prepared(sketch: Sketch, looked_at: Iterable[PurePosixPath]) -> Plan:
    """The plan of files that are of no concern to Postfix, until it is told to use them."""
    return _plan(judge_clock(sketch), tuple(map(EnterInLedger, sketch.entries)), looked_at)


def _judge_reload(draft: AnySketch) -> AnySketch:
    draft = judge_shared_ports(draft)
    if draft.facts.works_on_a_tree:
        draft = draft.with_finding(
            note(
                "not-reloaded",
                "nothing in the tree is run; its Postfix uses the change from its next reload on",
                "Where it is running: postfix reload.",
            )
        )
    return draft


def _plan(draft: Sketch, actions: tuple[Action, ...], looked_at: Iterable[PurePosixPath]) -> Plan:
    return Plan(
        changes=_with_private_directories(draft.changes),
        actions=actions,
        findings=draft.findings,
        main_cf=draft.main.render(),
        master_cf=draft.master.render(),
        premises=_premises(draft, looked_at),
    )


def _with_private_directories(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """A directory that is made and gets a private file is private, whatever else it gets."""
    private = {change.real.parent for change in changes if change.mode == PRIVATE_FILE}
    return tuple(
        replace(change, mode=PRIVATE_DIRECTORY)
        if change.kind is ChangeKind.MKDIR and change.real in private
        else change
        for change in changes
    )


def _premises(draft: Sketch, looked_at: Iterable[PurePosixPath]) -> tuple[Premise, ...]:
    """Everything that the plan was made from, whether it is changed or not."""
    configuration = draft.facts.configuration
    names = (TABLES, PASSWORD_MAPS)
    tables = [table for name in names for table in tables_in(draft.effective.value(name))]
    paths = [
        *looked_at,
        *(file for table in tables for file in table.files),
        configuration.master_path,
        configuration.main_path,
    ]
    return tuple(Premise(path, draft.facts.file(path).content) for path in dict.fromkeys(paths))


def refuse_unreadable(facts: Facts) -> None:
    """Raises Failed for files that Postfix itself would not read."""
    configuration = facts.configuration
    for path, problems in (
        (configuration.main_path, configuration.main.problems()),
        (configuration.master_path, configuration.master.problems()),
    ):
        fatal = [problem for problem in problems if problem.severity is Severity.FATAL]
        if fatal:
            raise _unreadable(path, fatal[0])


def _unreadable(path: PurePosixPath, problem: Problem) -> Failed:
    return Failed(
        f"{path}:{problem.line}: {problem.message}",
        "Postfix cannot read this file. Correct the line, then run pfwizard again.",
    )


def _judge_surroundings(draft: Draft) -> Draft:
    postfix = draft.facts.postfix
    if postfix.version < OLDEST:
        draft = draft.with_finding(
            refusal(
                "postfix-too-old",
                f"this is Postfix {postfix.version}; pfwizard knows {OLDEST} and later",
                "Upgrade Postfix first.",
            )
        )
    if postfix.version_source.startswith("assumed"):
        draft = draft.with_finding(
            warning(
                "version-assumed",
                f"nothing tells which Postfix this tree has; {postfix.version} is "
                f"{postfix.version_source}",
                "Compare the syntax of the result with the version that will read it.",
            )
        )
    if not draft.facts.works_on_a_tree and not draft.facts.is_running:
        draft = draft.with_finding(
            note(
                "postfix-stopped",
                "Postfix is not running; the change takes effect when it is started",
                "Start it when you are ready: postfix start.",
            )
        )
    return _judge_files(judge_managers(draft))


def _judge_files(draft: Draft) -> Draft:
    """Where a file is to be, there must be one or nothing, below directories."""
    answers = draft.answers
    socket = answers.sasl.socket
    files = [path for path in _files_of_the_plan(answers) if path != socket]
    if answers.sasl.enabled:
        files += files_written_for_logins(draft)
    for path in dict.fromkeys(files):
        if draft.facts.file(path).kind not in (FileKind.ABSENT, FileKind.REGULAR):
            draft = draft.with_finding(
                refusal("not-a-file", f"{path} is not a regular file", "Name the path of a file.")
            )
    for above in dict.fromkeys(above for path in files for above in path.parents):
        if draft.facts.file(above).kind not in (FileKind.ABSENT, FileKind.DIRECTORY):
            draft = draft.with_finding(
                refusal(
                    "not-a-directory",
                    f"{above} is not a directory, and a file is to be written below it",
                    "Name another path, or move away what stands there.",
                )
            )
    return draft


def _actions(draft: Sketch) -> tuple[Action, ...]:
    entered = map(EnterInLedger, draft.entries)
    daemons = () if draft.facts.works_on_a_tree else draft.daemons
    first: tuple[Action, ...] = (*entered, *draft.joins, *daemons)
    if not draft.changes and not draft.joins:
        return first
    if draft.facts.works_on_a_tree or not draft.facts.is_running:
        return first
    ports = ports_of(draft.master, draft.effective)
    return (*first, going_live(draft.effective_until_now, draft.effective, ports))

"""Machines in memory: facts from a few texts, answers from the guide's, and plans applied."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers
from pfwizard.answers.assembly import assemble
from pfwizard.answers.question import Question, Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.accounts import Accounts, parse_accounts
from pfwizard.machine.facts import Configuration, Facts
from pfwizard.machine.platforms.recognition import recognise
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS, SINCE, Postfix, Version
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey, generate
from pfwizard.pki.ledger import Ledger
from pfwizard.plan.draft import Circumstances
from pfwizard.plan.plan import Change, ChangeKind, JoinGroup, Plan
from pfwizard.plan.planner import make_plan
from tests.guide import ANSWERS

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)

MAIN_CF = PurePosixPath("/etc/postfix/main.cf")
MASTER_CF = PurePosixPath("/etc/postfix/master.cf")
SMTPD_CONF = PurePosixPath("/etc/postfix/sasl/smtpd.conf")
CA, CA_KEY = PurePosixPath("/etc/ssl/ca.crt"), PurePosixPath("/etc/ssl/private/ca.key")
SERVER = PurePosixPath("/etc/postfix/ssl/server.crt")
SERVER_KEY = PurePosixPath("/etc/postfix/ssl/private/server.key")
SOCKET = PurePosixPath("/var/run/courier-auth/socket")

DEBIAN_12 = recognise({"ID": "debian", "VERSION_ID": "12"})
UNKNOWN_PLATFORM = recognise({"ID": "plan9"})

STOCK_MAIN = """\
compatibility_level = 3.6
myhostname = mail.kernel-panic.it
mydomain = kernel-panic.it
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
"""
BARE_MASTER = "smtp      inet  n       -       y       -       -       smtpd\n"
TEMPLATES = """\
#submission inet n      -       y       -       -       smtpd
#  -o syslog_name=postfix/submission
#  -o smtpd_tls_security_level=encrypt
#  -o smtpd_sasl_auth_enable=yes
#  -o smtpd_client_restrictions=
#  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
#  -o milter_macro_daemon_name=ORIGINATING
#submissions inet n     -       y       -       -       smtpd
#  -o syslog_name=postfix/submissions
#  -o smtpd_tls_wrappermode=yes
#  -o smtpd_sasl_auth_enable=yes
#  -o smtpd_client_restrictions=
#  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
#  -o milter_macro_daemon_name=ORIGINATING
"""
STOCK_MASTER = BARE_MASTER + TEMPLATES

PASSWD = b"root:x:0:0::/root:/bin/sh\npostfix:x:101:103::/var/spool/postfix:/bin/false\n"
GROUP = b"root:x:0:\npostfix:x:103:\ncourier:x:110:\nother:x:111:\n"
DIRECTORIES = (
    *("/", "/etc", "/etc/postfix", "/etc/ssl", "/etc/ssl/private", "/run"),
    *("/usr", "/usr/lib", "/var", "/var/run", "/var/run/courier-auth"),
)


def answers(**overrides: object) -> Answers:
    """The guide's answers; ``tls__auth_only=True`` answers tls.auth_only differently."""
    given = dict(_flat(tomllib.loads(ANSWERS), ""))
    given.update({name.replace("__", "."): value for name, value in overrides.items()})
    found = {question.key: _answer(question, given) for question in QUESTIONS}
    return assemble({key: value for key, value in found.items() if value is not None})


def _answer(question: Question, given: Mapping[str, object]) -> Value | None:
    """None for one that has no default, and that nobody asks here."""
    if question.key in given:
        return question.validated(given[question.key])
    return question.default


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


class Files(dict[PurePosixPath, FileState]):
    """File states in which every path that is not mentioned is absent."""

    def __missing__(self, path: PurePosixPath) -> FileState:
        return FileState(path, path, FileKind.ABSENT)

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


def file(path: PurePosixPath, content: bytes, mode: int = 0o644) -> FileState:
    return FileState(path, path, FileKind.REGULAR, mode, content=content)


def directory(
    path: str | PurePosixPath, mode: int = 0o755, gid: int = 0, uid: int = 0
) -> FileState:
    where = PurePosixPath(path)
    return FileState(where, where, FileKind.DIRECTORY, mode, uid, gid)


def socket(
    path: PurePosixPath = SOCKET, mode: int = 0o777, gid: int = 0, uid: int = 0
) -> FileState:
    return FileState(path, path, FileKind.SOCKET, mode, uid, gid)


def machine(
    main_cf: str = STOCK_MAIN,
    master_cf: str = STOCK_MASTER,
    *files: FileState,
    version: str = "3.7.11",
    version_source: str = "postconf",
    platform: Platform = DEBIAN_12,
    defaults: Mapping[str, str] | None = None,
    group: bytes = GROUP,
    sasl_types: tuple[str, ...] | None = ("cyrus", "dovecot"),
    map_types: tuple[str, ...] | None = ("hash", "inline"),
    sasl_plugins: frozenset[str] | None = frozenset({"plain", "login"}),
    works_on_a_tree: bool = False,
    is_running: bool = True,
) -> Facts:
    """A machine on which authdaemond's socket is open to all, unless ``files`` say otherwise."""
    parsed = Version.parse(version)
    newer = {name: "" for name, since in SINCE.items() if parsed >= since}
    return Facts(
        platform=platform,
        postfix=Postfix(
            version=parsed,
            version_source=version_source,
            config_directory=MAIN_CF.parent,
            defaults={**BUILT_IN_DEFAULTS, **newer, **(defaults or {})},
            sasl_types=sasl_types,
            map_types=map_types,
        ),
        configuration=_configuration(main_cf.encode(), master_cf.encode()),
        accounts=parse_accounts(PASSWD, group),
        files=_files(
            *map(directory, DIRECTORIES),
            socket(),
            file(MAIN_CF, main_cf.encode()),
            file(MASTER_CF, master_cf.encode()),
            *files,
        ),
        sasl_plugins=sasl_plugins,
        works_on_a_tree=works_on_a_tree,
        is_running=is_running,
    )


def _configuration(main_cf: bytes, master_cf: bytes) -> Configuration:
    return Configuration(MainCf.parse(main_cf), MasterCf.parse(master_cf), MAIN_CF, MASTER_CF)


def _files(*states: FileState) -> Files:
    return Files({state.path: state for state in states})


def with_files(facts: Facts, *states: FileState) -> Facts:
    return replace(facts, files=Files({**facts.files, **_files(*states)}))


@cache
def key(number: int, key_type: KeyType = KeyType.RSA_2048) -> PrivateKey:
    """One key per number and type for the whole run; RSA signs the same way each time."""
    assert number < 10
    return generate(key_type)


def _key_of(number: int, wanted: KeyType) -> PrivateKey:
    """The shortest of the type that is wanted: RSA keys take their time."""
    return key(number, wanted) if wanted.value.startswith("ec:") else key(number)


def circumstances(ledger: Ledger | None = None) -> Circumstances:
    """The same moment, chance and keys in every test."""
    numbers = iter(range(10))
    return Circumstances(
        NOW,
        lambda size: b"\x2a" * size,
        lambda wanted: _key_of(next(numbers), wanted),
        build_table,
        ledger or Ledger(),
    )


def build_table(kind: str, text: bytes) -> bytes:
    """What stands for the output of postmap."""
    return b"built as " + kind.encode() + b":\n" + text


def plan_for(facts: Facts, wanted: Answers | None = None) -> Plan:
    return make_plan(wanted or answers(), facts, circumstances())


def identifiers(plan: Plan) -> set[str]:
    return {finding.identifier for finding in plan.findings}


def main_of(plan: Plan) -> MainCf:
    return MainCf.parse(plan.main_cf)


def master_of(plan: Plan) -> MasterCf:
    return MasterCf.parse(plan.master_cf)


def content_of(plan: Plan, path: PurePosixPath) -> bytes:
    """What the plan writes into a file that it changes."""
    found = [change.after for change in plan.changes if change.path == path]
    assert len(found) == 1, f"{path} is changed {len(found)} times"
    assert found[0] is not None
    return found[0]


def applied(facts: Facts, plan: Plan) -> Facts:
    """The machine as the plan leaves it."""
    changed = [_state_after(facts.file(change.path), change) for change in plan.changes]
    return replace(
        with_files(facts, *changed),
        configuration=_configuration(plan.main_cf, plan.master_cf),
        accounts=_with_members(facts.accounts, plan),
    )


def _state_after(before: FileState, change: Change) -> FileState:
    kind = FileKind.DIRECTORY if change.kind is ChangeKind.MKDIR else FileKind.REGULAR
    mode = before.mode if before.exists and not change.sets_mode else change.mode
    return replace(before, real=change.real, kind=kind, mode=mode, content=change.after)


def _with_members(accounts: Accounts, plan: Plan) -> Accounts:
    joined = {(a.group, a.user) for a in plan.actions if isinstance(a, JoinGroup)}
    groups = (
        replace(
            group, members=group.members | {user for name, user in joined if name == group.name}
        )
        for group in accounts.groups
    )
    return replace(accounts, groups=tuple(groups))


@cache
def guide_pki() -> tuple[FileState, ...]:
    """The files of the CA and the server that the guide's answers make."""
    wanted = {CA, CA_KEY, SERVER, SERVER_KEY}
    after = applied(machine(), plan_for(machine()))
    return tuple(after.files[path] for path in sorted(wanted))

"""Machines whose users log in through one back end or another."""

from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Change, JoinGroup, Plan, RestartDaemon
from tests.plan.builders import (
    SMTPD_CONF,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    content_of,
    directory,
    file,
    guide_pki,
    machine,
    plan_for,
)

QUEUE = PurePosixPath("/var/spool/postfix")
POSTFIX_GROUP, SASL_GROUP = 103, 45
GROUPS = b"root:x:0:\npostfix:x:103:\nsasl:x:45:\n"
ALL_PLUGINS = frozenset(
    {"plain", "login", "scram", "crammd5", "digestmd5", "ntlm", "otp", "sasldb", "sql", "ldapdb"}
)

SQL = {
    "sasl__backend": "sql",
    "sasl__sql__database": "mail",
    "sasl__sql__select": "SELECT password FROM users WHERE name = '%u'",
}
LDAPDB = {
    "sasl__backend": "ldapdb",
    "sasl__ldapdb__uri": "ldaps://ldap.example.org",
    "sasl__ldapdb__id": "postfix",
}
ANSWERS_OF: dict[SaslBackend, dict[str, object]] = {
    SaslBackend.SQL: {**SQL},
    SaslBackend.LDAPDB: {**LDAPDB},
}


def logins(
    *files: FileState,
    main_cf: str = "",
    master_cf: str = STOCK_MASTER,
    plugins: frozenset[str] | None = ALL_PLUGINS,
    sasl_types: tuple[str, ...] | None = ("cyrus", "dovecot"),
    works_on_a_tree: bool = False,
) -> Facts:
    """A machine that has every plug-in and the group sasl, with these files."""
    return machine(
        STOCK_MAIN + main_cf,
        master_cf,
        *guide_pki(),
        directory("/var/spool"),
        directory(QUEUE),
        directory(QUEUE / "private"),
        directory("/etc/dovecot"),
        directory("/etc/dovecot/conf.d"),
        directory("/etc/default"),
        *files,
        group=GROUPS,
        sasl_plugins=plugins,
        sasl_types=sasl_types,
        works_on_a_tree=works_on_a_tree,
    )


def wanting(backend: SaslBackend, facts: Facts, **overrides: object) -> Plan:
    """The plan for the guide's answers with this back end, on port 25 and no other."""
    usual: dict[str, object] = {
        "sasl__backend": backend.value,
        "sasl__socket": "",
        "sasl__mechanisms": [],
        "sasl__local_domain": "",
        "services__smtps": False,
    }
    return plan_for(facts, answers(**{**usual, **ANSWERS_OF.get(backend, {}), **overrides}))


def smtpd_conf_of(plan: Plan) -> dict[str, str]:
    document = SmtpdConf.parse(content_of(plan, SMTPD_CONF))
    return {option.key: option.value for option in document.options}


def change_of(plan: Plan, path: PurePosixPath) -> Change:
    (found,) = [change for change in plan.changes if change.path == path]
    return found


def changed(plan: Plan) -> set[PurePosixPath]:
    return {change.path for change in plan.changes}


def restarts(plan: Plan) -> list[RestartDaemon]:
    return [action for action in plan.actions if isinstance(action, RestartDaemon)]


def joins(plan: Plan) -> list[str]:
    return [action.group for action in plan.actions if isinstance(action, JoinGroup)]


def refused(plan: Plan) -> list[str]:
    return [finding.identifier for finding in plan.refusals]


def message_of(plan: Plan, identifier: str) -> str:
    (found,) = [each for each in plan.findings if each.identifier == identifier]
    return f"{found.message} {found.remedy}"


def absent(path: PurePosixPath) -> FileState:
    return FileState(path, path, FileKind.ABSENT)


def password_file(content: bytes = b"hunter2\n", mode: int = 0o600) -> FileState:
    return file(PASSWORD_FILE, content, mode)


PASSWORD_FILE = PurePosixPath("/root/password")

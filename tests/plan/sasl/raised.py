"""Every finding about a back end, with its severity and a plan that raises it."""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.bsd import FREEBSD
from pfwizard.machine.platforms.debian import DEBIAN_13
from pfwizard.machine.postfix import Version
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan, Severity
from tests.plan.builders import (
    SMTPD_CONF,
    STOCK_MAIN,
    STOCK_MASTER,
    UNKNOWN_PLATFORM,
    answers,
    file,
    guide_pki,
    machine,
    plan_for,
)
from tests.plan.sasl.logins import PASSWORD_FILE, logins, password_file, wanting

NOTE, WARNING, REFUSAL = Severity.NOTE, Severity.WARNING, Severity.REFUSAL

OPTIONS = PurePosixPath("/etc/default/saslauthd")
INSTALLED = file(OPTIONS, b'MECHANISMS="pam"\nOPTIONS="-c"\n')
DOVECOT_CONF = PurePosixPath("/etc/dovecot/dovecot.conf")
DOVECOT = file(DOVECOT_CONF, b"!include conf.d/*.conf\n")
DROP_IN = DOVECOT_CONF.parent / "conf.d/99-pfwizard-auth.conf"
LISTENER = b"# Written by pfwizard\nunix_listener /var/spool/postfix/private/auth {\n}\n"
IN_THE_JAIL = "smtp inet n - y - - smtpd\n"
OUTSIDE = "smtp inet n - n - - smtpd\n"


def sasldb(mode: int, kind: FileKind = FileKind.REGULAR) -> FileState:
    path = PurePosixPath("/etc/sasldb2")
    return FileState(path, path, kind, mode, content=b"frank\0elsewhere\0userPassword")


def saslauthd(*files: FileState, master_cf: str = IN_THE_JAIL, **more: object) -> Plan:
    return wanting(SaslBackend.SASLAUTHD, logins(*files, master_cf=master_cf), **more)


def sql(*files: FileState, **more: object) -> Plan:
    asked = {"sasl__sql__password_file": str(PASSWORD_FILE), **more}
    return wanting(SaslBackend.SQL, logins(*files), **asked)


def dovecot(*files: FileState, **more: object) -> Plan:
    return wanting(SaslBackend.DOVECOT, logins(*files), **more)


def with_filter(main_cf: str) -> Plan:
    left_over = f"{main_cf}smtpd_sasl_mechanism_filter = plain\n"
    return wanting(SaslBackend.SQL, logins(main_cf=left_over))


def before_3_6(facts: Facts) -> Facts:
    return replace(facts, postfix=replace(facts.postfix, version=Version(3, 5)))


def dovecot_on(platform: str) -> Plan:
    facts = machine(
        STOCK_MAIN,
        STOCK_MASTER,
        *guide_pki(),
        DOVECOT,
        platform=DEBIAN_13 if platform == "Debian 13" else UNKNOWN_PLATFORM,
    )
    return plan_for(facts, answers(sasl__backend="dovecot", sasl__socket=""))


def on_an_unknown_platform() -> Plan:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), platform=UNKNOWN_PLATFORM)
    return plan_for(facts, answers(sasl__backend="saslauthd", sasl__saslauthd__mechanism="pam"))


def asked_elsewhere() -> Plan:
    until_now = b"pwcheck_method: saslauthd\nsaslauthd_path: /srv/mux\n"
    facts = logins(file(SMTPD_CONF, until_now), main_cf="smtpd_sasl_auth_enable = yes\n")
    return wanting(SaslBackend.SASLAUTHD, facts)


def on_freebsd(**asked: object) -> Plan:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), platform=FREEBSD)
    return plan_for(facts, answers(sasl__backend="saslauthd", sasl__socket="", **asked))


LDAP: dict[str, Any] = {
    "sasl__saslauthd__mechanism": "ldap",
    "sasl__saslauthd__ldap_servers": ["ldap://ldap.example.org"],
    "sasl__saslauthd__ldap_search_base": "dc=example",
}

RAISED: dict[str, tuple[Severity, Plan]] = {
    "checker-socket-replaced": (WARNING, asked_elsewhere()),
    "daemon-not-restarted": (WARNING, dovecot_on("another")),
    "dovecot-conf-old": (REFUSAL, dovecot_on("Debian 13")),
    "dovecot-listener-left": (
        NOTE,
        wanting(SaslBackend.SASLDB, logins(DOVECOT, file(DROP_IN, LISTENER))),
    ),
    "dovecot-not-installed": (REFUSAL, dovecot()),
    "dovecot-socket-missing": (REFUSAL, dovecot(sasl__dovecot__listener=False)),
    "drop-in-not-read": (REFUSAL, dovecot(file(DOVECOT_CONF, b""))),
    "drop-in-of-others": (
        REFUSAL,
        dovecot(DOVECOT, file(DROP_IN, b"# mine\n")),
    ),
    "jail-left": (WARNING, saslauthd(sasl__chroot="leave")),
    "ldap-in-clear": (WARNING, wanting(SaslBackend.SASLAUTHD, logins(INSTALLED), **LDAP)),
    "mechanism-filter-removed": (NOTE, with_filter("smtpd_sasl_type = dovecot\n")),
    "mechanism-impossible": (REFUSAL, saslauthd(sasl__mechanisms=["CRAM-MD5"])),
    "mechanisms-filtered": (WARNING, with_filter("smtpd_sasl_auth_enable = yes\n")),
    "mechanisms-left-to-dovecot": (
        WARNING,
        wanting(SaslBackend.DOVECOT, before_3_6(logins(DOVECOT)), sasl__mechanisms=["PLAIN"]),
    ),
    "mechanisms-of-dovecot": (WARNING, dovecot(DOVECOT, sasl__mechanisms=["PLAIN"])),
    "mechanism-old": (WARNING, sql(sasl__mechanisms=["PLAIN", "CRAM-MD5"])),
    "no-auxprop-plugin": (
        REFUSAL,
        wanting(SaslBackend.SASLDB, logins(plugins=frozenset({"plain", "login", "scram"}))),
    ),
    "no-dovecot-sasl": (
        REFUSAL,
        wanting(SaslBackend.DOVECOT, logins(DOVECOT, sasl_types=("cyrus",))),
    ),
    "not-a-store": (
        REFUSAL,
        wanting(SaslBackend.SASLDB, logins(sasldb(0o755, FileKind.DIRECTORY))),
    ),
    "outside-the-jail": (
        REFUSAL,
        saslauthd(INSTALLED, master_cf=OUTSIDE, sasl__chroot="move-socket"),
    ),
    "password-file-empty": (REFUSAL, sql(password_file(b""))),
    "password-file-missing": (REFUSAL, sql()),
    "password-file-open": (REFUSAL, sql(password_file(mode=0o644))),
    "password-unusable": (REFUSAL, sql(password_file(b"a\0b"))),
    "passwords-readable": (WARNING, wanting(SaslBackend.SASLDB, logins(sasldb(0o644)))),
    "plaintext-after-tls": (NOTE, sql()),
    "realm-missing": (
        WARNING,
        saslauthd(INSTALLED, sasl__saslauthd__login_names="user@domain"),
    ),
    "realm-unknown": (WARNING, wanting(SaslBackend.SASLDB, logins(sasldb(0o644)))),
    "saslauthd-mechanism-unknown": (REFUSAL, on_freebsd(sasl__saslauthd__login_names="user")),
    "saslauthd-not-installed": (REFUSAL, saslauthd(sasl__saslauthd__mechanism="pam")),
    "saslauthd-options-unknown": (REFUSAL, on_an_unknown_platform()),
    "saslauthd-options-unread": (
        REFUSAL,
        saslauthd(file(OPTIONS, b'OPTIONS="what"\n'), sasl__saslauthd__mechanism="pam"),
    ),
    "smtpd-conf-cannot-hold": (REFUSAL, sql(sasl__sql__database="x" * 5000)),
    "socket-cannot-move": (REFUSAL, sql(sasl__chroot="move-socket")),
    "socket-name-fixed": (
        REFUSAL,
        saslauthd(INSTALLED, sasl__chroot="move-socket", sasl__socket="/run/saslauthd/smtp"),
    ),
    "socket-moved": (NOTE, saslauthd(INSTALLED, sasl__chroot="move-socket")),
    "sql-host-passed-over": (WARNING, sql(sasl__sql__hosts=["localhost", "db.example.org"])),
    "store-closed": (REFUSAL, wanting(SaslBackend.SASLDB, logins(sasldb(0o600)))),
    "store-missing": (WARNING, wanting(SaslBackend.SASLDB, logins())),
}

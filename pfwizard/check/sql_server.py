"""Passwords on their way between this machine and an SQL server that Cyrus SASL asks.

What the plug-in does is in plugins/sql.c of Cyrus SASL 2.1.28. It was tried with the libraries of
Debian 12: libpq 15 has sql_usessl insist on TLS, and libmariadb 3.3 goes on in clear with it, or
fails with "Bad handshake" where the server has TLS.
"""

import ipaddress
from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SqlEngine
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.check.inspection import Inspection
from pfwizard.check.password_checkers import asking_cyrus, smtpd_conf_of
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.plan.plan import Severity
from pfwizard.plan.sasl.parameters import DEFAULT_CHECKER

ENGINE, HOSTS, TLS = "sql_engine", "sql_hostnames", "sql_usessl"

ON_THE_NET = (SqlEngine.MYSQL.value, SqlEngine.POSTGRESQL.value)
DEFAULT_ENGINE = SqlEngine.MYSQL.value

YES = ("1", "y", "t", "on")
"""How a value begins that means yes."""

TUNNEL = (
    "let the connection go through a tunnel, such as stunnel or a VPN, or keep a copy of the "
    "database on this machine"
)


def _in_clear(inspection: Inspection) -> Iterator[Occurrence]:
    found = smtpd_conf_of(inspection) if asking_cyrus(inspection) else None
    if found is None:
        return
    path, document = found
    engine = (document.get(ENGINE) or DEFAULT_ENGINE).lower()
    hosts = [each for each in _hosts(document) if not _is_here(each)]
    if not hosts or engine not in ON_THE_NET or not _asks_sql(document):
        return
    asks_for_tls = (document.get(TLS) or "no").startswith(YES)
    if engine == SqlEngine.POSTGRESQL.value:
        if not asks_for_tls:
            yield _of_postgresql(path, document, hosts)
    else:
        yield _of_mysql(path, document, hosts)


def _of_postgresql(path: PurePosixPath, document: SmtpdConf, hosts: list[str]) -> Occurrence:
    return Occurrence(
        f"the passwords of users come from {listed(hosts)} in clear unless the server happens to "
        "offer TLS, and whoever is in between can keep it from that",
        f"Write {TLS}: yes, with which PostgreSQL's library insists on TLS. It does not verify "
        f"the server's certificate; where that matters, {TUNNEL}.",
        _place(path, document),
        _shown(document),
    )


def _of_mysql(path: PurePosixPath, document: SmtpdConf, hosts: list[str]) -> Occurrence:
    return Occurrence(
        f"the passwords of users come from {listed(hosts)} in clear: the plug-in cannot have "
        "MariaDB's library use TLS, and MySQL's own does without where no TLS is offered",
        f"{TUNNEL[0].upper()}{TUNNEL[1:]}. {TLS} is of no use here: with it MariaDB's library goes "
        "on in clear, or fails where the server offers TLS.",
        _place(path, document),
        _shown(document),
    )


def _asks_sql(document: SmtpdConf) -> bool:
    """Without a name, every plug-in is asked, and this one does nothing without a statement."""
    methods = (document.get("pwcheck_method") or DEFAULT_CHECKER).lower().split()
    plugins = document.get("auxprop_plugin")
    has_statement = document.get("sql_select") or document.get("sql_statement")
    is_asked = plugins is None or "sql" in plugins.lower().split()
    return "auxprop" in methods and is_asked and bool(has_statement)


def _hosts(document: SmtpdConf) -> list[str]:
    return [each.strip() for each in (document.get(HOSTS) or "").split(",") if each.strip()]


def _is_here(host: str) -> bool:
    name = host.partition(":")[0].lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in ("", "localhost") or name.startswith("/")


def _place(path: PurePosixPath, document: SmtpdConf) -> Place:
    lines = (each.line for each in document.options if each.key == HOSTS)
    return Place(path, next(lines, None))


def _shown(document: SmtpdConf) -> str:
    return f"{HOSTS}: {document.get(HOSTS)}"


RULES = (
    Rule(
        "sql-in-clear",
        Severity.WARNING,
        "A database with the passwords that is asked over the network in clear",
        "Whoever can listen on the way to the SQL server reads the passwords of all who log in, "
        "for the database sends them as they are. sql_usessl: yes helps with PostgreSQL only.",
        _in_clear,
    ),
)

"""Where the servers of this machine listen that Cyrus SASL's plug-ins ask for passwords.

A plug-in says no more than that a server is here, and the library of its client has the name of the
socket compiled in. Those of Debian 11 to 13 and sid were seen in libmariadb, libpq and libldap.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath
from urllib.parse import unquote

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.platforms.record import Platform

MYSQL, POSTGRESQL, LDAP = "mysql", "pgsql", "ldapi"
"""The first two are values of ``sql_engine``, the third is how a URL begins."""

DEFAULT_ENGINE = MYSQL

MYSQLS_SOCKET = "localhost"
"""For PostgreSQL this is a host like others."""

POSTGRESQLS_NAME = ".s.PGSQL."
POSTGRESQLS_PORT = "5432"

Names = Mapping[str, tuple[PurePosixPath, ...]]


def _names(mysql: tuple[str, ...], postgresql: tuple[str, ...], ldap: tuple[str, ...]) -> Names:
    return {
        MYSQL: tuple(map(PurePosixPath, mysql)),
        POSTGRESQL: tuple(
            PurePosixPath(each) / f"{POSTGRESQLS_NAME}{POSTGRESQLS_PORT}" for each in postgresql
        ),
        LDAP: tuple(map(PurePosixPath, ldap)),
    }


OF_DEBIAN = _names(
    ("/run/mysqld/mysqld.sock", "/run/mariadbd/mysqld.sock"),
    ("/var/run/postgresql",),
    ("/var/run/slapd/ldapi",),
)

ELSEWHERE = _names(
    ("/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/run/mysql/mysql.sock"),
    ("/run/postgresql", "/var/run/postgresql"),
    ("/var/run/ldapi", "/run/openldap/ldapi", "/var/run/openldap/ldapi"),
)
"""What packages of other systems have, or may have."""

DEBIANS = frozenset({"debian", "ubuntu"})


def usual_sockets(server: str, platform: Platform) -> tuple[PurePosixPath, ...]:
    """Where such a server is asked by default."""
    is_debian = not DEBIANS.isdisjoint(platform.identifiers)
    return (OF_DEBIAN if is_debian else ELSEWHERE).get(server, ())


def sockets_of_sql(smtpd_conf: SmtpdConf, platform: Platform) -> tuple[PurePosixPath, ...]:
    """Those by which this file has a database asked; none where a host is asked over TCP."""
    engine = (smtpd_conf.get("sql_engine") or DEFAULT_ENGINE).lower()
    hosts = [each.strip() for each in (smtpd_conf.get("sql_hostnames") or "").split(",")]
    return sockets_of_hosts(engine, [each for each in hosts if each], platform)


def sockets_of_hosts(
    engine: str, hosts: Sequence[str], platform: Platform
) -> tuple[PurePosixPath, ...]:
    """Where a database is asked of which all hosts, or none being named, mean a socket.

    The plug-in tries them in turn until one answers (sql_connect() of plugins/sql.c): with one
    that is asked over TCP nobody depends on a socket, wherever that one stands.
    """
    asked = hosts or [""]
    if not all(means_a_socket(engine, each) for each in asked):
        return ()
    usual = usual_sockets(engine, platform)
    found = (_named(engine, each, usual) for each in asked)
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def means_a_socket(engine: str, host: str) -> bool:
    """Whether this host is not asked over TCP, with a port or without.

    For MySQL by mysql_real_connect(), for PostgreSQL by PQconnectdb().
    """
    name = host.partition(":")[0]
    if engine == POSTGRESQL:
        return name == "" or name.startswith("/")
    return engine == MYSQL and name in ("", MYSQLS_SOCKET)


def _named(engine: str, host: str, usual: tuple[PurePosixPath, ...]) -> Iterable[PurePosixPath]:
    """The port is a part of the name for PostgreSQL, and of no account for MySQL."""
    if engine != POSTGRESQL:
        return usual
    name, _, port = host.partition(":")
    directories = [PurePosixPath(name)] if name else [each.parent for each in usual]
    return (each / f"{POSTGRESQLS_NAME}{port or POSTGRESQLS_PORT}" for each in directories)


def sockets_of_directory(smtpd_conf: SmtpdConf, platform: Platform) -> tuple[PurePosixPath, ...]:
    """The same of a directory: ``ldapi://`` with the name of the socket, or without."""
    urls = re.split(r"[\s,]+", (smtpd_conf.get("ldapdb_uri") or "").strip())
    if not all(each.lower().startswith(f"{LDAP}://") for each in urls):
        return ()
    return tuple(path for each in urls for path in sockets_of_url(each, platform))


def sockets_of_url(url: str, platform: Platform) -> tuple[PurePosixPath, ...]:
    """Where a directory with this URL is asked; nowhere over TCP."""
    scheme, _, rest = url.partition("://")
    if scheme.lower() != LDAP:
        return ()
    path = unquote(rest.partition("/")[0])
    return (PurePosixPath(path),) if path.startswith("/") else usual_sockets(LDAP, platform)

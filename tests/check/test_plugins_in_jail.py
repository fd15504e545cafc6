"""What plug-ins of Cyrus SASL ask for passwords, and whether smtpd finds it in the chroot jail."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from tests.check.builders import found
from tests.check.cases.logins import DIRECTORY, FREE, SQL, SQLITE, USERS, inside, logging_in
from tests.plan.builders import BARE_MASTER, socket

POSTGRESQL = socket(PurePosixPath("/var/run/postgresql/.s.PGSQL.5432"))
MYSQL = socket(PurePosixPath("/run/mysqld/mysqld.sock"))
SLAPD = socket(PurePosixPath("/var/run/slapd/ldapi"))
OWN = socket(PurePosixPath("/srv/ldap/socket"))

OF_POSTGRESQL = f"{SQL}sql_engine: pgsql\n"
EXTERNAL = DIRECTORY.partition("ldapdb_uri")[0] + "ldapdb_mech: EXTERNAL\n"

SQL_SOCKET, LDAPDB = "sql-socket-outside-chroot", "ldapdb-outside-chroot"


def jailed(smtpd_conf: str, *files: FileState) -> Facts:
    return logging_in(smtpd_conf, *files, master=BARE_MASTER)


SOCKETS = [
    pytest.param(SQL, MYSQL, SQL_SOCKET, id="mysql"),
    pytest.param(f"{SQL}sql_hostnames: localhost:3306\n", MYSQL, SQL_SOCKET, id="localhost"),
    pytest.param(OF_POSTGRESQL, POSTGRESQL, SQL_SOCKET, id="pgsql"),
    pytest.param(f"{EXTERNAL}ldapdb_uri: ldapi:///\n", SLAPD, LDAPDB, id="ldapi"),
    pytest.param(f"{EXTERNAL}ldapdb_uri: ldapi://%2Fsrv%2Fldap%2Fsocket\n", OWN, LDAPDB, id="own"),
]


@pytest.mark.parametrize(("smtpd_conf", "server", "rule"), SOCKETS)
def test_a_socket_outside_of_the_jail_is_told(
    smtpd_conf: str, server: FileState, rule: str
) -> None:
    (told,) = found(jailed(smtpd_conf, server), rule)

    assert f"where the socket {server.path} is {inside(server).path}" in told.message
    assert f"mount {server.path.parent} into the jail" in told.remedy
    assert told.place.service == "smtp/inet"


@pytest.mark.parametrize(("smtpd_conf", "server", "rule"), SOCKETS)
def test_a_socket_that_is_mounted_in_the_jail_is_found(
    smtpd_conf: str, server: FileState, rule: str
) -> None:
    assert found(jailed(smtpd_conf, server, inside(server)), rule) == []


@pytest.mark.parametrize(("smtpd_conf", "server", "rule"), SOCKETS)
def test_outside_of_the_jail_nothing_is_said(smtpd_conf: str, server: FileState, rule: str) -> None:
    assert found(logging_in(smtpd_conf, server, master=FREE), rule) == []


@pytest.mark.parametrize(
    ("smtpd_conf", "server", "rule"),
    [
        (f"{SQL}sql_hostnames: 127.0.0.1\n", MYSQL, SQL_SOCKET),
        (f"{SQL}sql_hostnames: localhost, db.example.org\n", MYSQL, SQL_SOCKET),
        (f"{OF_POSTGRESQL}sql_hostnames: localhost\n", POSTGRESQL, SQL_SOCKET),
        (SQLITE, MYSQL, SQL_SOCKET),
        (SQL.replace(": sql\n", ": sasldb\n"), MYSQL, SQL_SOCKET),
        (f"{EXTERNAL}ldapdb_uri: ldap://127.0.0.1\n", SLAPD, LDAPDB),
        (f"{EXTERNAL}ldapdb_uri: ldapi:/// ldap://127.0.0.1\n", SLAPD, LDAPDB),
    ],
)
def test_whoever_is_asked_over_tcp_or_not_at_all_needs_no_socket(
    smtpd_conf: str, server: FileState, rule: str
) -> None:
    assert found(jailed(smtpd_conf, server), rule) == []


def test_a_directory_is_out_of_reach_where_the_jail_lacks_the_plug_ins() -> None:
    (told,) = found(jailed(DIRECTORY), LDAPDB)

    assert "libldap finds none of the SASL plug-ins" in told.message
    assert found(logging_in(DIRECTORY, master=FREE), LDAPDB) == []


def test_with_plug_ins_in_the_jail_its_socket_is_still_needed() -> None:
    facts = jailed(DIRECTORY.replace("ldap://127.0.0.1", "ldapi:///"), SLAPD)

    (told,) = found(replace(facts, sasl_plugins_in_jail=frozenset({"scram"})), LDAPDB)

    assert "where the socket /var/run/slapd/ldapi is" in told.message


def test_a_database_in_a_file_is_named_with_the_place_where_the_jail_has_it() -> None:
    (told,) = found(jailed(SQLITE, USERS), "sqlite-outside-chroot")

    assert "where /srv/users.db is /var/spool/postfix/srv/users.db" in told.message
    assert found(jailed(SQLITE), "sqlite-outside-chroot") == []

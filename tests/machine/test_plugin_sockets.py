"""Whether a database is asked over a socket of this machine, and over which one."""

from pathlib import PurePosixPath

import pytest

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.plugin_sockets import sockets_of_hosts, sockets_of_sql
from tests.plan.builders import DEBIAN_12

OF_MYSQL = ("/run/mysqld/mysqld.sock", "/run/mariadbd/mysqld.sock")
OF_POSTGRESQL = ("/var/run/postgresql/.s.PGSQL.5432",)


def sockets(engine: str, *hosts: str) -> tuple[str, ...]:
    return tuple(map(str, sockets_of_hosts(engine, hosts, DEBIAN_12)))


@pytest.mark.parametrize(
    ("engine", "hosts", "asked"),
    [
        ("mysql", (), OF_MYSQL),
        ("mysql", ("localhost",), OF_MYSQL),
        ("mysql", ("localhost:3307",), OF_MYSQL),
        ("mysql", (":3307",), OF_MYSQL),
        ("mysql", ("localhost", "localhost:3307"), OF_MYSQL),
        ("pgsql", (), OF_POSTGRESQL),
        ("pgsql", ("/srv/pg",), ("/srv/pg/.s.PGSQL.5432",)),
        ("pgsql", ("/srv/pg:5433",), ("/srv/pg/.s.PGSQL.5433",)),
        ("pgsql", (":5433",), ("/var/run/postgresql/.s.PGSQL.5433",)),
    ],
)
def test_a_socket_is_asked_by_its_name(
    engine: str, hosts: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    assert sockets(engine, *hosts) == asked


@pytest.mark.parametrize(
    ("engine", "host"),
    [
        ("mysql", "127.0.0.1"),
        ("mysql", "localhost.example.org"),
        ("mysql", "/run/mysqld"),
        ("pgsql", "localhost"),
        ("pgsql", "db.example.org:5433"),
        ("sqlite3", "localhost"),
        ("oracle", "localhost"),
    ],
)
def test_whatever_else_is_asked_over_tcp_or_not_at_all(engine: str, host: str) -> None:
    assert sockets(engine, host) == ()


@pytest.mark.parametrize("hosts", [("localhost", "db.example.org"), ("127.0.0.1", "localhost")])
def test_nobody_depends_on_a_socket_with_one_host_over_tcp_wherever_it_stands(
    hosts: tuple[str, ...],
) -> None:
    assert sockets("mysql", *hosts) == ()


@pytest.mark.parametrize(
    ("smtpd_conf", "asked"),
    [
        ("sql_select: x\n", OF_MYSQL),
        ("sql_hostnames: localhost , localhost:3307\n", OF_MYSQL),
        ("sql_hostnames: localhost, db.example.org\n", ()),
        ("sql_engine: PGSQL\nsql_hostnames: /srv/pg\n", ("/srv/pg/.s.PGSQL.5432",)),
        ("sql_engine: sqlite3\n", ()),
    ],
)
def test_smtpd_conf_is_read_by_the_same_rules(smtpd_conf: str, asked: tuple[str, ...]) -> None:
    document = SmtpdConf.parse(smtpd_conf.encode())

    assert sockets_of_sql(document, DEBIAN_12) == tuple(map(PurePosixPath, asked))

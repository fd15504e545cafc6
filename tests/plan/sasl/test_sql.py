"""SQL: what smtpd.conf says, the password in it, and which databases are within reach."""

from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    SMTPD_CONF,
    STOCK_MASTER,
    applied,
    content_of,
    directory,
    file,
    identifiers,
    master_of,
)
from tests.plan.sasl.logins import (
    PASSWORD_FILE,
    POSTFIX_GROUP,
    change_of,
    joins,
    logins,
    message_of,
    password_file,
    refused,
    smtpd_conf_of,
    wanting,
)

WITH_PASSWORD = {"sasl__sql__user": "postfix", "sasl__sql__password_file": str(PASSWORD_FILE)}


def plan(*files: FileState, **overrides: object) -> Plan:
    return wanting(SaslBackend.SQL, logins(*files), **overrides)


def chroots(found: Plan) -> list[str]:
    return [service.chroot for service in master_of(found).services]


def test_smtpd_conf_has_what_the_plug_in_needs() -> None:
    found = plan(password_file(), **WITH_PASSWORD, sasl__sql__hosts=["a.example.org", "b:3307"])

    assert smtpd_conf_of(found) == {
        "pwcheck_method": "auxprop",
        "auxprop_plugin": "sql",
        "sql_engine": "mysql",
        "sql_hostnames": "a.example.org, b:3307",
        "sql_user": "postfix",
        "sql_passwd": "hunter2",
        "sql_database": "mail",
        "sql_select": "SELECT password FROM users WHERE name = '%u'",
        "mech_list": "PLAIN LOGIN SCRAM-SHA-256",
    }


def test_a_new_file_with_a_password_is_roots_alone_and_not_shown() -> None:
    change = change_of(plan(password_file(), **WITH_PASSWORD), SMTPD_CONF)

    assert change.mode == 0o600
    assert change.secret
    assert change.summary[0] == "not shown, because it holds sql_passwd"


@pytest.mark.parametrize(
    ("before", "after", "sets_mode"),
    [(0o644, 0o640, True), (0o640, 0o640, False), (0o600, 0o600, False)],
)
def test_a_file_that_gets_a_password_is_closed_to_all_others(
    before: int, after: int, sets_mode: bool
) -> None:
    there = file(SMTPD_CONF, b"log_level: 3\n", before)

    change = change_of(plan(password_file(), there, **WITH_PASSWORD), SMTPD_CONF)

    assert (change.mode, change.sets_mode) == (after, sets_mode)


def test_of_a_file_that_is_not_shown_it_is_said_what_is_set_in_it() -> None:
    there = file(
        SMTPD_CONF,
        b"auxprop_plugin: sql\nsql_engine: mysql\nsql_hostnames: 127.0.0.1\nsql_user: postfix\n"
        b"sql_database: mail\nsql_select: SELECT password FROM users WHERE name = '%u'\n"
        b"log_level: 2\nmech_list: PLAIN\n",
        0o600,
    )

    change = change_of(plan(password_file(), there, **WITH_PASSWORD), SMTPD_CONF)

    assert change.summary == (
        "not shown, because it holds sql_passwd",
        "set in it: mech_list, pwcheck_method and sql_passwd",
    )


def test_the_password_of_today_stays_where_none_is_given() -> None:
    there = file(SMTPD_CONF, b"sql_passwd: of today\n", 0o600)

    assert smtpd_conf_of(plan(there))["sql_passwd"] == "of today"


@pytest.mark.parametrize(
    ("given", "identifier"),
    [
        ([], "password-file-missing"),
        ([password_file(mode=0o640)], "password-file-open"),
        ([password_file(mode=0o604)], "password-file-open"),
        ([password_file(b"\nhunter2\n")], "password-file-empty"),
        ([password_file(b"\xff\n")], "password-file-empty"),
        ([password_file(b"a\0b\n")], "password-unusable"),
        ([password_file(b" hunter2\n")], "password-unusable"),
        ([password_file(b"hunter2 \n")], "password-unusable"),
        ([password_file(b" \n")], "password-unusable"),
        ([password_file(b"x" * 4100 + b"\n")], "password-unusable"),
    ],
)
def test_a_password_that_cannot_be_had_is_refused(given: list[FileState], identifier: str) -> None:
    found = plan(*given, **WITH_PASSWORD)

    assert refused(found) == [identifier]
    assert "hunter2" not in message_of(found, identifier)


def test_only_the_first_line_is_the_password() -> None:
    found = plan(password_file(b"p w\r\nof another\n"), **WITH_PASSWORD)

    assert smtpd_conf_of(found)["sql_passwd"] == "p w"


@pytest.mark.parametrize(
    ("engine", "hosts", "chroot"),
    [
        ("mysql", ["127.0.0.1"], "y"),
        ("mysql", ["localhost"], "n"),
        ("mysql", [], "n"),
        ("mysql", ["localhost", "db.example.org"], "y"),
        ("mysql", ["db.example.org", "localhost:3306"], "y"),
        ("pgsql", ["localhost"], "y"),
        ("pgsql", [], "n"),
    ],
)
def test_a_database_over_tcp_is_within_reach_of_the_jail(
    engine: str, hosts: list[str], chroot: str
) -> None:
    found = plan(sasl__sql__engine=engine, sasl__sql__hosts=hosts)

    assert chroots(found) == [chroot]
    assert ("unchrooted" in identifiers(found)) is (chroot == "n")


def test_the_way_to_keep_the_jail_is_told() -> None:
    found = plan(sasl__sql__hosts=["localhost"])

    assert "127.0.0.1 in sasl.sql.hosts" in message_of(found, "unchrooted")


def test_whoever_stays_in_the_jail_is_told_of_the_host_that_is_not_reached_there() -> None:
    found = plan(sasl__sql__hosts=["localhost", "db.example.org"])

    words = message_of(found, "sql-host-passed-over")
    assert "localhost" in words
    assert "127.0.0.1 in sasl.sql.hosts" in words


@pytest.mark.parametrize(
    ("engine", "hosts", "chroot"),
    [
        ("mysql", ["127.0.0.1", "db.example.org"], "y"),
        ("mysql", ["localhost", "db.example.org"], "n"),
        ("mysql", ["localhost"], "y"),
        ("pgsql", ["localhost", "db.example.org"], "y"),
    ],
)
def test_nothing_is_said_of_hosts_that_are_reached_or_that_smtpd_leaves_the_jail_for(
    engine: str, hosts: list[str], chroot: str
) -> None:
    master = STOCK_MASTER.replace(" y ", f" {chroot} ")
    facts = logins(master_cf=master)

    found = wanting(SaslBackend.SQL, facts, sasl__sql__engine=engine, sasl__sql__hosts=hosts)

    assert "sql-host-passed-over" not in identifiers(found)


SQLITE = PurePosixPath("/srv/users.db")
OF_SQLITE = {"sasl__sql__engine": "sqlite3", "sasl__sql__database": str(SQLITE)}


def sqlite(mode: int, gid: int) -> tuple[FileState, FileState]:
    return directory("/srv"), FileState(SQLITE, SQLITE, FileKind.REGULAR, mode, 0, gid, b"")


def test_sqlite_has_no_server_and_no_user() -> None:
    found = plan(*sqlite(0o640, POSTFIX_GROUP), **{**OF_SQLITE, **WITH_PASSWORD})

    options = smtpd_conf_of(found)
    assert options["sql_database"] == "/srv/users.db"
    assert not {"sql_hostnames", "sql_user", "sql_passwd"} & set(options)


def test_the_file_of_sqlite_must_be_readable_and_is_not_in_the_jail() -> None:
    assert refused(plan(*sqlite(0o600, 0), **OF_SQLITE)) == ["store-closed"]
    found = plan(*sqlite(0o640, POSTFIX_GROUP), **OF_SQLITE)
    assert refused(found) == []
    assert chroots(found) == ["n"]
    assert joins(found) == []


def test_a_second_run_finds_nothing_to_do() -> None:
    facts = logins(password_file())

    after = applied(facts, wanting(SaslBackend.SQL, facts, **WITH_PASSWORD))

    assert wanting(SaslBackend.SQL, after, **WITH_PASSWORD).is_empty


@pytest.mark.parametrize("host", ["localhost", "localhost:3306"])
def test_mysql_takes_localhost_for_its_socket_whatever_the_port(host: str) -> None:
    found = plan(sasl__sql__hosts=[host])

    assert [service.chroot for service in master_of(found).services] == ["n"]
    assert "the socket of the database" in message_of(found, "unchrooted")


def test_an_address_with_colons_is_refused_because_the_plug_in_would_cut_it() -> None:
    found = plan(sasl__sql__hosts=["[::1]:3306"])

    assert refused(found) == ["smtpd-conf-cannot-hold"]
    assert "[::1]:3306" in message_of(found, "smtpd-conf-cannot-hold")


def test_a_password_that_differs_by_a_blank_is_written() -> None:
    there = file(SMTPD_CONF, b"sql_passwd: a  b\n", 0o600)

    found = plan(password_file(b"a b\n"), there, **WITH_PASSWORD)

    assert smtpd_conf_of(found)["sql_passwd"] == "a b"


def test_a_password_that_everybody_can_read_is_told_of_where_nothing_else_is_new() -> None:
    new = content_of(plan(password_file(), **WITH_PASSWORD), SMTPD_CONF)

    found = plan(password_file(), file(SMTPD_CONF, new, 0o644), **WITH_PASSWORD)

    assert f"chmod o= {SMTPD_CONF}" in message_of(found, "passwords-readable")


def test_mechanisms_in_other_letters_stay_as_they_are_written() -> None:
    there = file(SMTPD_CONF, b"mech_list: plain  login\n")

    found = plan(there, sasl__mechanisms=["PLAIN", "LOGIN"])

    assert smtpd_conf_of(found)["mech_list"] == "plain  login"


@pytest.mark.parametrize(
    ("engine", "written"), [("pgsql", r"a\'b\\c"), ("mysql", r"a'b\c")], ids=["pgsql", "mysql"]
)
def test_a_password_is_escaped_where_the_plug_in_puts_it_in_quotes(
    engine: str, written: str
) -> None:
    found = plan(password_file(rb"a'b\c"), **WITH_PASSWORD, sasl__sql__engine=engine)

    assert smtpd_conf_of(found)["sql_passwd"] == written


@pytest.mark.parametrize("name", ["sasl__sql__user", "sasl__sql__database"])
def test_a_name_that_ends_the_quotes_of_the_plug_in_is_refused(name: str) -> None:
    found = plan(sasl__sql__engine="pgsql", **{name: "o'hara"})

    assert refused(found) == ["smtpd-conf-cannot-hold"]


def test_a_database_of_sqlite_has_a_whole_path() -> None:
    found = plan(sasl__sql__engine="sqlite3", sasl__sql__database="users.db")

    assert "smtpd-conf-cannot-hold" in refused(found)
    assert "users.db is not the whole path" in message_of(found, "smtpd-conf-cannot-hold")

"""What is said of single options of smtpd.conf."""

import pytest

from pfwizard.check.rule import PlacedFinding
from tests.check.builders import found
from tests.check.cases.logins import logging_in

OF_SQL = "pwcheck_method: auxprop\nauxprop_plugin: sql\nsql_select: x\n"


def told(options: str) -> list[str]:
    return [each.message for each in found(logging_in(OF_SQL + options), "smtpd-conf-option")]


@pytest.mark.parametrize("hosts", ["::1", "[::1]:3306", "db.example.org, 2001:db8::1"])
def test_an_ipv6_address_is_cut_by_the_plug_in_for_sql(hosts: str) -> None:
    (message,) = told(f"sql_hostnames: {hosts}\n")

    assert "IPv6" in message


def test_a_port_is_no_ipv6_address() -> None:
    assert told("sql_hostnames: a.example.org:3306, b:3307\n") == []


@pytest.mark.parametrize("option", ["sql_user", "sql_passwd", "sql_database"])
def test_a_quote_ends_what_postgresql_is_given(option: str) -> None:
    (message,) = told(f"sql_engine: pgsql\n{option}: o'hara\n")

    assert message.startswith(option)
    assert "o'hara" not in message


@pytest.mark.parametrize(
    "options",
    ["sql_engine: pgsql\nsql_passwd: o\\'hara\n", "sql_engine: mysql\nsql_passwd: o'hara\n"],
)
def test_a_quote_that_is_escaped_or_goes_to_mysql_is_no_slip(options: str) -> None:
    assert told(options) == []


def in_clear(options: str) -> list[PlacedFinding]:
    return found(logging_in(OF_SQL + options), "sql-in-clear")


@pytest.mark.parametrize("tls", ["", "sql_usessl: yes\n", "sql_usessl: no\n"])
def test_mysql_sends_passwords_in_clear_whatever_the_plug_in_is_told(tls: str) -> None:
    (finding,) = in_clear(f"sql_hostnames: localhost, 192.0.2.7:3306\n{tls}")

    assert "from 192.0.2.7:3306 in clear" in finding.message
    assert "stunnel" in finding.remedy
    assert finding.place.line == 4


@pytest.mark.parametrize("tls", ["sql_usessl: yes\n", "sql_usessl: 1\n", "sql_usessl: on\n"])
def test_postgresql_insists_on_tls_where_it_is_told_to(tls: str) -> None:
    assert in_clear(f"sql_engine: pgsql\nsql_hostnames: db.example.org\n{tls}") == []


@pytest.mark.parametrize("tls", ["", "sql_usessl: no\n", "sql_usessl: off\n"])
def test_postgresql_may_send_passwords_in_clear_where_it_is_not_told(tls: str) -> None:
    (finding,) = in_clear(f"sql_engine: pgsql\nsql_hostnames: db.example.org\n{tls}")

    assert "sql_usessl: yes" in finding.remedy
    assert "does not verify" in finding.remedy


@pytest.mark.parametrize(
    "options",
    [
        "",
        "sql_hostnames: localhost\n",
        "sql_hostnames: 127.0.0.1:3306, LOCALHOST\n",
        "sql_engine: pgsql\nsql_hostnames: /run/postgresql\n",
        "sql_engine: sqlite3\nsql_hostnames: db.example.org\n",
    ],
)
def test_a_database_on_this_machine_sends_nothing_over_the_network(options: str) -> None:
    assert in_clear(options) == []


def test_a_database_that_nobody_asks_sends_nothing() -> None:
    asking_another = "pwcheck_method: saslauthd\nsql_select: x\nsql_hostnames: db.example.org\n"

    assert found(logging_in(asking_another), "sql-in-clear") == []


def test_a_file_that_is_no_smtpd_conf_at_all_is_told_by_its_first_lines() -> None:
    findings = found(logging_in("no option\n" * 1000), "smtpd-conf-malformed")

    assert [each.place.line for each in findings] == list(range(1, 21))

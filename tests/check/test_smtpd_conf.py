"""What is said of single options of smtpd.conf."""

import pytest

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

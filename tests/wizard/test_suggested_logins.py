"""The password checker that is suggested: the one through which users log in today."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.question import Value
from pfwizard.wizard.suggestions import suggest
from tests.plan.builders import STOCK_MAIN, STOCK_MASTER, answers, file, machine, plan_for, socket

SMTPD_CONF = PurePosixPath("/etc/postfix/sasl/smtpd.conf")
ON = "smtpd_sasl_auth_enable = yes\n"


def suggested(smtpd_conf: str, main: str = ON) -> Mapping[str, Value]:
    conf = file(SMTPD_CONF, smtpd_conf.encode())
    return suggest(machine(STOCK_MAIN + main, STOCK_MASTER, conf))


@pytest.mark.parametrize(
    ("smtpd_conf", "backend"),
    [
        ("pwcheck_method: authdaemond\n", "authdaemond"),
        ("pwcheck_method: saslauthd\n", "saslauthd"),
        ("pwcheck_method: auxprop\nauxprop_plugin: sasldb\n", "sasldb"),
        ("pwcheck_method: auxprop\nauxprop_plugin: SQL\n", "sql"),
        ("pwcheck_method: auxprop\nauxprop_plugin: ldapdb\n", "ldapdb"),
    ],
)
def test_it_is_the_one_of_smtpd_conf(smtpd_conf: str, backend: str) -> None:
    assert suggested(smtpd_conf)["sasl.backend"] == backend


def test_it_is_dovecot_where_that_is_the_type() -> None:
    found = suggested("", f"{ON}smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n")

    assert found["sasl.backend"] == "dovecot"


def test_its_options_are_suggested_and_a_password_is_not() -> None:
    select = "SELECT password FROM users WHERE name = '%u'"
    found = suggested(
        "pwcheck_method: auxprop\nauxprop_plugin: sql\nsql_engine: pgsql\n"
        "sql_hostnames: 127.0.0.1, sql.example.org:5432\nsql_database: mail\nsql_user: reader\n"
        f"sql_passwd: hunter2\nsql_select: {select}\nmech_list: plain login\n"
    )

    assert {key: value for key, value in found.items() if key.startswith("sasl.sql.")} == {
        "sasl.sql.engine": "pgsql",
        "sasl.sql.hosts": ("127.0.0.1", "sql.example.org:5432"),
        "sasl.sql.database": "mail",
        "sasl.sql.user": "reader",
        "sasl.sql.select": select,
    }
    assert found["sasl.mechanisms"] == ("PLAIN", "LOGIN")
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("smtpd_conf", "main"),
    [
        ("pwcheck_method: saslauthd\n", ""),
        ("pwcheck_method: pwcheck\n", ON),
        ("", ON),
    ],
    ids=["nobody logs in", "an unknown checker", "no file"],
)
def test_nothing_is_suggested_where_it_is_not_known(smtpd_conf: str, main: str) -> None:
    assert "sasl.backend" not in suggested(smtpd_conf, main)


def test_passwords_are_for_tls_alone_where_nobody_logs_in_yet() -> None:
    assert suggested("", main="")["tls.auth_only"] is True


def test_who_logs_in_without_tls_today_is_not_shut_out_by_a_suggestion() -> None:
    assert "tls.auth_only" not in suggested("")


@pytest.mark.parametrize(("word", "answer"), [("yes", True), ("no", False)])
def test_what_the_operator_has_said_of_passwords_without_tls_stays(word: str, answer: bool) -> None:
    assert suggested("", main=f"smtpd_tls_auth_only = {word}\n")["tls.auth_only"] is answer


RESTRICTIONS = "sasl.recipient_restrictions"


def test_what_lets_users_relay_already_is_not_said_twice() -> None:
    assert suggested("", main="")[RESTRICTIONS] == ()


@pytest.mark.parametrize(
    "main",
    [
        "smtpd_recipient_restrictions = reject_unauth_destination\n",
        "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n",
    ],
)
def test_where_a_list_would_stop_users_the_usual_restrictions_are_suggested(main: str) -> None:
    assert RESTRICTIONS not in suggested("", main=main)


def test_a_plan_without_them_leaves_the_list_of_postfix_as_it_is() -> None:
    plan = plan_for(machine(), answers(sasl__recipient_restrictions=[]))

    assert b"smtpd_recipient_restrictions" not in plan.main_cf


def test_a_socket_of_courier_is_not_that_of_another_checker() -> None:
    elsewhere = socket(PurePosixPath("/var/run/courier/authdaemon/socket"))
    conf = file(SMTPD_CONF, b"pwcheck_method: saslauthd\n")

    assert suggest(machine(STOCK_MAIN, STOCK_MASTER, elsewhere))["sasl.socket"]
    assert "sasl.socket" not in suggest(machine(STOCK_MAIN + ON, STOCK_MASTER, elsewhere, conf))


def test_where_users_log_in_on_every_port_today_is_where_they_go_on() -> None:
    assert suggested("pwcheck_method: saslauthd\n")["sasl.scope"] == "everywhere"


def test_a_service_that_lets_them_log_in_by_itself_is_not_every_port() -> None:
    by_itself = STOCK_MASTER + "2525 inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes\n"

    assert "sasl.scope" not in suggest(machine(STOCK_MAIN, by_itself))


def test_it_is_the_one_of_the_only_service_with_a_file_of_its_own() -> None:
    service = "587 inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_path=own\n"
    own = file(SMTPD_CONF.with_name("own.conf"), b"pwcheck_method: saslauthd\n")
    common = file(SMTPD_CONF, b"pwcheck_method: authdaemond\n")
    found = suggest(machine(STOCK_MAIN, STOCK_MASTER + service, own, common))
    assert found["sasl.backend"] == "saslauthd"

"""Questions about password checkers: which of them are asked, and what they take."""

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from pfwizard.answers import sasl_checks
from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import parse
from pfwizard.answers.relevance import is_relevant
from pfwizard.answers.sasl_answers import (
    ChrootChoice,
    LdapdbStartTls,
    LoginNames,
    SaslauthdMechanism,
    SaslBackend,
    SqlEngine,
)
from pfwizard.errors import InputProblem
from tests.answers.builders import answers_file, mistakes_in

ALWAYS = {
    "sasl.enabled",
    "sasl.scope",
    "sasl.backend",
    "sasl.mechanisms",
    "sasl.chroot",
    "sasl.local_domain",
    "sasl.broken_clients",
    "sasl.recipient_restrictions",
}


def asked(**answers: Value) -> set[str]:
    """The keys of what is asked about logins with these answers, beyond what always is."""
    given = {name.replace("__", "."): value for name, value in answers.items()}
    defaults = {each.key: each.default for each in QUESTIONS if each.default is not None}
    values: dict[str, Value] = {**defaults, **given}
    about = {each.key for each in QUESTIONS if is_relevant(each, values)}
    return {key for key in about if key.startswith("sasl.")} - ALWAYS


@pytest.mark.parametrize(
    ("backend", "keys"),
    [
        ("authdaemond", {"sasl.socket"}),
        ("saslauthd", {"sasl.socket", "sasl.saslauthd.mechanism", "sasl.saslauthd.login_names"}),
        ("sasldb", {"sasl.database"}),
        (
            "sql",
            {
                "sasl.sql.engine",
                "sasl.sql.hosts",
                "sasl.sql.database",
                "sasl.sql.user",
                "sasl.sql.password_file",
                "sasl.sql.select",
            },
        ),
        (
            "ldapdb",
            {
                "sasl.ldapdb.uri",
                "sasl.ldapdb.id",
                "sasl.ldapdb.password_file",
                "sasl.ldapdb.mechanism",
                "sasl.ldapdb.starttls",
            },
        ),
        ("dovecot", {"sasl.socket", "sasl.dovecot.listener", "sasl.dovecot.drop_in"}),
    ],
)
def test_only_what_concerns_the_back_end_is_asked(backend: str, keys: set[str]) -> None:
    assert asked(sasl__backend=backend) == keys


def test_only_what_saslauthd_needs_for_its_mechanism_is_asked() -> None:
    usual = asked(sasl__backend="saslauthd")
    ldap = asked(sasl__backend="saslauthd", sasl__saslauthd__mechanism="ldap")
    rimap = asked(sasl__backend="saslauthd", sasl__saslauthd__mechanism="rimap")

    assert {key.rpartition(".")[2] for key in ldap - usual} == {
        "ldap_servers",
        "ldap_search_base",
        "ldap_filter",
        "ldap_bind_dn",
        "ldap_bind_password_file",
    }
    assert rimap - usual == {"sasl.saslauthd.rimap_host"}


def test_sqlite_has_no_server() -> None:
    assert asked(sasl__backend="sql", sasl__sql__engine="sqlite3") == {
        "sasl.sql.engine",
        "sasl.sql.database",
        "sasl.sql.select",
    }


def test_without_a_listener_of_ours_there_is_no_file_of_dovecots() -> None:
    found = asked(sasl__backend="dovecot", sasl__dovecot__listener=False)

    assert "sasl.dovecot.drop_in" not in found


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"sasl.backend": '"sql"'}, {"sasl.sql.database", "sasl.sql.select"}),
        ({"sasl.backend": '"ldapdb"'}, {"sasl.ldapdb.uri", "sasl.ldapdb.id"}),
        (
            {"sasl.backend": '"saslauthd"', "sasl.saslauthd.mechanism": '"ldap"'},
            {"sasl.saslauthd.ldap_search_base"},
        ),
        (
            {"sasl.backend": '"saslauthd"', "sasl.saslauthd.mechanism": '"rimap"'},
            {"sasl.saslauthd.rimap_host"},
        ),
    ],
)
def test_what_a_back_end_cannot_do_without_has_to_be_answered(
    changes: dict[str, str], missing: set[str]
) -> None:
    assert {mistake.key for mistake in mistakes_in(answers_file(changes))} == missing


def test_without_a_word_about_it_nothing_is_changed_of_a_daemon() -> None:
    sasl = parse(answers_file()).sasl

    assert sasl.backend is SaslBackend.AUTHDAEMOND
    assert sasl.socket is None
    assert sasl.database is None
    assert sasl.mechanisms == ()
    assert sasl.chroot is ChrootChoice.AUTO
    assert sasl.saslauthd.mechanism is SaslauthdMechanism.AS_IT_IS
    assert sasl.saslauthd.login_names is LoginNames.AS_THEY_ARE


def test_the_answers_about_sql_and_ldap_have_types() -> None:
    sasl = parse(
        answers_file(
            {
                "sasl.backend": '"sql"',
                "sasl.sql.engine": '"pgsql"',
                "sasl.sql.database": '"mail"',
                "sasl.sql.select": "\"SELECT password FROM users WHERE name = '%u'\"",
                "sasl.sql.password_file": '"/root/password"',
                "sasl.ldapdb.starttls": '"demand"',
            }
        )
    ).sasl

    assert sasl.sql.engine is SqlEngine.POSTGRESQL
    assert sasl.sql.password_file == PurePosixPath("/root/password")
    assert sasl.ldapdb.starttls is LdapdbStartTls.DEMAND


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (sasl_checks.ldap_url, "ldap://ldap.example.org"),
        (sasl_checks.ldap_url, "ldaps://ldap.example.org:636/"),
        (sasl_checks.ldap_url, "ldapi:///"),
        (sasl_checks.ldap_url, "ldapi://%2Frun%2Fslapd"),
        (sasl_checks.database_host, "db.example.org"),
        (sasl_checks.database_host, "127.0.0.1:3306"),
        (sasl_checks.database_host, "[::1]:5432"),
        (sasl_checks.imap_host, "imap.example.org"),
        (sasl_checks.imap_host, "127.0.0.1/1143"),
        (sasl_checks.mechanism_name, "SCRAM-SHA-256"),
        (sasl_checks.select_statement, "SELECT password FROM users WHERE login = '%u@%r'"),
        (sasl_checks.select_statement, "select p from u where n = '%u' and r = '%r'"),
    ],
)
def test_what_is_right_stays_as_it_is(check: Callable[[str], str], text: str) -> None:
    assert check(text) == text


def test_the_name_of_a_mechanism_is_written_in_capitals() -> None:
    assert sasl_checks.mechanism_name("external") == "EXTERNAL"


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (sasl_checks.ldap_url, "ldap.example.org"),
        (sasl_checks.ldap_url, "ldap://a b"),
        (sasl_checks.ldap_url, "ldap://ldap.example.org/dc=example"),
        (sasl_checks.database_host, "db:name"),
        (sasl_checks.database_host, "a, b"),
        (sasl_checks.imap_host, "imaps://imap.example.org"),
        (sasl_checks.imap_host, "a -r"),
        (sasl_checks.mechanism_name, "SCRAM SHA"),
        (sasl_checks.select_statement, "SELECT password FROM users"),
        (sasl_checks.select_statement, "SELECT password FROM users WHERE name = %u"),
        (sasl_checks.select_statement, "\"SELECT password FROM users WHERE name = '%u'\""),
        (sasl_checks.select_statement, "DELETE FROM users WHERE name = '%u'"),
        (sasl_checks.select_statement, "SELECT a FROM b\nWHERE c = '%u'"),
    ],
)
def test_what_is_wrong_is_told_with_a_remedy(check: Callable[[str], str], text: str) -> None:
    with pytest.raises(InputProblem) as caught:
        check(text)
    assert caught.value.remedy

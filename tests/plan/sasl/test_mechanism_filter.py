"""A filter for Dovecot's mechanisms, when Cyrus SASL takes its place."""

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.plan.plan import Plan
from tests.plan.builders import STOCK_MASTER, applied, identifiers, main_of
from tests.plan.sasl.logins import logins, message_of, refused, wanting

FILTER = "smtpd_sasl_mechanism_filter"

THROUGH_DOVECOT = """\
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
"""


def plan(main_cf: str, master_cf: str = STOCK_MASTER) -> Plan:
    """Passwords in a database: PLAIN, LOGIN and SCRAM-SHA-256."""
    return wanting(SaslBackend.SQL, logins(main_cf=main_cf, master_cf=master_cf))


def test_a_filter_as_we_write_it_goes_with_dovecot() -> None:
    found = plan(f"{THROUGH_DOVECOT}{FILTER} = plain, login\n")

    assert main_of(found).get(FILTER) is None
    assert "plain, login was for Dovecot" in message_of(found, "mechanism-filter-removed")


def test_after_that_there_is_nothing_to_do() -> None:
    facts = logins(main_cf=f"{THROUGH_DOVECOT}{FILTER} = plain, login\n")

    after = applied(facts, wanting(SaslBackend.SQL, facts))

    assert wanting(SaslBackend.SQL, after).is_empty


@pytest.mark.parametrize("value", ["PLAIN login", "!external, static:rest", "plain, x-own"])
def test_a_filter_that_is_written_otherwise_stays(value: str) -> None:
    found = plan(f"{THROUGH_DOVECOT}{FILTER} = {value}\n")

    assert main_of(found).get(FILTER) == value
    assert "mechanism-filter-removed" not in identifiers(found)


def test_a_filter_that_was_never_dovecots_stays() -> None:
    found = plan(f"smtpd_sasl_auth_enable = yes\n{FILTER} = plain, login\n")

    assert main_of(found).get(FILTER) == "plain, login"


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("plain, login", "hides SCRAM-SHA-256 on"),
        ("!PLAIN, static:rest", "hides PLAIN on"),
        ("!scram-sha-256 plain login", "hides SCRAM-SHA-256 on"),
        ("static:rest, !plain", ""),
        ("login, plain, scram-sha-256", ""),
        ("hash:/etc/postfix/mechanisms", ""),
        ("/etc/postfix/mechanisms", ""),
    ],
)
def test_what_a_filter_that_stays_hides_is_told(value: str, hidden: str) -> None:
    found = plan(f"smtpd_sasl_auth_enable = yes\n{FILTER} = {value}\n")

    assert ("mechanisms-filtered" in identifiers(found)) is bool(hidden)
    assert not hidden or hidden in message_of(found, "mechanisms-filtered")


def test_a_filter_of_one_service_counts_there() -> None:
    master_cf = f"smtp inet n - y - - smtpd\n  -o {FILTER}=plain\n"

    found = plan("", master_cf)

    assert "hides LOGIN and SCRAM-SHA-256 on the service smtp" in message_of(
        found, "mechanisms-filtered"
    )


def test_without_a_filter_nothing_is_hidden() -> None:
    found = plan("smtpd_sasl_auth_enable = yes\n")

    assert {"mechanisms-filtered", "no-mechanism-left"}.isdisjoint(identifiers(found))


@pytest.mark.parametrize("value", ["gssapi", ""])
def test_a_filter_that_hides_all_of_them_would_end_every_session(value: str) -> None:
    found = plan(f"smtpd_sasl_auth_enable = yes\n{FILTER} = {value}\n")

    assert refused(found) == ["no-mechanism-left"]

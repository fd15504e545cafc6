"""A service with a file of Cyrus SASL of its own keeps it, and what it asks."""

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    BARE_MASTER,
    SMTPD_CONF,
    STOCK_MAIN,
    answers,
    content_of,
    file,
    guide_pki,
    identifiers,
    machine,
    master_of,
    plan_for,
)

JAILED = """\
submission inet n - y - - smtpd
  -o smtpd_sasl_auth_enable=yes
"""
OWN = "  -o smtpd_sasl_path=own\n"

SASLDB = b"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"


def plan(service: str) -> Plan:
    own, common = file(SMTPD_CONF.with_name("own.conf"), SASLDB), file(SMTPD_CONF, SASLDB)
    facts = machine(STOCK_MAIN, BARE_MASTER + service, *guide_pki(), own, common)
    return plan_for(facts, answers(services__submission=False))


def test_that_its_checker_is_replaced_is_not_said() -> None:
    assert "checker-replaced" in identifiers(plan(JAILED))
    assert "checker-replaced" not in identifiers(plan(JAILED + OWN))


def test_it_stays_in_the_jail_whatever_the_others_need() -> None:
    assert "submission inet n - n - - smtpd" in master_of(plan(JAILED)).render().decode()
    assert JAILED + OWN in master_of(plan(JAILED + OWN)).render().decode()


def test_that_it_does_not_follow_main_cf_is_a_warning() -> None:
    assert "overridden-in-master" in identifiers(plan(JAILED + OWN))


def test_the_file_of_the_others_is_written() -> None:
    assert b"authdaemond" in (content_of(plan(JAILED + OWN), SMTPD_CONF) or b"")

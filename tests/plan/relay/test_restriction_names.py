"""Restrictions that smtpd does not know make it defer all mail: they are noticed beforehand."""

import pytest

from pfwizard.plan.plan import Plan
from pfwizard.plan.relay.restriction_names import KNOWN, meant, unknown_names
from pfwizard.plan.relay.restrictions import STOPS_A_ROAMING_USER
from tests.plan.builders import STOCK_MAIN, STOCK_MASTER, answers, guide_pki, machine, plan_for


def plan(main_cf: str = "", **overrides: object) -> Plan:
    facts = machine(STOCK_MAIN + main_cf, STOCK_MASTER, *guide_pki())
    return plan_for(facts, answers(**overrides))


def messages(of: Plan, identifier: str) -> list[str]:
    return [found.message for found in of.findings if found.identifier == identifier]


@pytest.mark.parametrize(
    "words",
    [
        "permit_mynetworks permit_sasl_authenticated reject_unauth_destination",
        "reject_rbl_client zen.spamhaus.org=127.0.0.[2..11] permit",
        "check_policy_service unix:private/policy-spf reject",
        "warn_if_reject reject_rhsbl_sender dbl.spamhaus.org permit_mynetworks",
        "check_client_access cidr:/etc/postfix/clients hash:/etc/postfix/access",
        "PERMIT_MYNETWORKS Reject",
        "sleep 1 reject_unauth_pipelining",
        "greylist permit",
    ],
)
def test_what_smtpd_knows_is_known(words: str) -> None:
    assert list(unknown_names(words.split(), ["greylist"])) == []


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("permit_mynetwork reject", "permit_mynetwork"),
        ("permit # office", "#"),
        ("warn_if_reject reject_unknown_clint", "reject_unknown_clint"),
        ("greylist", "greylist"),
    ],
)
def test_what_it_does_not_know_is_named(words: str, unknown: str) -> None:
    assert unknown in list(unknown_names(words.split(), []))


def test_a_slip_of_the_finger_is_answered_with_what_was_meant() -> None:
    assert meant("permit_sasl_authentcated") == "permit_sasl_authenticated"
    assert meant("xyzzy") == ""


def test_the_restrictions_that_stop_a_user_are_known_ones() -> None:
    assert STOPS_A_ROAMING_USER <= KNOWN


def test_an_unknown_restriction_in_the_answers_is_refused() -> None:
    found = plan(sasl__recipient_restrictions=["permit_mynetworks", "permit_sasl_authentcated"])

    assert len(messages(found, "restriction-unknown")) == 1
    assert "permit_sasl_authentcated" in messages(found, "restriction-unknown")[0]


def test_a_restriction_class_of_the_machine_is_known() -> None:
    classes = "smtpd_restriction_classes = greylist\ngreylist = permit\n"

    found = plan(classes, sasl__recipient_restrictions=["permit_sasl_authenticated", "greylist"])

    assert messages(found, "restriction-unknown") == []


def test_one_that_stands_there_already_is_warned_of() -> None:
    found = plan("smtpd_client_restrictions = permit_mynetworks, reject_unknown_clint\n")

    (message,) = messages(found, "restriction-unknown-in-use")
    assert message.startswith("smtpd_client_restrictions holds reject_unknown_clint,")


def test_several_in_one_list_are_named_together_and_once() -> None:
    found = plan("smtpd_client_restrictions = permit_mynetworks, \\ reject_spam, \\ permit\n")

    (message,) = messages(found, "restriction-unknown-in-use")
    assert message.startswith("smtpd_client_restrictions holds \\ and reject_spam,")


def test_one_in_the_options_of_a_service_is_warned_of() -> None:
    quoted = '-o smtpd_client_restrictions="permit_sasl_authenticated,reject"'
    master_cf = f"{STOCK_MASTER}submission inet n - n - - smtpd {quoted}\n"

    found = plan_for(machine(STOCK_MAIN, master_cf, *guide_pki()), answers())

    (message,) = messages(found, "restriction-unknown-in-use")
    assert message.startswith(
        "smtpd_client_restrictions of the service submission in master.cf holds "
        '"permit_sasl_authenticated and reject",'
    )

"""Services that the master starts none of, whatever master.cf says (master_service_disable)."""

import pytest

from pfwizard.plan.plan import Plan, Reload
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    TEMPLATES,
    answers,
    guide_pki,
    identifiers,
    machine,
    plan_for,
)

SERVICES = f"{BARE_MASTER}{TEMPLATES}"
DISABLED = "service-disabled"


def plan(disabled: str, master_cf: str = SERVICES, **overrides: object) -> Plan:
    main = f"{STOCK_MAIN}master_service_disable = {disabled}\n"
    return plan_for(machine(main, master_cf, *guide_pki()), answers(**overrides))


@pytest.mark.parametrize(
    "disabled",
    [
        "inet",
        "INET",
        "unix, inet",
        "submissions/inet",
        "Submissions/inet",
        "submissions.inet",
        "!smtp/inet inet",
        "!!submissions/inet",
    ],
)
def test_a_port_that_would_stay_shut_is_refused(disabled: str) -> None:
    assert DISABLED in identifiers(plan(disabled))


@pytest.mark.parametrize(
    "disabled", ["", "unix", "smtp/inet", "465/inet", "relay.unix", "!submissions/inet inet"]
)
def test_other_services_may_be_disabled(disabled: str) -> None:
    assert DISABLED not in identifiers(plan(disabled))


def test_the_label_in_master_cf_is_what_counts() -> None:
    in_use = f"{BARE_MASTER}192.0.2.1:465 inet n - n - - smtpd\n"

    assert DISABLED in identifiers(plan("192.0.2.1:465/inet", in_use))


def test_one_address_of_two_is_enough() -> None:
    on_two = (
        f"{BARE_MASTER}192.0.2.1:465 inet n - n - - smtpd\n192.0.2.2:465 inet n - n - - smtpd\n"
    )

    assert DISABLED not in identifiers(plan("192.0.2.1:465/inet", on_two))


def test_whoever_asks_for_no_port_is_not_refused() -> None:
    assert DISABLED not in identifiers(plan("inet", services__smtps=False))


def test_the_refusal_names_the_ports_and_the_parameter() -> None:
    (found,) = (
        each
        for each in plan("inet", services__submission=True).findings
        if each.identifier == DISABLED
    )

    assert "465 and 587" in found.message
    assert "master_service_disable = inet" in found.message


def test_a_port_that_is_disabled_is_not_waited_for() -> None:
    (reload,) = (each for each in plan("smtp/inet").actions if isinstance(each, Reload))

    assert [each.port for each in reload.ports] == [465]


def test_an_option_of_the_service_says_nothing_to_the_master() -> None:
    with_option = f"{BARE_MASTER}465 inet n - n - - smtpd -o master_service_disable=inet\n"

    assert DISABLED not in identifiers(plan("", with_option))


OPEN = f"{BARE_MASTER}{TEMPLATES}2525 inet n - n - - smtpd -o smtpd_relay_restrictions=permit\n"


def test_an_open_relay_is_refused_where_it_runs() -> None:
    assert "open-relay" in identifiers(plan("", OPEN))


def test_an_open_relay_that_is_disabled_lets_nobody_in() -> None:
    assert "open-relay" not in identifiers(plan("2525/inet", OPEN))

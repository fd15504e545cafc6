"""A service that is written anew is what the master.cf of the running release would have had."""

import pytest

from pfwizard.cf.service import Service
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    answers,
    applied,
    guide_pki,
    machine,
    master_of,
    plan_for,
)

LOGGED_IN = "permit_sasl_authenticated,reject"
LISTS = [f"smtpd_{each}_restrictions" for each in ("client", "helo", "sender")]


def written(port: int, version: str, main: str = "", **overrides: object) -> Service:
    facts = machine(STOCK_MAIN + main, BARE_MASTER, *guide_pki(), version=version)
    found = plan_for(facts, answers(services__submission=True, **overrides))
    (service,) = [each for each in master_of(found).services if each.endpoint.port == port]
    return service


def names(service: Service) -> list[str]:
    return [option.name for option in service.options]


BEFORE_3_7 = ["smtpd_recipient_restrictions", "smtpd_relay_restrictions"]
SINCE_3_7 = [*reversed(BEFORE_3_7)]


@pytest.mark.parametrize(
    ("version", "above", "below", "relay"),
    [
        ("3.5.25", [], [], BEFORE_3_7),
        ("3.6.15", [], [], BEFORE_3_7),
        ("3.7.11", [], [], SINCE_3_7),
        ("3.8.0", [], ["local_header_rewrite_clients"], SINCE_3_7),
        (
            "3.10.0",
            ["smtpd_forbid_unauth_pipelining"],
            ["local_header_rewrite_clients", "smtpd_hide_client_session"],
            SINCE_3_7,
        ),
    ],
)
def test_its_options_are_those_of_the_release(
    version: str, above: list[str], below: list[str], relay: list[str]
) -> None:
    assert names(written(465, version)) == [
        "syslog_name",
        *above,
        "smtpd_tls_wrappermode",
        "smtpd_sasl_auth_enable",
        *below,
        "smtpd_reject_unlisted_recipient",
        *LISTS,
        *relay,
        "milter_macro_daemon_name",
    ]


def test_on_port_587_logins_are_for_tls_alone() -> None:
    service = written(587, "3.7.11")

    assert service.option("smtpd_tls_security_level") == "encrypt"
    assert service.option("smtpd_tls_auth_only") == "yes"
    assert written(465, "3.7.11").option("smtpd_tls_auth_only") is None


@pytest.mark.parametrize("version", ["3.5.25", "3.7.11", "3.11.7"])
def test_users_alone_may_send_and_no_list_of_main_cf_is_in_their_way(version: str) -> None:
    service = written(465, version)

    values = {option.name: option.value for option in service.options}
    assert values["smtpd_client_restrictions"] == LOGGED_IN
    assert [values[name] for name in LISTS[1:]] == ["", ""]
    is_old = version == "3.5.25"
    assert [values[name] for name in BEFORE_3_7] == (["", LOGGED_IN] if is_old else [LOGGED_IN, ""])


def test_a_list_that_the_operator_has_for_the_older_template_is_used() -> None:
    service = written(465, "3.5.25", "mua_helo_restrictions = permit_mynetworks\n")

    assert service.option("smtpd_helo_restrictions") == "$mua_helo_restrictions"
    assert service.option("smtpd_sender_restrictions") == ""


@pytest.mark.parametrize("version", ["3.5.25", "3.7.11"])
def test_without_logins_it_serves_ones_own_networks(version: str) -> None:
    service = written(465, version, sasl__enabled=False)

    assert service.option("smtpd_sasl_auth_enable") == "no"
    assert not [option for option in service.options if "permit_sasl" in option.value]


@pytest.mark.parametrize("version", ["3.5.25", "3.7.11", "3.8.0", "3.11.7"])
def test_the_same_answers_change_nothing_more(version: str) -> None:
    facts = machine(STOCK_MAIN, BARE_MASTER, *guide_pki(), version=version)
    wanted = answers(services__submission=True)

    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).changes == ()

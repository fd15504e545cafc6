"""Certificates that the services for mail programs ask for: as the answers say, never less."""

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
)

ASK, REQUIRE = "smtpd_tls_ask_ccert", "smtpd_tls_req_ccert"
SMTPS = "smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes"


def plan(main: str = "", master: str = STOCK_MASTER, **overrides: object) -> Plan:
    return plan_for(machine(STOCK_MAIN + main, master, *guide_pki()), answers(**overrides))


def options(of: Plan, port: int) -> tuple[str | None, str | None]:
    """What the service says of asking for certificates and of requiring them."""
    (service,) = [each for each in master_of(of).services if each.endpoint.port == port]
    return service.option(ASK), service.option(REQUIRE)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("", (None, None)), ("ask", ("yes", None)), ("require", (None, "yes"))],
)
def test_a_service_does_what_is_answered_for_it_alone(
    wanted: str, expected: tuple[str | None, str | None]
) -> None:
    found = plan(services__submission=True, services__submission_client_certificates=wanted)

    assert options(found, 587) == expected
    assert options(found, 465) == (None, None)
    assert main_of(found).get(ASK) is main_of(found).get(REQUIRE) is None


def test_port_465_has_an_answer_of_its_own() -> None:
    found = plan(services__submission=True, services__smtps_client_certificates="ask")

    assert options(found, 465) == ("yes", None)
    assert options(found, 587) == (None, None)


@pytest.mark.parametrize("wanted", ["", "ask"])
def test_what_is_required_today_is_never_less(wanted: str) -> None:
    found = plan("", f"{SMTPS} -o {REQUIRE}=yes\n", services__smtps_client_certificates=wanted)

    assert options(found, 465) == (None, "yes")


def test_what_main_cf_asks_for_everywhere_needs_no_option() -> None:
    found = plan(f"{ASK} = yes\n", services__smtps_client_certificates="ask")

    assert options(found, 465) == (None, None)


def test_every_service_on_the_port_is_asking() -> None:
    both = f"127.0.0.1:{SMTPS}\n192.0.2.1:{SMTPS}\n"

    found = plan("", both, services__smtps_client_certificates="ask")

    asking = [service.option(ASK) for service in master_of(found).services]
    assert asking == ["yes", "yes"]


def test_a_service_that_is_not_asked_for_is_left_alone() -> None:
    found = plan("", f"{SMTPS}\n", services__smtps=False, services__smtps_client_certificates="ask")

    assert options(found, 465) == (None, None)


def test_without_a_ca_nobody_could_get_in_and_it_is_refused() -> None:
    found = plan(tls__ca_file="", services__smtps_client_certificates="require")

    assert [each.identifier for each in found.refusals] == ["no-ca-for-clients"]


def test_a_directory_of_cas_is_enough() -> None:
    found = plan(
        "smtpd_tls_CApath = /etc/ssl/certs\n",
        tls__ca_file="",
        services__smtps_client_certificates="require",
    )

    assert options(found, 465) == (None, "yes")


def test_that_clients_are_sent_away_is_told() -> None:
    required = identifiers(plan(services__smtps_client_certificates="require"))

    assert "certificates-required" in required
    assert "every-ca-trusted" not in required
    assert "certificates-required" not in identifiers(plan(services__smtps_client_certificates=""))


def test_the_cas_of_the_system_are_no_proof_and_are_warned_of() -> None:
    found = plan("tls_append_default_CA = yes\n", services__smtps_client_certificates="require")

    assert "every-ca-trusted" in identifiers(found)


def test_the_same_answers_change_nothing_more() -> None:
    wanted = answers(services__smtps_client_certificates="require")
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki())

    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).changes == ()

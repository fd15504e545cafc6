"""Services of master.cf that have certificates of their own, beside those of main.cf."""

from pathlib import PurePosixPath

import pytest

from pfwizard.plan.plan import Finding, Plan
from pfwizard.plan.server.layout import PARAMETERS_OF_A_PAIR
from tests.plan.builders import (
    BARE_MASTER,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
)

OLD = PurePosixPath("/etc/ssl/old.pem")
OWN = "/etc/ssl/relay.pem"
OWN_PAIR = f"-o smtpd_tls_cert_file={OWN} -o smtpd_tls_key_file={OWN}"
WITHOUT_EFFECT = "certificate-without-effect"
OVERRIDDEN = "overridden-in-master"


def planned(options: str, main_cf: str = "", layout: str = "auto", command: str = "smtpd") -> Plan:
    """With a second service that has these options."""
    master_cf = f"{BARE_MASTER}2525 inet n - n - - {command} {options}\n"
    facts = machine(STOCK_MAIN + main_cf, master_cf, *guide_pki())
    return plan_for(facts, answers(server__layout=layout))


def option(plan: Plan, name: str) -> str | None:
    (service,) = [each for each in master_of(plan).services if each.name == "2525"]
    return service.option(name)


def found(plan: Plan, identifier: str) -> Finding:
    (finding,) = [each for each in plan.findings if each.identifier == identifier]
    return finding


# --- a chain file in main.cf would override them --------------------------------------------------


@pytest.mark.parametrize("name", sorted(PARAMETERS_OF_A_PAIR))
def test_left_to_us_it_is_a_pair_where_a_service_has_a_certificate_of_its_own(name: str) -> None:
    settings = main_of(planned(f"-o {name}={OWN}"))

    assert settings.get("smtpd_tls_chain_files") is None
    assert settings.get("smtpd_tls_cert_file") == str(SERVER)


@pytest.mark.parametrize("own_chain", ["", "/etc/ssl/relay-chain.pem"])
def test_a_service_that_says_itself_which_chain_it_has_is_no_reason_for_a_pair(
    own_chain: str,
) -> None:
    plan = planned(f"{OWN_PAIR} -o smtpd_tls_chain_files={own_chain}")

    assert main_of(plan).get("smtpd_tls_chain_files") == str(SERVER_KEY)
    assert WITHOUT_EFFECT not in identifiers(plan)


def test_a_service_that_another_entry_overrides_is_no_reason_for_a_pair() -> None:
    master_cf = f"{BARE_MASTER}2525 inet n - n - - smtpd {OWN_PAIR}\n2525 inet n - n - - smtpd\n"

    plan = plan_for(machine(STOCK_MAIN, master_cf), answers(server__layout="auto"))

    assert main_of(plan).get("smtpd_tls_chain_files") == str(SERVER_KEY)


def test_a_chain_that_overrides_them_already_stays() -> None:
    plan = planned(OWN_PAIR, f"smtpd_tls_chain_files = {SERVER_KEY}\n")

    assert main_of(plan).get("smtpd_tls_chain_files") == str(SERVER_KEY)
    assert WITHOUT_EFFECT in identifiers(plan)


def test_where_a_chain_is_asked_for_it_is_told_that_they_have_no_effect() -> None:
    plan = planned(OWN_PAIR, layout="chain")

    finding = found(plan, WITHOUT_EFFECT)
    assert "2525" in finding.message
    assert "smtpd_tls_cert_file and smtpd_tls_key_file" in finding.message
    assert str(SERVER_KEY) in finding.message
    assert 'server.layout = "pair"' in finding.remedy
    assert OVERRIDDEN not in identifiers(plan)


def test_in_a_pair_it_is_told_that_they_have_their_effect() -> None:
    plan = planned(OWN_PAIR)

    assert "smtpd_tls_cert_file and smtpd_tls_key_file" in found(plan, OVERRIDDEN).message
    assert WITHOUT_EFFECT not in identifiers(plan)


@pytest.mark.parametrize("layout", ["auto", "pair", "chain"])
@pytest.mark.parametrize("own", [f"smtpd_tls_cert_file={OWN}", "smtpd_tls_key_file="])
def test_a_second_run_has_nothing_to_do(own: str, layout: str) -> None:
    main_cf = f"{STOCK_MAIN}smtpd_tls_cert_file = {OLD}\n"
    master_cf = f"{BARE_MASTER}2525 inet n - n - - smtpd -o {own}\n"
    facts, wanted = machine(main_cf, master_cf), answers(server__layout=layout)

    after = applied(facts, plan_for(facts, wanted))

    assert plan_for(after, wanted).is_empty


# --- half a pair ----------------------------------------------------------------------------------


def test_a_certificate_of_its_own_keeps_the_key_that_it_has_had() -> None:
    plan = planned(f"-o smtpd_tls_cert_file={OWN}")

    assert main_of(plan).get("smtpd_tls_key_file") == str(SERVER_KEY)
    assert option(plan, "smtpd_tls_key_file") == OWN


def test_a_key_of_its_own_keeps_the_certificate_that_it_has_had() -> None:
    plan = planned(f"-o smtpd_tls_key_file={OWN}", f"smtpd_tls_cert_file = {OLD}\n")

    assert option(plan, "smtpd_tls_cert_file") == str(OLD)


def test_a_service_without_any_of_its_own_gets_none() -> None:
    plan = planned("-o smtpd_tls_loglevel=1", f"smtpd_tls_cert_file = {OLD}\n")

    assert option(plan, "smtpd_tls_cert_file") is None
    assert option(plan, "smtpd_tls_key_file") is None


def test_where_a_chain_counts_nothing_is_completed() -> None:
    plan = planned(f"-o smtpd_tls_cert_file={OWN}", f"smtpd_tls_key_file = {OLD}\n", layout="chain")

    assert option(plan, "smtpd_tls_key_file") is None


def test_from_a_chain_to_a_pair_its_key_is_in_the_same_file_as_by_default() -> None:
    chain = f"smtpd_tls_chain_files = {SERVER_KEY}\nsmtpd_tls_key_file =\n"

    plan = planned(f"-o smtpd_tls_cert_file={OWN}", chain, layout="pair")

    assert option(plan, "smtpd_tls_key_file") == OWN


def test_the_certificate_of_main_cf_named_again_gets_the_key_of_main_cf() -> None:
    plan = planned(f"-o smtpd_tls_cert_file={SERVER}")

    assert option(plan, "smtpd_tls_key_file") is None

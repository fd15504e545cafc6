"""What the plan does about relaying: users who log in may, strangers never."""

from pathlib import PurePosixPath

import pytest

from pfwizard.machine.effective import Effective, Smtpd
from pfwizard.plan.plan import Plan, Severity
from pfwizard.plan.relay.open_relay import Ruling, is_closed, ruling
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    file,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
)

RELAY, RECIPIENT = "smtpd_relay_restrictions", "smtpd_recipient_restrictions"
GUIDES_LINE = "permit_mynetworks permit_sasl_authenticated"


def plan(main_cf: str, master_cf: str = STOCK_MASTER, **overrides: object) -> Plan:
    return plan_for(machine(main_cf, master_cf, *guide_pki()), answers(**overrides))


def refusals(found: Plan) -> list[str]:
    return [finding.identifier for finding in found.refusals]


def test_the_guides_line_is_written_where_there_is_none() -> None:
    assert main_of(plan(STOCK_MAIN)).get(RECIPIENT) == GUIDES_LINE


def test_a_relay_list_that_is_in_order_is_not_touched() -> None:
    assert main_of(plan(STOCK_MAIN)).get(RELAY) == f"{GUIDES_LINE} defer_unauth_destination"


def test_an_operators_checks_survive_in_their_order() -> None:
    checks = (
        "smtpd_recipient_restrictions =\n"
        "    check_client_access hash:/etc/postfix/clients,\n"
        "    permit_mynetworks,\n"
        "    reject_rbl_client zen.example.org,\n"
        "    # a comment in the middle\n"
        "    reject_rbl_client bl.example.org\n"
    )

    main_cf = plan(STOCK_MAIN + checks).main_cf.decode()

    assert (
        checks.replace(
            "    permit_mynetworks,\n", "    permit_mynetworks,\n    permit_sasl_authenticated,\n"
        )
        in main_cf
    )


def test_a_spelling_that_says_the_same_is_not_touched() -> None:
    line = "smtpd_recipient_restrictions = permit_mynetworks,permit_sasl_authenticated,reject\n"

    assert line in plan(STOCK_MAIN + line).main_cf.decode()


def test_references_stay_references() -> None:
    more = "smtpd_recipient_restrictions = $ours, reject\nours = permit_mynetworks\n"

    value = main_of(plan(STOCK_MAIN + more)).get(RECIPIENT)

    assert value == "$ours, permit_sasl_authenticated, reject"


def test_a_class_that_would_stop_a_user_comes_behind_the_permit() -> None:
    more = (
        "smtpd_restriction_classes = blocklists\n"
        "blocklists = reject_rbl_client zen.example.org\n"
        "smtpd_recipient_restrictions = blocklists\n"
    )

    assert main_of(plan(STOCK_MAIN + more)).get(RECIPIENT) == f"{GUIDES_LINE} blocklists"


LEVEL_0 = "mynetworks = 127.0.0.0/8\n"


def test_at_compatibility_level_0_what_refuses_strangers_is_added() -> None:
    found = plan(LEVEL_0)

    assert main_of(found).get(RELAY) == f"{GUIDES_LINE} reject_unauth_destination"
    assert "relay-restrictions-added" in identifiers(found)


@pytest.mark.parametrize("level", ["1", "2", "3.6"])
def test_from_level_1_on_postfixs_own_default_is_enough(level: str) -> None:
    found = plan(f"compatibility_level = {level}\n")

    assert main_of(found).get(RELAY) is None
    assert "relay-restrictions-added" not in identifiers(found)


def test_an_empty_relay_list_is_filled() -> None:
    found = plan(f"compatibility_level = 3.6\n{RELAY} =\n")

    assert main_of(found).get(RELAY) == f"{GUIDES_LINE} reject_unauth_destination"


def test_a_relay_list_that_refuses_nobody_is_completed_for_users_and_strangers() -> None:
    found = plan(f"{RELAY} = permit_mynetworks\n")

    assert main_of(found).get(RELAY) == f"{GUIDES_LINE} reject_unauth_destination"


def test_a_relay_list_that_is_completed_keeps_its_references() -> None:
    found = plan(f"{RELAY} = $ours\nours = {GUIDES_LINE}\n")

    assert main_of(found).get(RELAY) == "$ours reject_unauth_destination"


def test_a_refusal_that_only_warns_is_none() -> None:
    found = plan(f"{RELAY} = permit_mynetworks, warn_if_reject reject_unauth_destination\n")

    value = main_of(found).get(RELAY)
    assert value is not None and value.endswith(", reject_unauth_destination")


def test_a_policy_in_the_recipient_list_alone_is_left_there() -> None:
    found = plan(f"{RELAY} =\n{RECIPIENT} = permit_mynetworks, reject_unauth_destination\n")

    assert main_of(found).get(RELAY) == ""
    assert main_of(found).get(RECIPIENT) == (
        "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"
    )


def test_users_are_permitted_by_a_relay_list_that_would_refuse_them() -> None:
    found = plan(f"{RELAY} = permit_mynetworks, reject_unauth_destination\n")

    assert main_of(found).get(RELAY) == (
        "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"
    )
    assert "logged-in-users-permitted" in identifiers(found)


@pytest.mark.parametrize("name", [RELAY, RECIPIENT])
def test_a_permit_behind_the_refusal_does_not_count(name: str) -> None:
    found = plan(f"{name} = reject_unauth_destination, permit_sasl_authenticated\n{LEVEL_0}")

    value = main_of(found).get(name) or ""
    assert value.index("permit_sasl_authenticated") < value.index("reject_unauth_destination")


@pytest.mark.parametrize(
    "main_cf",
    [
        STOCK_MAIN,
        LEVEL_0,
        "",
        f"{RELAY} =\n",
        f"{RELAY} = permit_mynetworks\n",
        f"{RELAY} = warn_if_reject reject\n",
        f"{RECIPIENT} = reject_rbl_client zen.example.org\n",
        f"smtpd_restriction_classes = c\nc = reject\n{RELAY} = warn_if_reject c\n",
    ],
)
@pytest.mark.parametrize("sasl", [True, False])
def test_the_result_never_relays_for_strangers(main_cf: str, sasl: bool) -> None:
    facts = machine(main_cf, STOCK_MASTER, *guide_pki())
    found = plan_for(facts, answers(sasl__enabled=sasl, services__submission=True))

    assert not found.refusals
    effective = Effective(main_of(found), facts.postfix.defaults)
    services = master_of(found).services
    assert len(services) == 3
    smtpd = Smtpd(effective, facts.files)
    assert is_closed(smtpd)
    assert all(is_closed(Smtpd(effective.of(service), facts.files)) for service in services)
    for name in (RELAY, RECIPIENT):
        if sasl:
            assert ruling(smtpd, name, logged_in=True) is not Ruling.REFUSED


@pytest.mark.parametrize(
    "permit",
    [
        f"{RELAY} = permit\n",
        f"{RELAY} =\n{RECIPIENT} = permit, reject_unauth_destination\n",
        f"smtpd_restriction_classes = c\nc = permit\n{RELAY} = c, reject_unauth_destination\n",
    ],
)
def test_a_list_that_permits_everyone_is_refused(permit: str) -> None:
    assert refusals(plan(permit)) == ["open-relay"]


def test_a_permit_in_one_list_is_harmless_while_the_other_refuses() -> None:
    assert not plan(f"{STOCK_MAIN}{RECIPIENT} = permit\n").refusals


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "[::]/0", "static:all"])
def test_a_mynetworks_that_holds_everyone_is_refused(networks: str) -> None:
    assert refusals(plan(f"{STOCK_MAIN}mynetworks = {networks}\n")) == ["open-relay-mynetworks"]


@pytest.mark.parametrize(
    "early",
    [
        "smtpd_delay_reject=no\nsmtpd_client_restrictions=reject_unauth_destination\n",
        "smtpd_helo_restrictions=reject_unauth_destination\n",
    ],
)
def test_a_list_that_a_stranger_gets_around_does_not_make_up_for_mynetworks(early: str) -> None:
    found = plan(f"{STOCK_MAIN}{early}mynetworks = 0.0.0.0/0\n")

    assert refusals(found) == ["open-relay-mynetworks"]


def test_a_server_for_every_domain_is_refused() -> None:
    assert refusals(plan(f"{STOCK_MAIN}relay_domains = static:all\n")) == ["open-relay-domains"]


def test_a_table_of_networks_that_holds_everyone_is_refused() -> None:
    table = file(PurePosixPath("/etc/postfix/nets"), b"0.0.0.0/0 x\n")
    main_cf = f"{STOCK_MAIN}mynetworks = cidr:{table.path}\n"

    found = plan_for(machine(main_cf, STOCK_MASTER, *guide_pki(), table))

    assert refusals(found) == ["open-relay-mynetworks"]


def test_a_service_that_lets_no_networks_in_does_not_depend_on_them() -> None:
    closed = f"2525 inet n - n - - smtpd\n  -o {RELAY}=permit_sasl_authenticated,reject\n"
    tables = "  -o mynetworks=hash:/etc/postfix/networks\n"

    assert "mynetworks-not-judged" not in identifiers(
        plan(STOCK_MAIN, BARE_MASTER + closed + tables)
    )


def test_a_services_doubt_is_told_besides_that_of_main_cf() -> None:
    claim = f"{RELAY} = check_sender_access hash:/x, permit_mynetworks, reject\n"
    service = "2525 inet n - n - - smtpd\n  -o mynetworks=hash:/etc/postfix/networks\n"

    found = identifiers(plan(LEVEL_0 + claim, BARE_MASTER + service))

    assert {"relay-rests-on-a-claim", "mynetworks-not-judged"} <= found


@pytest.mark.parametrize(
    ("option", "identifier"),
    [
        (f"-o {RELAY}=permit -o {RECIPIENT}=", "open-relay"),
        (f"-o {RELAY}=$open", "open-relay"),
        ("-o mynetworks=0.0.0.0/0", "open-relay-mynetworks"),
        ("-o policy=permit", "open-relay"),
    ],
)
def test_a_service_that_opens_the_relay_is_refused(option: str, identifier: str) -> None:
    main_cf = f"{LEVEL_0}open = permit\npolicy = permit_mynetworks, reject\n{RELAY} = $policy\n"
    master_cf = f"{BARE_MASTER}2525 inet n - n - - smtpd\n  {option}\n"

    found = plan(main_cf, master_cf, services__smtps=False)

    assert refusals(found) == [identifier]
    assert "2525" in found.refusals[0].message


@pytest.mark.parametrize(
    "option",
    [f"-o {RELAY}= -o {RECIPIENT}=", f"-o smtpd_client_restrictions=reject -o {RELAY}="],
)
def test_a_service_that_smtpd_would_not_start_is_warned_of(option: str) -> None:
    found = plan(STOCK_MAIN, f"{BARE_MASTER}2525 inet n - n - - smtpd\n  {option}\n")

    warnings = [f for f in found.findings if f.identifier == "service-cannot-start"]
    assert len(warnings) == 1
    assert warnings[0].severity is Severity.WARNING
    assert "2525" in warnings[0].message


def test_one_cause_in_main_cf_is_reported_once() -> None:
    found = plan(
        f"{RELAY} = permit\n", f"{BARE_MASTER}2525 inet n - n - - smtpd\n  -o syslog_name=x\n"
    )

    assert refusals(found) == ["open-relay"]


@pytest.mark.parametrize("check", ["check_sender_access hash:/x", "check_helo_access hash:/x"])
def test_a_refusal_behind_what_a_client_claims_is_warned_of(check: str) -> None:
    found = plan(f"{RELAY} =\n{RECIPIENT} = {check}, reject_unauth_destination\n")

    assert "relay-rests-on-a-claim" in identifiers(found)


def test_a_claim_is_harmless_while_another_list_refuses_first() -> None:
    found = plan(f"{STOCK_MAIN}{RECIPIENT} = check_sender_access hash:/x, reject\n")

    assert "relay-rests-on-a-claim" not in identifiers(found)


def test_without_sasl_nothing_is_permitted_to_users() -> None:
    found = plan(STOCK_MAIN, sasl__enabled=False)

    assert main_of(found).get(RECIPIENT) is None

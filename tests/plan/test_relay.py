"""Would a configuration relay a stranger's mail? The walk through smtpd's lists."""

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS
from pfwizard.plan.effective import Effective
from pfwizard.plan.relay import (
    RELAY_LISTS,
    Ruling,
    admits_everyone,
    can_refuse,
    is_closed,
    ruling,
)

RELAY, RECIPIENT = "smtpd_relay_restrictions", "smtpd_recipient_restrictions"


def lists(main_cf: str, service: str = "") -> Effective:
    effective = Effective(MainCf.parse(main_cf.encode()), BUILT_IN_DEFAULTS)
    if not service:
        return effective
    header = "smtp inet n - n - - smtpd"
    master = MasterCf.parse(f"{header}\n  {service}\n".encode())
    return effective.of(master.services[0])


def relay(value: str, more: str = "") -> Effective:
    return lists(f"{RELAY} = {value}\n{more}")


@pytest.mark.parametrize(
    "value",
    [
        "reject_unauth_destination",
        "defer_unauth_destination",
        "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
        "permit_auth_destination reject",
        "defer",
        "defer_if_permit",
        "reject_rbl_client zen.example.org, check_client_access hash:/x, reject",
        "check_policy_service { inet:127.0.0.1:10023, default_action = DUNNO } reject",
        "warn_if_reject reject_rbl_client zen.example.org, reject_unauth_destination",
        "warn_if_reject reject_unauth_destination, reject_unauth_destination",
    ],
)
def test_a_list_refuses_strangers(value: str) -> None:
    assert ruling(relay(value), RELAY) is Ruling.REFUSED


@pytest.mark.parametrize(
    "value",
    [
        "",
        "permit_mynetworks permit_sasl_authenticated",
        "warn_if_reject reject_unauth_destination",
        "warn_if_reject reject",
        "reject_rbl_client zen.example.org",
    ],
)
def test_a_list_decides_nothing_about_strangers(value: str) -> None:
    assert ruling(relay(value), RELAY) is Ruling.UNDECIDED


@pytest.mark.parametrize("value", ["permit", "permit, reject", "PERMIT reject", "sleep 1, permit"])
def test_a_list_permits_strangers_before_it_refuses_them(value: str) -> None:
    assert ruling(relay(value), RELAY) is Ruling.PERMITTED


CLASSES = """
smtpd_restriction_classes = strict, open, idle, outer
strict = reject_rbl_client zen.example.org, reject_unauth_destination
open = permit
idle = permit_mynetworks
outer = strict
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("strict", Ruling.REFUSED),
        ("open, reject_unauth_destination", Ruling.PERMITTED),
        ("idle, reject_unauth_destination", Ruling.REFUSED),
        ("outer", Ruling.REFUSED),
        ("warn_if_reject strict", Ruling.UNDECIDED),
        ("warn_if_reject outer", Ruling.UNDECIDED),
        ("warn_if_reject open", Ruling.PERMITTED),
        ("warn_if_reject strict, reject", Ruling.REFUSED),
    ],
)
def test_restriction_classes_are_followed(value: str, expected: Ruling) -> None:
    assert ruling(relay(value, CLASSES), RELAY) is expected


def test_a_class_that_holds_itself_decides_nothing() -> None:
    circle = "smtpd_restriction_classes = a b\na = b b b\nb = a a a\n"

    assert ruling(relay("a", circle), RELAY) is Ruling.UNDECIDED


def test_references_are_expanded() -> None:
    assert ruling(relay("$policy", "policy = permit_mynetworks, reject\n"), RELAY) is Ruling.REFUSED


@pytest.mark.parametrize(
    ("level", "refuses"), [("0", False), ("1", True), ("2", True), ("3.6", True), ("3.11", True)]
)
def test_the_default_relay_list_depends_on_the_compatibility_level(
    level: str, refuses: bool
) -> None:
    assert can_refuse(lists(f"compatibility_level = {level}\n")) is refuses


def test_an_empty_relay_list_refuses_nobody() -> None:
    assert not can_refuse(lists(f"compatibility_level = 3.6\n{RELAY} =\n"))


def test_the_recipient_list_alone_is_enough() -> None:
    main_cf = f"{RELAY} =\n{RECIPIENT} = permit_mynetworks, reject_unauth_destination\n"

    assert can_refuse(lists(main_cf))


@pytest.mark.parametrize("order", [RELAY_LISTS, RELAY_LISTS[::-1]])
def test_a_permit_in_one_list_does_not_end_the_other(order: tuple[str, str]) -> None:
    permitting, refusing = order

    effective = lists(f"{permitting} = permit\n{refusing} = reject_unauth_destination\n")

    assert is_closed(effective)


def test_an_unconditional_refusal_in_the_client_list_closes_the_service() -> None:
    options = "-o smtpd_client_restrictions=permit_sasl_authenticated,reject"

    assert is_closed(lists(f"{RELAY} = permit\n", options))


def test_smtpd_wants_a_refusal_in_one_of_the_two_relay_lists() -> None:
    options = "-o smtpd_client_restrictions=reject -o smtpd_relay_restrictions="

    assert not can_refuse(lists("", options))


def test_a_services_options_beat_main_cf() -> None:
    closed = f"{RELAY} = reject_unauth_destination\n"

    assert not is_closed(lists(closed, f"-o {RELAY}=permit"))


def test_an_empty_option_takes_a_list_away() -> None:
    closed = f"{RELAY} = reject_unauth_destination\n"

    assert not is_closed(lists(closed, f"-o {RELAY}="))


@pytest.mark.parametrize(
    "networks",
    [
        "0.0.0.0/0",
        "127.0.0.0/8, 0.0.0.0/0",
        "127.0.0.0/8 [::]/0",
        "0.0.0.0/1 128.0.0.0/1",
        "[2000::]/3",
        "static:all",
        "$wide",
        "!192.0.2.0/24 0.0.0.0/0",
    ],
)
def test_everyone_is_in_a_wide_mynetworks(networks: str) -> None:
    effective = lists(f"mynetworks = {networks}\nwide = 0.0.0.0/0\n")

    assert admits_everyone(effective)


@pytest.mark.parametrize(
    "networks",
    [
        "",
        "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128",
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
        "192.0.2.7",
        "hash:/etc/postfix/networks",
        "/etc/postfix/networks",
        "!0.0.0.0/0",
        "!static:all",
    ],
)
def test_nobody_unknown_is_in_a_mynetworks_of_ones_own(networks: str) -> None:
    assert not admits_everyone(lists(f"mynetworks = {networks}\n"))


def test_a_wide_mynetworks_permits_strangers_where_the_list_asks_for_it() -> None:
    wide = "mynetworks = 0.0.0.0/0\n"

    assert ruling(relay("permit_mynetworks, reject", wide), RELAY) is Ruling.PERMITTED
    assert ruling(relay("reject", wide), RELAY) is Ruling.REFUSED

"""Would a configuration relay a stranger's mail? The walk through smtpd's lists."""

from pathlib import PurePosixPath

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.effective import Effective, Smtpd
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS
from pfwizard.plan.relay.mynetworks import admits_everyone, not_judged
from pfwizard.plan.relay.open_relay import (
    DOMAINS,
    LISTS,
    RELAY_LISTS,
    Ruling,
    can_refuse,
    is_closed,
    is_closed_to_mynetworks,
    owns_every_domain,
    ruling,
    takes_mail_of_strangers,
)
from tests.plan.builders import file

RELAY, RECIPIENT = "smtpd_relay_restrictions", "smtpd_recipient_restrictions"


NETWORKS = PurePosixPath("/etc/postfix/networks")


def lists(main_cf: str, service: str = "", networks: str | None = None) -> Smtpd:
    effective = Effective(MainCf.parse(main_cf.encode()), BUILT_IN_DEFAULTS)
    files = {} if networks is None else {NETWORKS: file(NETWORKS, networks.encode())}
    if not service:
        return Smtpd(effective, files)
    header = "smtp inet n - n - - smtpd"
    master = MasterCf.parse(f"{header}\n  {service}\n".encode())
    return Smtpd(effective.of(master.services[0]), files)


def relay(value: str, more: str = "") -> Smtpd:
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
    assert can_refuse(lists(f"compatibility_level = {level}\n").effective) is refuses


def test_an_empty_relay_list_refuses_nobody() -> None:
    assert not can_refuse(lists(f"compatibility_level = 3.6\n{RELAY} =\n").effective)


def test_the_recipient_list_alone_is_enough() -> None:
    main_cf = f"{RELAY} =\n{RECIPIENT} = permit_mynetworks, reject_unauth_destination\n"

    assert can_refuse(lists(main_cf).effective)


@pytest.mark.parametrize("order", [RELAY_LISTS, RELAY_LISTS[::-1]])
def test_a_permit_in_one_list_does_not_end_the_other(order: tuple[str, str]) -> None:
    permitting, refusing = order

    assert is_closed(lists(f"{permitting} = permit\n{refusing} = reject_unauth_destination\n"))


def test_an_unconditional_refusal_in_the_client_list_closes_the_service() -> None:
    options = "-o smtpd_client_restrictions=permit_sasl_authenticated,reject"

    assert is_closed(lists(f"{RELAY} = permit\n", options))


def test_smtpd_wants_a_refusal_in_one_of_the_two_relay_lists() -> None:
    options = "-o smtpd_client_restrictions=reject -o smtpd_relay_restrictions="

    assert not can_refuse(lists("", options).effective)


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
        "unknown",
        "cidr:{{192.0.2.1 x}, {0.0.0.0/0 x}}",
    ],
)
def test_everyone_is_in_a_wide_mynetworks(networks: str) -> None:
    assert admits_everyone(lists(f"mynetworks = {networks}\nwide = 0.0.0.0/0\n"))


@pytest.mark.parametrize(
    "networks",
    [
        "",
        "127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128",
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
        "192.0.2.7",
        "hash:/etc/postfix/networks",
        "/etc/postfix/networks",
        "inline:{0.0.0.0/0=x}",
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


TABLE, FILE = f"cidr:{NETWORKS}", str(NETWORKS)


@pytest.mark.parametrize(
    ("networks", "content"),
    [
        (TABLE, "0.0.0.0/0 x\n"),
        (TABLE, "# ours\n10.0.0.0/8 x\n::/0 x\n"),
        (FILE, "10.0.0.0/8\n0.0.0.0/0\n"),
        (FILE, "10.0.0.0/8 [::]/0\n"),
        (FILE, "static:all\n"),
        (f"!!{FILE}", "0.0.0.0/0\n"),
        (f"hash:/x 127.0.0.0/8 {TABLE}", "0.0.0.0/1 x\n"),
    ],
)
def test_everyone_is_in_a_file_that_mynetworks_names(networks: str, content: str) -> None:
    assert admits_everyone(lists(f"mynetworks = {networks}\n", networks=content))


@pytest.mark.parametrize(
    ("networks", "content"),
    [
        (TABLE, "# 0.0.0.0/0 x\n10.0.0.0/8 0.0.0.0/0\n\n"),
        (FILE, "# 0.0.0.0/0\n10.0.0.0/8, 192.0.2.7\n!0.0.0.0/0\n"),
        (f"!{FILE}", "0.0.0.0/0\n"),
        ("cidr:{{10.0.0.0/8 x}, {192.0.2.7 x}}", ""),
        ("inline:{192.0.2.7=x, {2001:db8::1 = two words}}", ""),
    ],
)
def test_a_file_or_table_of_ones_own_networks_is_judged(networks: str, content: str) -> None:
    smtpd = lists(f"mynetworks = {networks}\n", networks=content)

    assert not admits_everyone(smtpd)
    assert not not_judged(smtpd)


@pytest.mark.parametrize(
    ("networks", "content"),
    [
        ("hash:/etc/postfix/networks", "0.0.0.0/0 x\n"),
        ("inline:{0.0.0.0/0=x}", None),
        ("inline:{unknown=x}", None),
        (TABLE, None),
        (TABLE, "!192.0.2.0/24 x\n"),
        (TABLE, "if 10.0.0.0/8\n10.0.0.0/9 x\nendif\n"),
        (FILE, None),
        (FILE, "pcre:/x\n"),
        (FILE, "/etc/postfix/more\n"),
    ],
)
def test_other_tables_are_not_judged(networks: str, content: str | None) -> None:
    smtpd = lists(f"mynetworks = 127.0.0.0/8 {networks}\n", networks=content)

    assert not admits_everyone(smtpd)
    assert not_judged(smtpd) == (networks,)


def test_a_list_may_be_closed_even_to_mynetworks() -> None:
    assert is_closed_to_mynetworks(relay("permit_sasl_authenticated, reject"))
    assert not is_closed_to_mynetworks(relay("permit_mynetworks, reject"))


@pytest.mark.parametrize(
    "value",
    [
        "permit_mynetworks, reject",
        "permit_mynetworks, permit_sasl_authenticated, reject",
        "check_client_access hash:/partners, reject",
        "permit_mynetworks, defer",
    ],
)
def test_an_internal_relay_takes_no_mail_of_strangers(value: str) -> None:
    assert not takes_mail_of_strangers(relay(value))


@pytest.mark.parametrize(
    ("value", "more"),
    [
        ("permit_mynetworks, reject_unauth_destination", ""),
        ("permit_auth_destination, reject", ""),
        ("permit_mynetworks, warn_if_reject reject, reject_unauth_destination", ""),
        ("permit_mynetworks, reject", "mynetworks = 0.0.0.0/0\n"),
    ],
)
def test_others_do(value: str, more: str) -> None:
    assert takes_mail_of_strangers(relay(value, more))


OPEN = f"{RELAY} = permit\n"
HELO, CLIENT, SENDER = (f"smtpd_{name}_restrictions" for name in ("helo", "client", "sender"))


@pytest.mark.parametrize("name", [CLIENT, SENDER])
@pytest.mark.parametrize(
    ("value", "closes"),
    [
        ("reject_unauth_destination", False),
        ("defer_unauth_destination", False),
        ("permit_auth_destination, reject", True),
        ("defer", True),
        ("reject_unauth_destination, permit, reject", False),
    ],
)
def test_before_the_recipient_only_what_refuses_everything_counts(
    name: str, value: str, closes: bool
) -> None:
    assert is_closed(lists(f"smtpd_delay_reject = no\n{OPEN}{name} = {value}\n")) is closes


@pytest.mark.parametrize("name", [CLIENT, SENDER])
def test_a_delayed_list_knows_the_recipient(name: str) -> None:
    assert is_closed(lists(f"{OPEN}{name} = reject_unauth_destination\n"))


@pytest.mark.parametrize("name", RELAY_LISTS)
def test_the_lists_of_the_recipient_do_not_depend_on_the_delay(name: str) -> None:
    assert is_closed(lists(f"smtpd_delay_reject = no\n{OPEN}{name} = reject_unauth_destination\n"))


@pytest.mark.parametrize(
    ("value", "more", "closes"),
    [
        ("reject", "", False),
        ("reject_unauth_destination", "", False),
        ("reject_unauth_destination", "smtpd_helo_required = yes\n", True),
        ("reject", "smtpd_helo_required = yes\nsmtpd_delay_reject = no\n", True),
        (
            "reject_unauth_destination",
            "smtpd_helo_required = yes\nsmtpd_delay_reject = no\n",
            False,
        ),
    ],
)
def test_a_client_may_leave_out_its_helo_unless_it_is_required(
    value: str, more: str, closes: bool
) -> None:
    assert is_closed(lists(f"{OPEN}{HELO} = {value}\n{more}")) is closes


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("value", ["static:all", "example.org, proxy:static:all", "$all"])
def test_where_every_domain_is_ours_nothing_is_an_unauthorized_destination(
    name: str, value: str
) -> None:
    every = f"{name} = {value}\nall = static:all\n"

    assert owns_every_domain(lists(every).effective)
    assert not is_closed(relay("reject_unauth_destination", every))
    assert not is_closed(relay("permit_auth_destination, reject", every))
    assert is_closed(relay("reject_unauth_destination, reject", every))


def test_a_services_own_domains_count_for_nothing() -> None:
    main_cf = f"{RELAY} = reject_unauth_destination\nrelay_domains = static:all\n"

    assert not is_closed(lists(main_cf, "-o relay_domains="))
    assert is_closed(lists(f"{RELAY} = reject\n", "-o relay_domains=static:all"))


def test_a_server_that_collects_all_mail_in_one_mailbox_lets_none_out() -> None:
    assert is_closed(relay("reject_unauth_destination", "virtual_alias_maps = static:me\n"))


def test_lists_before_the_recipient_are_the_first_three() -> None:
    assert set(LISTS) - set(RELAY_LISTS) == {CLIENT, HELO, SENDER}

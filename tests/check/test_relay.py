"""Who may relay: networks of containers, long lists of networks, and lists that never end."""

import ipaddress
from pathlib import PurePosixPath

import pytest

from pfwizard.plan.relay import mynetworks
from tests.check.builders import found, identifiers, main_cf
from tests.plan.builders import file, with_files


@pytest.mark.parametrize(
    ("network", "is_told"),
    [
        ("172.16.0.0/12", True),
        ("172.16.0.0/15", True),
        ("172.17.0.0/16", True),
        ("172.31.0.0/16", True),
        ("172.16.0.0/16", False),
        ("172.16.0.0/17", False),
        ("172.17.0.0/24", False),
        ("172.32.0.0/16", False),
        ("[2001:db8::]/32", False),
    ],
)
def test_the_networks_of_containers_begin_with_172_17(network: str, is_told: bool) -> None:
    facts = main_cf(f"mynetworks = 127.0.0.0/8 {network}\n")

    assert bool(found(facts, "mynetworks-of-containers")) is is_told


@pytest.mark.parametrize("table", ["/etc/postfix/ours", "cidr:/etc/postfix/ours"])
def test_each_network_in_a_file_is_looked_at_once(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def ip_network(network: str, strict: bool) -> object:
        looked_at.append(network)
        return ipaddress.IPv4Network(network, strict)

    monkeypatch.setattr(mynetworks, "ip_network", ip_network)
    content = "".join(f"10.{len(table)}.{number}.0/24\n" for number in range(50))
    ours = file(PurePosixPath("/etc/postfix/ours"), content.encode())
    identifiers(with_files(main_cf(f"mynetworks = {table}\n"), ours))

    assert looked_at == content.split()


def test_networks_of_ipv6_without_brackets_are_not_looked_at_for_every_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def is_excluded(element: str) -> bool:
        asked.append(element)
        return False

    monkeypatch.setattr(mynetworks, "_is_excluded", is_excluded)
    elements = [f"2001:db8:{number:x}::/48" for number in range(50)]
    found(main_cf(f"mynetworks = {' '.join(elements)}\n"), "open-relay")

    assert len(asked) <= 2 * len(elements)


def test_a_file_of_networks_may_let_everybody_in() -> None:
    ours = file(PurePosixPath("/etc/postfix/ours"), b"# ours\n10.0.0.0/8 192.0.2.1\n0.0.0.0/0\n")

    assert found(
        with_files(main_cf("mynetworks = /etc/postfix/ours\n"), ours), "open-relay-mynetworks"
    )


@pytest.mark.parametrize(
    "lists",
    [
        "smtpd_relay_restrictions = permit, reject_unauth_destination\n",
        (
            "smtpd_relay_restrictions =\n"
            "smtpd_recipient_restrictions = permit, reject_unauth_destination\n"
        ),
    ],
)
def test_a_permit_that_opens_the_relay_is_told_once(lists: str) -> None:
    told = identifiers(main_cf(lists))

    assert "open-relay" in told
    assert "restriction-never-asked" not in told


def test_a_permit_that_opens_nothing_is_told_for_what_is_behind_it() -> None:
    facts = main_cf("smtpd_recipient_restrictions = permit, reject_unknown_sender_domain\n")

    assert "restriction-never-asked" in identifiers(facts)
    assert "open-relay" not in identifiers(facts)


def classes(named: int, lists: dict[int, str], end: str) -> str:
    names = [f"class{number}" for number in range(named + 1)]
    return (
        f"smtpd_restriction_classes = {' '.join(names)}\n"
        + "".join(f"class{number} = {text}\n" for number, text in lists.items())
        + f"class{named} = {end}\n"
        "smtpd_relay_restrictions =\n"
        "smtpd_recipient_restrictions = class0, reject_unauth_destination\n"
    )


@pytest.mark.parametrize(("end", "is_open"), [("permit", True), ("permit_mynetworks", False)])
@pytest.mark.parametrize("text", ["class{0}", "class{0} class{0}"], ids=["once", "twice"])
def test_classes_that_lead_to_others_are_followed_to_the_end(
    text: str, end: str, is_open: bool
) -> None:
    lists = {number: text.format(number + 1) for number in range(1000)}

    assert bool(found(main_cf(classes(1000, lists, end)), "open-relay")) is is_open


def test_classes_in_a_circle_decide_nothing() -> None:
    circle = classes(1, {0: "class1"}, "class0, permit_mynetworks")

    assert found(main_cf(circle), "open-relay") == []


def test_a_class_that_was_only_warned_of_may_decide_later() -> None:
    warned = "warn_if_reject class0, class0, permit"
    main = (
        "smtpd_restriction_classes = class0\nclass0 = reject_unauth_destination\n"
        f"smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = {warned}\n"
    )

    assert found(main_cf(main), "open-relay") == []
    assert found(main_cf(main.replace(" class0, permit", " permit")), "open-relay")

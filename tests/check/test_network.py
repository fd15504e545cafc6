"""Whether Postfix can listen where inet_interfaces and inet_protocols tell it to."""

import ipaddress
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.machine.addresses import Address, local_addresses
from pfwizard.machine.facts import Facts
from tests.check.builders import main_cf
from tests.plan.builders import NOW, file, with_files

HOSTS = file(
    PurePosixPath("/etc/hosts"),
    b"127.0.0.1 localhost\n127.0.1.1 mail.example.org mail\n::1 localhost # all of it\n"
    b"192.0.2.25 mx.example.org\n",
)
OWN = ("127.0.0.1", "::1", "192.0.2.25", "2001:db8::25")
WITHOUT_IPV6 = ("127.0.0.1", "192.0.2.25")


def on(*addresses: str) -> frozenset[Address]:
    return frozenset(map(ipaddress.ip_address, addresses))


def findings(text: str, own: frozenset[Address] | None = on(*OWN)) -> dict[str, str]:
    facts: Facts = with_files(main_cf(text), HOSTS)
    checked = check(replace(Inspection(facts, NOW), addresses=own))
    told = [each for each in checked.findings if each.identifier.startswith("inet-")]
    return {each.identifier: each.message for each in told}


@pytest.mark.parametrize(
    "value",
    [
        *("all", "loopback-only", "localhost", "LOCALHOST", "127.0.0.1, [::1]", "2001:db8::25"),
        *("mx.example.org", "localhost, mx.example.org", "known.to.the.dns", "almond"),
    ],
)
def test_postfix_can_listen_there(value: str) -> None:
    assert findings(f"inet_interfaces = {value}\n") == {}


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("", "is empty"),
        ("al", "all and loopback-only are the words"),
        ("loopback", "all and loopback-only are the words"),
        ("LOOPBACK-ONLY", "in small letters and alone"),
        ("all, 127.0.0.1", "in small letters and alone"),
        ("127.0.0.1:25", "neither an address nor a host name"),
        ("127.0.0.0/8", "neither an address nor a host name"),
        ("!127.0.0.1", "neither an address nor a host name"),
        ("hash:/etc/postfix/interfaces", "neither an address nor a host name"),
        ("192.0.2.77", "has 192.0.2.77, which no interface"),
        ("[2001:db8::77]", "has [2001:db8::77], which no interface"),
        ("mail, localhost", "by /etc/hosts 127.0.1.1, which no interface"),
    ],
)
def test_postfix_cannot_listen_there(value: str, named: str) -> None:
    assert named in findings(f"inet_interfaces = {value}\n")["inet-interfaces-wrong"]


def test_localhost_has_an_address_of_ipv6_that_is_nowhere() -> None:
    found = findings("inet_interfaces = localhost\n", on(*WITHOUT_IPV6))

    assert "by /etc/hosts ::1" in found["inet-interfaces-wrong"]


def test_addresses_of_a_version_that_is_left_out_are_not_asked_for() -> None:
    main = "inet_interfaces = localhost\ninet_protocols = ipv4\n"

    assert findings(main, on(*WITHOUT_IPV6)) == {}


def test_an_address_of_a_version_that_is_left_out_is_told() -> None:
    found = findings("inet_interfaces = ::1\ninet_protocols = ipv4\n")

    assert "leaves out its version of IP" in found["inet-interfaces-wrong"]


def test_whose_addresses_are_not_known_of_those_nothing_is_said() -> None:
    assert findings("inet_interfaces = 2001:db8::77, mail\ninet_protocols = ipv6\n", None) == {}


@pytest.mark.parametrize("value", ["ipv5", "IPV4", "all, IPv6", "ipv4;ipv6", "yes"])
def test_a_version_that_postfix_does_not_know_is_told(value: str) -> None:
    assert "inet-protocols-wrong" in findings(f"inet_protocols = {value}\n")


@pytest.mark.parametrize("value", ["all", "ipv4", "ipv6", "ipv4, ipv6", "all, ipv4"])
def test_a_version_that_postfix_knows_is_right(value: str) -> None:
    assert findings(f"inet_protocols = {value}\n") == {}


def test_a_version_of_which_the_machine_has_no_address_is_told() -> None:
    found = findings("inet_protocols = ipv6\n", on(*WITHOUT_IPV6))

    assert "no interface of this machine" in found["inet-protocols-wrong"]


def test_a_comment_behind_the_value_is_told_once() -> None:
    facts = main_cf("inet_protocols = ipv4 # for now\n")
    told = {each.identifier: each for each in check(Inspection(facts, NOW)).findings}

    assert "line of its own" in told["inet-protocols-wrong"].remedy
    assert "inline-comment" not in told


def test_this_machine_has_addresses() -> None:
    assert local_addresses() or local_addresses() is None

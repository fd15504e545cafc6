"""Two services of master.cf that listen on the same port of the same address."""

from pathlib import PurePosixPath

import pytest

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.machine.platforms.recognition import recognise
from tests.plan.builders import BARE_MASTER, DEBIAN_12, NOW, STOCK_MAIN, file, machine, with_files

HOSTS = file(
    PurePosixPath("/etc/hosts"), b"127.0.0.1 localhost\n::1 localhost\n192.0.2.25 mx.example.org\n"
)
OLD, NEW = "3.5.25", "3.6.0"

TAKEN, DEALT, DIVIDED = "port-taken-twice", "port-dealt-out", "port-divided"


def findings(
    *names: str, version: str = NEW, main: str = "", platform: dict[str, str] | None = None
) -> dict[str, str]:
    """What is said of services with these names, by rule."""
    entries = "".join(f"{name} inet n - n - - smtpd\n" for name in names)
    facts = machine(
        STOCK_MAIN + main,
        BARE_MASTER + entries,
        version=version,
        platform=recognise(platform) if platform else DEBIAN_12,
    )
    checked = check(Inspection(with_files(facts, HOSTS), NOW))
    rules = (TAKEN, DEALT, DIVIDED)
    return {each.identifier: each.message for each in checked.findings if each.identifier in rules}


ONE_OF_ALL = [
    ("465", "127.0.0.1:465"),
    ("127.0.0.1:465", "465"),
    ("smtps", "[::1]:submissions"),
    ("0.0.0.0:465", "192.0.2.25:465"),
    ("465", "mx.example.org:465"),
]
THE_SAME = [
    ("465", "0.0.0.0:465"),
    ("[::]:465", "465"),
    ("localhost:465", "127.0.0.1:465"),
    ("mx.example.org:465", "192.0.2.25:465"),
]
APART = [
    ("127.0.0.1:465", "127.0.0.2:465"),
    ("0.0.0.0:465", "[::]:465"),
    ("0.0.0.0:465", "[::1]:465"),
    ("465", "127.0.0.1:587"),
    ("127.0.0.1:465", "known.to.the.dns:465"),
]


@pytest.mark.parametrize("names", [*ONE_OF_ALL, *THE_SAME], ids=" ".join)
def test_up_to_postfix_3_5_the_port_cannot_be_opened_twice(names: tuple[str, str]) -> None:
    assert findings(*names, version=OLD).keys() == {TAKEN}


@pytest.mark.parametrize("names", ONE_OF_ALL, ids=" ".join)
def test_from_3_6_on_the_more_exact_one_answers(names: tuple[str, str]) -> None:
    assert findings(*names).keys() == {DIVIDED}


@pytest.mark.parametrize("names", THE_SAME, ids=" ".join)
def test_from_3_6_on_clients_of_one_address_are_dealt_out(names: tuple[str, str]) -> None:
    assert findings(*names).keys() == {DEALT}


@pytest.mark.parametrize("names", APART, ids=" ".join)
@pytest.mark.parametrize("version", [OLD, NEW])
def test_nothing_is_said_of_services_that_do_not_meet(names: tuple[str, str], version: str) -> None:
    assert findings(*names, version=version) == {}


def test_one_without_an_address_is_where_inet_interfaces_says() -> None:
    names = ("465", "127.0.0.1:465")

    assert findings(*names, main="inet_interfaces = loopback-only\n").keys() == {DEALT}
    assert findings(*names, main="inet_interfaces = mx.example.org, localhost\n").keys() == {DEALT}
    assert findings(*names, main="inet_interfaces = mx.example.org\n") == {}


def test_what_inet_protocols_leaves_out_is_no_address() -> None:
    assert findings("465", "[::1]:465", main="inet_protocols = ipv4\n") == {}


def test_a_service_that_is_switched_off_takes_no_port() -> None:
    off = "master_service_disable = 127.0.0.1:465/inet\n"

    assert findings("465", "127.0.0.1:465", version=OLD, main=off) == {}


def test_of_two_entries_for_one_name_the_last_alone_opens_the_port() -> None:
    assert findings("smtps", "submissions", version=OLD) == {}


def test_the_bsds_have_always_let_one_address_beside_all_of_them() -> None:
    freebsd = {"ID": "freebsd", "VERSION_ID": "14.1"}

    assert findings("465", "127.0.0.1:465", version=OLD, platform=freebsd).keys() == {DIVIDED}
    assert findings("465", "0.0.0.0:465", version=OLD, platform=freebsd).keys() == {TAKEN}


def test_both_entries_and_the_address_are_named() -> None:
    facts = machine(
        STOCK_MAIN, f"{BARE_MASTER}127.0.0.1:465 inet n - n - - smtpd\n465 inet n - n - - smtpd\n"
    )

    (found,) = [e for e in check(Inspection(facts, NOW)).findings if e.identifier == DIVIDED]

    assert str(found.place) == "/etc/postfix/master.cf:2"
    assert found.place.service == "127.0.0.1:465/inet"
    assert found.message.startswith(
        "listens on port 465 of 127.0.0.1, and so does 465 in line 3: the one with the address"
    )


def test_all_addresses_are_called_so() -> None:
    message = findings("465", "0.0.0.0:465", "[::]:465", version=OLD)[TAKEN]

    assert "of every IPv4 address, and" in message or "of every IPv6 address, and" in message

"""Ports that Postfix cannot have, although a rehearsal on other ports finds no fault."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pfwizard.plan.shared_ports import Consequence
from pfwizard.prove.rehearsing.taken_ports import taken_ports
from pfwizard.prove.verdict import Verdict
from tests.plan import builders

EVERYWHERE = {"inet_interfaces": "all", "inet_protocols": "ipv4"}
BEFORE = builders.machine(defaults=EVERYWHERE)


@contextmanager
def listener(address: str) -> Iterator[int]:
    """Another program at a port of this address; gives the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        port: int = server.getsockname()[1]
        yield port


def told(name: str, **parameters: str) -> list[str]:
    """What is said of a service of this name that is new."""
    master = f"{builders.BARE_MASTER}{name} inet n - n - - smtpd\n"
    planned = builders.machine(master_cf=master, defaults={**EVERYWHERE, **parameters})
    return [outcome.detail for outcome in taken_ports(BEFORE, planned)]


def test_a_free_port_is_no_problem() -> None:
    with listener("127.0.0.1") as port:
        pass

    assert told(f"127.0.0.1:{port}") == []


def test_a_port_that_another_program_has_on_one_address_is_taken_for_all_of_them() -> None:
    with listener("127.0.0.1") as port:
        assert told(str(port)) == [f"another program listens on port {port} already"]


def test_a_port_that_another_program_has_on_ipv6_alone_is_taken() -> None:
    with listener("::1") as port:
        assert told(str(port), inet_protocols="all") == [
            f"another program listens on port {port} already"
        ]


def test_what_listens_on_ipv6_is_no_matter_where_postfix_does_not() -> None:
    with listener("::1") as port:
        assert told(str(port), inet_protocols="ipv4") == []


def test_what_listens_on_an_address_that_postfix_leaves_alone_is_no_matter() -> None:
    with listener("127.0.0.2") as port:
        assert told(str(port), inet_interfaces="loopback-only") == []


def test_an_address_that_this_host_lacks_is_named() -> None:
    assert told("192.0.2.77:2525") == ["this host does not have the address 192.0.2.77"]


def test_a_port_is_known_by_the_name_that_the_host_has_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with listener("127.0.0.1") as port:
        monkeypatch.setattr(socket, "getservbyname", lambda name, protocol: port)

        assert told("127.0.0.1:our-smtp") == [f"another program listens on port {port} already"]


def test_a_name_that_stands_for_no_port_is_told() -> None:
    assert told("no-such-port") == ["this host knows no port called no-such-port"]


def test_a_port_that_a_stopped_postfix_could_not_have_before_is_told_and_no_fault_of_the_plan() -> (
    None
):
    with listener("127.0.0.1") as port:
        facts = builders.machine(
            master_cf=f"127.0.0.1:{port} inet n - n - - smtpd\n",
            defaults=EVERYWHERE,
            is_running=False,
        )

        (told_of,) = taken_ports(facts, facts)
        assert told_of.verdict is Verdict.SKIPPED
        assert f"another program listens on port {port} already" in told_of.detail


def test_a_port_that_postfix_has_already_is_its_own() -> None:
    with listener("127.0.0.1") as port:
        facts = builders.machine(
            master_cf=f"127.0.0.1:{port} inet n - n - - smtpd\n", defaults=EVERYWHERE
        )

        assert list(taken_ports(facts, facts)) == []


@pytest.mark.parametrize(("version", "is_told"), [("3.5.25", True), ("3.6.0", False)])
def test_two_services_that_want_the_same_port_are_told_where_postfix_ends_with_them(
    version: str, is_told: bool
) -> None:
    master = "".join(f"{name} inet n - n - - smtpd\n" for name in ("localhost:2525", "2525"))
    facts = builders.machine(master_cf=master, defaults=EVERYWHERE, version=version)

    details = [outcome.detail for outcome in taken_ports(facts, facts)]

    words = "localhost:2525 listens on port 2525 of 127.0.0.1, and so does 2525 in line 2: "
    assert details == is_told * [f"{words}{Consequence.NO_START.value}"]

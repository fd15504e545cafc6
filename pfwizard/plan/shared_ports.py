"""Services of master.cf that listen on the same port of the same address.

master(8) opens a socket for each address of each service (MASTER_INET_ADDRLIST of master_ent.c),
and goes by names: it does not see that ``465`` and ``127.0.0.1:465`` meet. What comes of it was
tried with Postfix 3.5, 3.7, 3.10 and 3.11 on Linux.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from itertools import combinations

from pfwizard.cf.service import Service
from pfwizard.enumeration import listed
from pfwizard.machine.addresses import VERSIONS, Address, address_in
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import Version
from pfwizard.plan.draft import AnySketch
from pfwizard.plan.plan import refusal
from pfwizard.plan.services import running

SHARING = Version(3, 6)
"""From here on listening sockets have SO_REUSEPORT (HISTORY of Postfix, 20200425)."""

MORE_EXACT_IS_FREE = frozenset({"freebsd", "openbsd", "netbsd"})
"""Where SO_REUSEADDR alone lets a socket have an address beside one that has all of them
(setsockopt(2) of the BSDs); Linux does not (socket(7))."""

EVERYWHERE: tuple[Address, ...] = (IPv4Address(0), IPv6Address(0))
LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

INTERFACES = {"all": EVERYWHERE, "loopback-only": LOOPBACK}
"""The words of inet_interfaces (postconf(5))."""

REMEDY = "Take out the one that is not meant, or give each of them addresses of its own."

Names = Callable[[str], Iterable[Address]]
"""The addresses of a host's name, as far as they are known."""


class Consequence(Enum):
    """What comes of two services that meet."""

    NO_START = "Postfix does not start, and a running one ends with the next reload"
    DEALT_OUT = "the kernel deals out the clients among both, as it likes"
    DIVIDED = "the one with the address answers its clients, and the other one all the rest"


@dataclass(frozen=True)
class Meeting:
    """Two services on one port. ``addresses`` are those on which ``service`` meets ``other``.

    Of two in the order of the file ``service`` is the later one; beside one for all addresses it is
    the one for some of them.
    """

    service: Service
    other: Service
    addresses: tuple[Address, ...]
    consequence: Consequence

    def __str__(self) -> str:
        """Whom it meets, where, and what comes of it."""
        where = listed(map(_written, self.addresses))
        port = self.service.endpoint.port
        other = f"{self.other.name} in line {self.other.line}"
        return f"listens on port {port} of {where}, and so does {other}: {self.consequence.value}"


def of_loopback(name: str) -> tuple[Address, ...]:
    """What is known of names without asking anybody."""
    return LOOPBACK if name == "localhost" else ()


def meetings(
    services: Iterable[Service], effective: Effective, facts: Facts, names: Names = of_loopback
) -> Iterator[Meeting]:
    """Every two of these services that meet."""
    inet = [each for each in services if each.type == "inet"]
    found = {each: frozenset(addresses_of(each, effective, names)) for each in inet}
    for first, second in combinations(inet, 2):
        if first.endpoint.port == second.endpoint.port:
            yield from _meeting(first, second, found, facts)


def addresses_of(service: Service, effective: Effective, names: Names) -> Iterator[Address]:
    """What master(8) listens on for it: the host of its name, or else inet_interfaces."""
    words = [each.lower() for each in effective.elements("inet_protocols")]
    versions = {version for word in words for version in VERSIONS.get(word, ())}
    for each in _hosts(service, effective, names):
        if each.version in versions:
            yield each


def _hosts(service: Service, effective: Effective, names: Names) -> Iterator[Address]:
    host = service.endpoint.host
    for name in [host] if host else effective.elements("inet_interfaces"):
        address = address_in(name)
        if address is not None:
            yield address
        elif not host and name.lower() in INTERFACES:
            yield from INTERFACES[name.lower()]
        else:
            yield from names(name)


def _meeting(
    first: Service, second: Service, found: dict[Service, frozenset[Address]], facts: Facts
) -> Iterator[Meeting]:
    same = found[first] & found[second]
    if same:
        yield Meeting(second, first, _ordered(same), _of_the_same(facts))
        return
    for wide, narrow in ((first, second), (second, first)):
        covered = [each for each in found[narrow] if _is_covered(each, found[wide])]
        if covered:
            yield Meeting(narrow, wide, _ordered(covered), _of_all_and_one(facts))
            return


def _is_covered(address: Address, wide: frozenset[Address]) -> bool:
    """Whether somebody listens on all addresses of its version of IP."""
    return any(each.is_unspecified and each.version == address.version for each in wide)


def _of_the_same(facts: Facts) -> Consequence:
    return Consequence.NO_START if facts.postfix.version < SHARING else Consequence.DEALT_OUT


def _of_all_and_one(facts: Facts) -> Consequence:
    is_free = not MORE_EXACT_IS_FREE.isdisjoint(facts.platform.identifiers)
    if facts.postfix.version >= SHARING or is_free:
        return Consequence.DIVIDED
    return Consequence.NO_START


def _ordered(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(sorted(addresses, key=lambda each: (each.version, int(each))))


def _written(address: Address) -> str:
    if address.is_unspecified:
        return f"every IPv{address.version} address"
    return str(address)


def judge_shared_ports(draft: AnySketch) -> AnySketch:
    """Refuse what ends a running Postfix: nor would it start with the files as they are today."""
    services = running(draft.master, draft.effective)
    for meeting in meetings(services, draft.effective, draft.facts):
        if meeting.consequence is Consequence.NO_START:
            draft = draft.with_finding(
                refusal(
                    "port-shared",
                    f"{meeting.service.name} {meeting}",
                    REMEDY,
                )
            )
    return draft

"""The ports that Postfix is to listen on and cannot: a rehearsal, on ports of its own, meets none.

Those that a running Postfix has already do not count.
"""

import errno
import socket
from collections.abc import Iterable, Iterator

from pfwizard.cf.service import Service
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.prove.verdict import Excuse, Outcome, Statements

FAMILIES = {
    "ipv4": (socket.AF_INET,),
    "ipv6": (socket.AF_INET6,),
    "all": (socket.AF_INET, socket.AF_INET6),
}
"""By the words of inet_protocols (postconf(5))."""

EVERYWHERE = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 - to try, not to serve

LOOPBACKS = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}

ABSENT = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def taken_ports(before: Facts, planned: Facts) -> Iterator[Outcome]:
    """One for each service on a port that it cannot have.

    What a Postfix that is stopped could not have before either is no fault of the plan: the other
    server may be the one that it is to replace.
    """
    had = {_port(service) for service in _inet(before)}
    for service in _inet(planned):
        port = _port(service)
        statements = Statements("port", f"rehearsal:{service.endpoint.port}")
        if port is None:
            yield statements.failed(
                f"this host knows no port called {service.endpoint.port}",
                "Write its number in master.cf, or enter it in /etc/services.",
            )
            continue
        problems = _problems(statements, _addresses(service.endpoint.host, planned.effective), port)
        if port not in had:
            yield from problems
        elif not before.is_running:
            yield from (each.excused(Excuse.AS_TODAY) for each in problems)


def _inet(facts: Facts) -> tuple[Service, ...]:
    return tuple(each for each in facts.configuration.master.services if each.type == "inet")


def _port(service: Service) -> int | None:
    port = service.endpoint.port
    if isinstance(port, int):
        return port
    try:
        return socket.getservbyname(port, "tcp")
    except OSError:
        return None


Address = tuple[socket.AddressFamily, str]


def _addresses(host: str, effective: Effective) -> Iterator[Address]:
    """What master(8) listens on: the host of the service, or else inet_interfaces."""
    families = [
        family
        for word in effective.elements("inet_protocols")
        for family in FAMILIES.get(word.lower(), ())
    ]
    for name in [host] if host else effective.elements("inet_interfaces"):
        if name == "all":
            yield from ((family, EVERYWHERE[family]) for family in families)
        elif name == "loopback-only":
            yield from ((family, LOOPBACKS[family]) for family in families)
        else:
            family = socket.AF_INET6 if ":" in name else socket.AF_INET
            yield family, name.strip("[]")


def _problems(statements: Statements, addresses: Iterable[Address], port: int) -> Iterator[Outcome]:
    problems = {address: _problem(family, address, port) for family, address in addresses}
    for address, number in problems.items():
        if number == errno.EADDRINUSE:
            yield statements.failed(
                f"another program listens on port {port} already",
                "Stop it, or leave the port to it; ss -tlnp names it.",
            )
            return
        if number in ABSENT and address not in EVERYWHERE.values():
            yield statements.failed(
                f"this host does not have the address {address}",
                "Correct it in master.cf, or in inet_interfaces.",
            )
            return


def _problem(family: socket.AddressFamily, address: str, port: int) -> int:
    """The number of the error with which a server cannot listen there; 0 where it can."""
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind((address, port))
    except OSError as error:
        return error.errno or 0
    return 0

"""The ports that Postfix is to listen on and cannot: a rehearsal, on ports of its own, meets none.

Those that a running Postfix has already do not count.
"""

import errno
import socket
from collections.abc import Iterable, Iterator

from pfwizard.apply.live.listening import addresses_of_name
from pfwizard.cf.service import Service
from pfwizard.machine.addresses import Address, address_in
from pfwizard.machine.facts import Facts
from pfwizard.plan.services import running
from pfwizard.plan.shared_ports import REMEDY, Consequence, addresses_of, meetings
from pfwizard.prove.verdict import Excuse, Outcome, Statements

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}

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
        addresses = addresses_of(service, planned.effective, _resolved)
        problems = _problems(statements, addresses, port)
        if port not in had:
            yield from problems
        elif not before.is_running:
            yield from (each.excused(Excuse.AS_TODAY) for each in problems)
    yield from _taken_by_each_other(planned)


def _taken_by_each_other(planned: Facts) -> Iterator[Outcome]:
    """Services with which Postfix does not start: one that runs has not read of both yet."""
    effective = planned.effective
    services = running(planned.configuration.master, effective)
    for meeting in meetings(services, effective, planned, _resolved):
        if meeting.consequence is Consequence.NO_START:
            statements = Statements("port", f"rehearsal:{meeting.service.endpoint.port}")
            yield statements.failed(f"{meeting.service.name} {meeting}", REMEDY)


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


def _resolved(name: str) -> Iterator[Address]:
    """As master(8) looks a host's name up (host_port(3))."""
    return filter(None, map(address_in, addresses_of_name(name)))


def _problems(statements: Statements, addresses: Iterable[Address], port: int) -> Iterator[Outcome]:
    problems = {address: _problem(address, port) for address in addresses}
    for address, number in problems.items():
        if number == errno.EADDRINUSE:
            yield statements.failed(
                f"another program listens on port {port} already",
                "Stop it, or leave the port to it; ss -tlnp names it.",
            )
            return
        if number in ABSENT and not address.is_unspecified:
            yield statements.failed(
                f"this host does not have the address {address}",
                "Correct it in master.cf, or in inet_interfaces.",
            )
            return


def _problem(address: Address, port: int) -> int:
    """The number of the error with which a server cannot listen there; 0 where it can."""
    family = FAMILIES[address.version]
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind((str(address), port))
    except OSError as error:
        return error.errno or 0
    return 0

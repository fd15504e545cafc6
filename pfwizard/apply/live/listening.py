"""Where a running master(8) listens (proc(5))."""

import ipaddress
import socket
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from pfwizard.apply.live.servers import is_alive
from pfwizard.machine.addresses import Address
from pfwizard.plan.plan import SmtpPort

PROC = Path("/proc")

TIME_LIMIT = 15.0
"""Seconds for master(8) to open its sockets."""

PAUSE = 0.01
"""Seconds between two looks."""

LOOPBACK = {
    4: tuple(ipaddress.IPv4Address(f"127.0.0.{number}") for number in range(1, 255)),
    6: (ipaddress.IPv6Address("::1"),),
}
"""By version of IP. Of IPv4 the whole network is this host (RFC 1122, section 3.2.1.3)."""

STATE_LISTEN = "0A"
"""TCP_LISTEN (net/tcp_states.h) as /proc/net/tcp writes it (proc(5))."""


def wait_until_listening(ports: Sequence[SmtpPort], master: int) -> tuple[SmtpPort, ...]:
    """Wait until the process listens on every port; returns those where it does not in time.

    It never will when it is gone.
    """
    deadline = time.monotonic() + TIME_LIMIT
    while True:
        open_ports = {port for _, port in _listening(master)}
        missing = tuple(smtp_port for smtp_port in ports if smtp_port.port not in open_ports)
        if not missing or not is_alive(master) or time.monotonic() > deadline:
            return missing
        time.sleep(PAUSE)


def address_of(smtp_port: SmtpPort, master: int) -> str | None:
    """An address to connect to where the process listens on this port; None when it does not."""
    return next(iter(addresses_of(smtp_port, master)), None)


def addresses_of(smtp_port: SmtpPort, master: int) -> tuple[str, ...]:
    """Every address to connect to where the process listens on this port, as far as it is meant.

    Of a socket for all addresses that is one which no socket has for itself: the kernel prefers the
    more exact one.
    """
    bound = tuple(address for address, port in _listening(master) if port == smtp_port.port)
    own = {address for host in smtp_port.hosts for address in addresses_of_name(host)}
    others = {address for host in smtp_port.elsewhere for address in addresses_of_name(host)}
    meant = (each for each in bound if str(each) not in others and (not own or str(each) in own))
    return tuple(str(each) for one in meant for each in _reachable(one, bound))


def addresses_of_name(host: str) -> frozenset[str]:
    """As master(8) looks them up (host_port(3)); none of no host."""
    if not host:
        return frozenset()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset(str(address[0]) for *_, address in found)


def _listening(process: int) -> Iterator[tuple[Address, int]]:
    """Address and port of every TCP socket on which the process listens.

    Another instance may listen on the same port of another address.
    """
    own = _sockets_of(process)
    for table in ("tcp", "tcp6"):
        for row in _rows(PROC / "net" / table):
            _, local, _, state, _, _, _, _, _, inode, *_ = row.split()
            if state == STATE_LISTEN and f"socket:[{inode}]" in own:
                address, _, port = local.partition(":")
                yield _written(address), int(port, 16)


def _rows(table: Path) -> list[str]:
    try:
        return table.read_text("ascii").splitlines()[1:]
    except OSError:
        return []  # a kernel without IPv6


def _sockets_of(process: int) -> frozenset[str]:
    """What the file descriptors of a process that are sockets are called in proc(5)."""
    found = set()
    try:
        for descriptor in (PROC / str(process) / "fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                found.add(str(descriptor.readlink()))
    except OSError:
        return frozenset()
    return frozenset(found)


def _written(hexadecimal: str) -> Address:
    """The address of /proc/net/tcp, 32-bit words in the byte order of the host."""
    words = [hexadecimal[start : start + 8] for start in range(0, len(hexadecimal), 8)]
    return ipaddress.ip_address(b"".join(bytes.fromhex(word)[::-1] for word in words))


def _reachable(bound: Address, taken: Collection[Address]) -> Iterator[Address]:
    """Where it is to be connected to; nowhere if others have all of that."""
    if not bound.is_unspecified:
        yield bound
    else:
        yield from islice((each for each in LOOPBACK[bound.version] if each not in taken), 1)

"""Where a running master(8) listens (proc(5))."""

import ipaddress
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pfwizard.apply.live.servers import is_alive
from pfwizard.plan.plan import SmtpPort

PROC = Path("/proc")

TIME_LIMIT = 15.0
"""Seconds for master(8) to open its sockets."""

PAUSE = 0.01
"""Seconds between two looks."""

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
    """Every address to connect to where the process listens on this port, as far as it is meant."""
    found = [address for address, port in _listening(master) if port == smtp_port.port]
    own = {address for host in smtp_port.hosts for address in addresses_of_name(host)}
    return tuple(address for address in found if not own or address in own)


def addresses_of_name(host: str) -> frozenset[str]:
    """As master(8) looks them up (host_port(3)); none of no host."""
    if not host:
        return frozenset()
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset(str(address[0]) for *_, address in found)


def _listening(process: int) -> Iterator[tuple[str, int]]:
    """Address and port of every TCP socket on which the process listens.

    Another instance may listen on the same port of another address.
    """
    own = _sockets_of(process)
    for table in ("tcp", "tcp6"):
        for row in _rows(PROC / "net" / table):
            _, local, _, state, _, _, _, _, _, inode, *_ = row.split()
            if state == STATE_LISTEN and f"socket:[{inode}]" in own:
                address, _, port = local.partition(":")
                yield _reachable(address), int(port, 16)


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


def _reachable(hexadecimal: str) -> str:
    """The address of /proc/net/tcp, 32-bit words in the byte order of the host, to connect to."""
    words = [hexadecimal[start : start + 8] for start in range(0, len(hexadecimal), 8)]
    packed = b"".join(bytes.fromhex(word)[::-1] for word in words)
    address = ipaddress.ip_address(packed)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return str(address)

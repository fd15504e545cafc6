"""The addresses of this machine's interfaces, as the Linux kernel tells them."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_ROUTES = Path("/proc/net/fib_trie")
_OF_IPV6 = Path("/proc/net/if_inet6")


def local_addresses() -> frozenset[Address] | None:
    """Every address that some interface has, or None where that cannot be told.

    Those of IPv4 are the local routes of the kernel (proc_net(5), fib_trie); if_inet6 is missing
    where the kernel has no IPv6.
    """
    try:
        own = _of_ipv4(_ROUTES.read_text("ascii", "replace"))
        with_ipv6 = _of_ipv6(_OF_IPV6.read_text("ascii")) if _OF_IPV6.exists() else ()
        return frozenset((*own, *with_ipv6))
    except (OSError, ValueError):
        return None


def _of_ipv4(routes: str) -> Iterator[Address]:
    address = ""
    for words in map(str.split, routes.splitlines()):
        if words[:1] == ["|--"]:
            address = words[1]
        elif words == ["/32", "host", "LOCAL"]:
            yield ipaddress.IPv4Address(address)


def _of_ipv6(interfaces: str) -> Iterator[Address]:
    for line in interfaces.splitlines():
        yield ipaddress.IPv6Address(int(line.split()[0], 16))

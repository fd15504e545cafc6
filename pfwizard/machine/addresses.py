"""Addresses as Postfix's files write them, and those of this machine's interfaces."""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

VERSIONS: Mapping[str, tuple[int, ...]] = {"all": (4, 6), "ipv4": (4,), "ipv6": (6,)}
"""What inet_protocols may hold (postconf(5)), and the versions of IP that it then means."""

_ROUTES = Path("/proc/net/fib_trie")
_OF_IPV6 = Path("/proc/net/if_inet6")


def address_in(text: str) -> Address | None:
    """The address that is written there, in brackets or without; None of a host's name."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None


def named_in_hosts(content: bytes, name: str) -> tuple[Address, ...]:
    """The addresses that a file of hosts(5) has for a name, which resolvers ask first."""
    found: dict[Address, None] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        parsed = address_in(address)
        if parsed is not None and name.lower() in map(str.lower, names):
            found[parsed] = None
    return tuple(found)


def local_addresses() -> frozenset[Address] | None:
    """Every address that some interface has, or None where the Linux kernel does not tell.

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

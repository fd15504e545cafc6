"""What a service listens on, in a form that can be compared.

master(8) turns ``smtps``, ``submissions`` and ``465`` into the same endpoint (master_ent.c), so
two entries for them are duplicates of each other, whatever they are called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# known_tcp_ports of postconf(5), and the aliases that services(5) commonly has for the same ports.
KNOWN_PORTS: Mapping[str, int] = MappingProxyType(
    {
        "lmtp": 24,
        "smtp": 25,
        "mail": 25,
        "smtps": 465,
        "submissions": 465,
        "ssmtp": 465,
        "urd": 465,
        "submission": 587,
        "qmqp": 628,
    }
)


@dataclass(frozen=True)
class Endpoint:
    """Where a service can be reached.

    For type ``inet``: ``host`` is empty for every address, and ``port`` is a number where the
    name of the port is known. For the other types: ``port`` is the name of the socket.
    """

    host: str
    port: str | int
    type: str = "inet"

    @classmethod
    def of(cls, name: str, service_type: str) -> "Endpoint":
        """The endpoint that the first two fields of a master.cf entry stand for."""
        if service_type != "inet":
            return cls("", name, service_type)
        host, port = _host_and_port(name)
        return cls(_canonical_host(host), _canonical_port(port))

    def __str__(self) -> str:
        """The name as the master writes it: ``25``, ``[::1]:25``; ``pickup/unix`` for a socket."""
        if self.type != "inet":
            return f"{self.port}/{self.type}"
        return f"[{self.host}]:{self.port}" if self.host else str(self.port)


SMTP = Endpoint("", 25)
SUBMISSION = Endpoint("", 587)
SUBMISSIONS = Endpoint("", 465)


def _host_and_port(name: str) -> tuple[str, str]:
    """``[host]:port``, ``host:port`` or ``port``: host_port(3)."""
    if name.startswith("["):
        host, _, port = name[1:].partition("]")
        return host, port.removeprefix(":")
    host, _, port = name.rpartition(":")
    return host, port


def _canonical_port(port: str) -> str | int:
    if port.isascii() and port.isdigit():
        return int(port)
    return KNOWN_PORTS.get(port, port)


def _canonical_host(host: str) -> str:
    # Most hosts are names, or none at all, and the module costs more than all of this one.
    if ":" in host:
        from ipaddress import AddressValueError, IPv6Address

        try:
            return str(IPv6Address(host))
        except AddressValueError:
            return host.lower()
    return host.lower()

"""An SMTP server as its clients find it, and what is expected of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath

Mechanisms = frozenset[str]
"""Names of SASL mechanisms (RFC 4422 section 3.1), in capitals."""

READABLE: Mechanisms = frozenset({"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"})
"""Those that send the password, or what is as good as one, as it is."""


class Security(Enum):
    """How TLS begins on a port: never, after STARTTLS (RFC 3207), or at once (RFC 8314)."""

    NONE = "none"
    STARTTLS = "STARTTLS"
    IMPLICIT = "implicit TLS"


def nobody_knows() -> bool:
    """Of a server that may yet answer."""
    return False


@dataclass(frozen=True)
class Server:
    """Where a server answers. ``name`` is the one that clients know it by.

    ``label`` is what it is called here, where that is not its address and port. ``comes_from`` is
    the address of ours that it is to see and lets pose as any other, empty where any will do.
    ``behind_proxy``: it waits for what a proxy says of its client. ``is_hopeless`` tells whether it
    is known to answer no more, so that no new client need wait.
    """

    address: str
    port: int
    security: Security
    name: str
    label: str = ""
    comes_from: str = ""
    behind_proxy: bool = False
    is_hopeless: Callable[[], bool] = field(default=nobody_knows, repr=False, compare=False)

    def __str__(self) -> str:
        if self.label:
            return self.label
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"


@dataclass(frozen=True)
class Obstacle:
    """What keeps a server from something that it needs, and what to do about it."""

    cause: str
    remedy: str


@dataclass(frozen=True)
class PasswordChecker:
    """What a server asks: a daemon behind a socket, or a file with passwords.

    ``place`` is the file that the server meets, in the chroot jail or outside, and ``obstacle``
    what is in the way there, by the modes of what is on it. ``is_asked_today``: before a change
    that is rehearsed, nothing is different.
    """

    name: str
    place: PurePosixPath
    is_daemon: bool = True
    obstacle: Obstacle | None = None
    is_asked_today: bool = False


@dataclass(frozen=True)
class BlankInRange:
    """A setting whose range of TLS versions has a blank in it, and the versions lost by that.

    ``is_so_today``: before a change that is rehearsed, it is the same.
    """

    setting: str
    lost: tuple[str, ...]
    is_so_today: bool = False


@dataclass(frozen=True)
class Expectation:
    """What a server should do; None where nobody knows.

    ``certificates`` are the SHA-256 fingerprints of those that it may show: one for each type of
    key. ``oldest`` is the oldest version of TLS that it should accept, as ``TLSv1.2``, and
    ``blank_in_range`` what takes versions away that are meant. ``in_clear`` and ``over_tls`` are
    the mechanisms that it should offer before and after TLS, and ``never_in_clear`` those that it
    should not offer before TLS where ``in_clear`` is not known. ``must_answer`` is false of a port
    that is only looked for. ``public_port`` is the one that clients know it by, which in a
    rehearsal is not the one where it answers. ``asks_certificate``: clients may show one of their
    own. ``requires_certificate``: whoever shows none of a CA that it trusts is sent away.
    ``relays_by_certificate``: by its restrictions clients may send to everywhere for theirs.
    ``digest`` is that of the fingerprints by which it knows clients. ``domains`` are those under
    which its users may be known, ``checkers`` what their passwords are checked by.
    ``is_closed_today``: before a change that is rehearsed, strangers may send nothing at all on
    this port. ``newcomer`` is an address of ours whose clients postscreen(8) tests before they come
    to this server, empty where it does not; ``lacks_tlsproxy_today``: before the change it cannot
    encrypt what it says to them. ``rivals`` are the entries of master.cf for this port, as ``smtps
    in line 17``, where there are several and TLS begins at once in some of them only.
    """

    server: Server
    certificates: frozenset[str] | None = None
    oldest: str | None = None
    blank_in_range: BlankInRange | None = None
    in_clear: Mechanisms | None = None
    over_tls: Mechanisms | None = None
    never_in_clear: Mechanisms = READABLE
    must_answer: bool = True
    public_port: int = 0
    asks_certificate: bool | None = None
    requires_certificate: bool = False
    relays_by_certificate: bool | None = None
    digest: str = "sha256"
    domains: tuple[str, ...] = ()
    checkers: tuple[PasswordChecker, ...] = ()
    is_closed_today: bool = False
    newcomer: str = ""
    lacks_tlsproxy_today: bool = False
    rivals: tuple[str, ...] = ()

    @property
    def may_offer_logins(self) -> bool:
        """As far as anybody knows."""
        return self.over_tls != frozenset()


class Standing(Enum):
    """Who we are to a server: one of its own network, whom it trusts, or a stranger."""

    NEIGHBOUR = "neighbour"
    STRANGER = "stranger"

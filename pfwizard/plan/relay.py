"""Would this configuration relay a stranger's mail to a stranger's domain?

smtpd walks several lists for each recipient, and each of them can refuse
(SMTPD_ACCESS_README; src/smtpd/smtpd_check.c).
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from pfwizard.plan.effective import Effective
from pfwizard.plan.restrictions import WARN_IF_REJECT

LISTS = (
    "smtpd_client_restrictions",
    "smtpd_helo_restrictions",
    "smtpd_sender_restrictions",
    "smtpd_relay_restrictions",
    "smtpd_recipient_restrictions",
)
RELAY_LISTS = LISTS[-2:]
"""smtpd refuses to work when neither of these two can refuse a stranger's destination."""

REFUSES = frozenset(
    {"reject", "defer", "defer_if_permit", "reject_unauth_destination", "defer_unauth_destination"}
)
"""Refuses or defers a stranger's mail to a domain that is not ours, without further conditions."""

CLAIMS = re.compile(r"check_(helo|sender|reverse_client_hostname)_(\w+_)?access")
"""Tables that are asked for what the client says of itself, which may be anything."""

WIDEST_OWN_NETWORK = 8
"""Bits; no organization owns more than a /8 of IPv4, and a shorter prefix lets everyone in."""


class Ruling(Enum):
    """How a list treats a stranger's mail to somebody else's domain."""

    REFUSED = "refused"
    PERMITTED = "permitted"
    UNDECIDED = "undecided"


def ruling(effective: Effective, name: str, *, logged_in: bool = False) -> Ruling:
    """Walk one list as smtpd does for a stranger, or for a user who has logged in."""
    permits = {"permit", "permit_sasl_authenticated"} if logged_in else {"permit"}
    return _ruling(effective, name, permits.__contains__)


def _ruling(effective: Effective, name: str, permits: Callable[[str], bool]) -> Ruling:
    wide = admits_everyone(effective)

    def lets_in(word: str) -> bool:
        return permits(word) or (wide and word == "permit_mynetworks")

    return _walk(effective, effective.elements(name), lets_in, _Way(False, frozenset()))


@dataclass(frozen=True)
class _Way:
    """How the walk came here: below ``warn_if_reject`` or not, and inside which classes."""

    only_warned: bool
    inside: frozenset[str]


def _walk(
    effective: Effective, elements: tuple[str, ...], permits: Callable[[str], bool], way: _Way
) -> Ruling:
    classes = effective.classes
    only_warned = way.only_warned
    for element in elements:
        if element.lower() == WARN_IF_REJECT:
            only_warned = True
            continue
        if element in REFUSES and not only_warned:
            return Ruling.REFUSED
        if permits(element.lower()):
            return Ruling.PERMITTED
        if element in classes and element not in way.inside:
            further = _Way(only_warned, way.inside | {element})
            inner = _walk(effective, effective.elements(element), permits, further)
            if inner is not Ruling.UNDECIDED:
                return inner
        only_warned = way.only_warned
    return Ruling.UNDECIDED


def is_closed(effective: Effective) -> bool:
    """Whether some list refuses; one that permits only ends its own walk."""
    return any(ruling(effective, name) is Ruling.REFUSED for name in LISTS)


def is_closed_to_liars(effective: Effective) -> bool:
    """Whether some list refuses before a table is asked for what the client says of itself."""

    def permits(word: str) -> bool:
        return word == "permit" or CLAIMS.fullmatch(word) is not None

    return any(_ruling(effective, name, permits) is Ruling.REFUSED for name in LISTS)


def can_refuse(effective: Effective) -> bool:
    """Whether smtpd accepts its lists: else it is fatal on every connection (smtpd_check.c)."""
    nobody = _Way(False, frozenset())
    return any(
        _walk(effective, effective.elements(name), "permit".__eq__, nobody) is Ruling.REFUSED
        for name in RELAY_LISTS
    )


def admits_everyone(effective: Effective) -> bool:
    """Whether ``mynetworks`` holds so much of the Internet that a stranger is in it."""
    return any(_is_too_wide(element) for element in effective.elements("mynetworks"))


def _is_too_wide(element: str) -> bool:
    if element.startswith("static:"):
        return True
    plain = element.replace("[", "").replace("]", "")
    try:
        network = ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return False  # a table, a file or an exclusion
    return network.prefixlen < WIDEST_OWN_NETWORK and "/" in plain

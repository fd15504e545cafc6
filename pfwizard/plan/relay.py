"""Would this configuration relay a stranger's mail to a stranger's domain?

smtpd walks several lists for each recipient, and each of them can refuse
(SMTPD_ACCESS_README; src/smtpd/smtpd_check.c).
"""

import ipaddress
from enum import Enum

from pfwizard.cf.lists import split_list
from pfwizard.plan.effective import Effective

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

DEEPEST_CLASS = 20
"""Restriction classes within classes; more is a circle."""

WIDEST_OWN_NETWORK = 8
"""Bits; no organization owns more than a /8 of IPv4, and a shorter prefix lets everyone in."""


class Ruling(Enum):
    """How a list treats a stranger's mail to somebody else's domain."""

    REFUSED = "refused"
    PERMITTED = "permitted"
    UNDECIDED = "undecided"


def ruling(effective: Effective, name: str) -> Ruling:
    """Walk one list as smtpd does for a stranger."""
    return _walk(effective, effective.elements(name), 0)


def _walk(effective: Effective, elements: tuple[str, ...], depth: int) -> Ruling:
    if depth > DEEPEST_CLASS:
        return Ruling.UNDECIDED
    classes = effective.elements("smtpd_restriction_classes")
    only_warned = False
    for element in elements:
        if element == "warn_if_reject":
            only_warned = True
            continue
        if element in REFUSES and not only_warned:
            return Ruling.REFUSED
        if element == "permit" or (element == "permit_mynetworks" and admits_everyone(effective)):
            return Ruling.PERMITTED
        if element in classes:
            inner = _walk(effective, split_list(effective.value(element)), depth + 1)
            if inner is not Ruling.UNDECIDED:
                return inner
        only_warned = False
    return Ruling.UNDECIDED


def is_closed(effective: Effective) -> bool:
    """Whether some list refuses; one that permits only ends its own walk."""
    return any(ruling(effective, name) is Ruling.REFUSED for name in LISTS)


def can_refuse(effective: Effective) -> bool:
    """Whether smtpd accepts its lists: else it is fatal on every connection (smtpd_check.c)."""
    return any(ruling(effective, name) is Ruling.REFUSED for name in RELAY_LISTS)


def admits_everyone(effective: Effective) -> bool:
    """Whether ``mynetworks`` holds so much of the Internet that a stranger is in it."""
    return any(_is_too_wide(element) for element in effective.elements("mynetworks"))


def _is_too_wide(element: str) -> bool:
    plain = element.replace("[", "").replace("]", "")
    try:
        network = ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return False  # a table, a file or an exclusion
    return network.prefixlen < WIDEST_OWN_NETWORK and "/" in plain

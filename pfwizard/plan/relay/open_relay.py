"""Would this configuration relay a stranger's mail to a stranger's domain?

smtpd walks several lists for each recipient, and each of them can refuse
(SMTPD_ACCESS_README; src/smtpd/smtpd_check.c).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from pfwizard.machine.effective import Effective, Smtpd
from pfwizard.plan.relay.mynetworks import admits_everyone
from pfwizard.plan.relay.restrictions import WARN_IF_REJECT

LISTS = (
    "smtpd_client_restrictions",
    "smtpd_helo_restrictions",
    "smtpd_sender_restrictions",
    "smtpd_relay_restrictions",
    "smtpd_recipient_restrictions",
)
RELAY_LISTS = LISTS[-2:]
"""smtpd refuses to work when neither of these two can refuse a stranger's destination."""

BEFORE_RECIPIENT = frozenset(LISTS[:3])
"""Lists that smtpd walks without knowing the recipient, unless smtpd_delay_reject is on."""

AT_ONCE = frozenset({"reject", "defer"})
"""Refuses whatever is known of the mail so far."""

UNAUTH_DESTINATION = frozenset({"reject_unauth_destination", "defer_unauth_destination"})
"""Passed over where the recipient is not known yet, or where every domain is ours."""

REFUSES = AT_ONCE | UNAUTH_DESTINATION | {"defer_if_permit"}
"""Refuses or defers a stranger's mail to a domain that is not ours, without further conditions."""

DOMAINS = ("relay_domains", "mydestination", "virtual_alias_domains", "virtual_mailbox_domains")
"""The domains that reject_unauth_destination lets everyone write to."""

CLAIMS = re.compile(r"check_(helo|sender|reverse_client_hostname)_(\w+_)?access")
"""Tables that are asked for what the client says of itself, which may be anything."""


class Ruling(Enum):
    """How a list treats a stranger's mail to somebody else's domain."""

    REFUSED = "refused"
    PERMITTED = "permitted"
    UNDECIDED = "undecided"


Permits = Callable[[str], bool]


def ruling(smtpd: Smtpd, name: str, *, logged_in: bool = False) -> Ruling:
    """Walk one list as smtpd does for a stranger, or for a user who has logged in."""
    permits = {"permit", "permit_sasl_authenticated"} if logged_in else {"permit"}
    return _ruling(smtpd, name, permits.__contains__)


def ruling_for_certificates(smtpd: Smtpd, name: str) -> Ruling:
    """The same for a client whose certificate is in relay_clientcerts."""
    return _ruling(smtpd, name, {"permit", "permit_tls_clientcerts"}.__contains__)


def _ruling(smtpd: Smtpd, name: str, permits: Permits) -> Ruling:
    let_in = _let_in(smtpd, name)
    return _walk(
        smtpd.effective,
        smtpd.effective.elements(name),
        lambda word: permits(word) or word in let_in,
        _refusing(smtpd, name),
    )


def _let_in(smtpd: Smtpd, name: str) -> frozenset[str]:
    """The restrictions that let a stranger in although they are meant for others."""
    everyone = {"permit_mynetworks"} if admits_everyone(smtpd) else set()
    if owns_every_domain(smtpd.effective) and _knows_the_recipient(smtpd.effective, name):
        everyone.add("permit_auth_destination")
    return frozenset(everyone)


def _refusing(smtpd: Smtpd, name: str) -> frozenset[str]:
    """The restrictions that refuse a stranger in this list, whatever the stranger says."""
    effective = smtpd.effective
    if name == "smtpd_helo_restrictions" and not effective.is_on("smtpd_helo_required"):
        return frozenset()  # smtpd never walks it for a client that sends no HELO
    if not _knows_the_recipient(effective, name):
        return AT_ONCE
    return REFUSES - UNAUTH_DESTINATION if owns_every_domain(effective) else REFUSES


def _knows_the_recipient(effective: Effective, name: str) -> bool:
    return name not in BEFORE_RECIPIENT or effective.is_on("smtpd_delay_reject")


def _walk(
    effective: Effective, elements: tuple[str, ...], permits: Permits, refuses: frozenset[str]
) -> Ruling:
    """What decides first, in the list or in the classes that it leads to.

    A class that has not decided will not do so when it comes again, be it inside itself.
    """
    classes = frozenset(effective.classes)
    walked: set[tuple[str, bool]] = set()
    levels = [(iter(elements), False)]
    only_warned = False
    while levels:
        rest, below_a_warning = levels[-1]
        element = next(rest, None)
        if element is None:
            levels.pop()
            only_warned = bool(levels) and levels[-1][1]
            continue
        if element.lower() == WARN_IF_REJECT:
            only_warned = True
            continue
        if element in refuses and not only_warned:
            return Ruling.REFUSED
        if permits(element.lower()):
            return Ruling.PERMITTED
        if element in classes and (element, only_warned) not in walked:
            walked.add((element, only_warned))
            levels.append((iter(effective.elements(element)), only_warned))
            continue
        only_warned = below_a_warning
    return Ruling.UNDECIDED


def is_closed(smtpd: Smtpd) -> bool:
    """Whether some list refuses; one that permits only ends its own walk."""
    return any(ruling(smtpd, name) is Ruling.REFUSED for name in LISTS)


def is_closed_to_liars(smtpd: Smtpd) -> bool:
    """Whether some list refuses before a table is asked for what the client says of itself."""

    def permits(word: str) -> bool:
        return word == "permit" or CLAIMS.fullmatch(word) is not None

    return any(_ruling(smtpd, name, permits) is Ruling.REFUSED for name in LISTS)


def is_closed_to_mynetworks(smtpd: Smtpd) -> bool:
    """Whether some list refuses even those whom ``mynetworks`` holds."""
    permits = {"permit", "permit_mynetworks"}.__contains__
    return any(_ruling(smtpd, name, permits) is Ruling.REFUSED for name in LISTS)


def takes_mail_of_strangers(smtpd: Smtpd) -> bool:
    """Whether no list refuses whatever a stranger sends, even to our own domains.

    Tables are passed over: those whom they let in are no strangers.
    """
    permits = {"permit", "permit_auth_destination", "permit_mx_backup"}
    if admits_everyone(smtpd):
        permits.add("permit_mynetworks")
    effective = smtpd.effective
    return all(
        _walk(effective, effective.elements(name), permits.__contains__, AT_ONCE)
        is not Ruling.REFUSED
        for name in LISTS
    )


def can_refuse(effective: Effective) -> bool:
    """Whether smtpd accepts its lists: else it is fatal on every connection (smtpd_check.c)."""
    return any(
        _walk(effective, effective.elements(name), "permit".__eq__, REFUSES) is Ruling.REFUSED
        for name in RELAY_LISTS
    )


def owns_every_domain(effective: Effective) -> bool:
    """Whether reject_unauth_destination refuses nobody.

    Only main.cf counts: smtpd leaves the question to trivial-rewrite(8). The default of the
    virtual domains, which are those of the virtual maps, is passed over: on a server that
    collects all mail in one mailbox nothing leaves.
    """
    main_cf = replace(effective, service=None)
    return any(
        element.removeprefix("proxy:").startswith("static:")
        for name in DOMAINS
        if main_cf.main.get(name) is not None
        for element in main_cf.elements(name)
    )

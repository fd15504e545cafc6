"""Who may send mail through this server to everywhere."""

import ipaddress
from collections.abc import Iterator

from pfwizard.check.inspection import Daemon, InForce, Inspection
from pfwizard.check.rule import Find, Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.plan.plan import Finding, Severity
from pfwizard.plan.relay.mynetworks import networks
from pfwizard.plan.relay.open_relay import LISTS, RELAY_LISTS
from pfwizard.plan.relay.relay_policy import judgement
from pfwizard.plan.relay.restriction_names import meant, unknown_names
from pfwizard.plan.relay.restrictions import WARN_IF_REJECT

OPEN = "open-relay"
NETWORKS, RELAY = "mynetworks", "smtpd_relay_restrictions"

PERMIT = "permit"
UNCONDITIONAL = (PERMIT, "reject", "defer")
"""Restrictions that end a list for every client (postconf(5), smtpd_recipient_restrictions)."""

PRIVATE = ipaddress.IPv4Network("172.16.0.0/12")
BEFORE_DOCKER = ipaddress.IPv4Network("172.16.0.0/16")
"""Docker takes the networks of its containers from the private block, a /16 for each, and begins
with 172.17.0.0 (default-address-pools of dockerd(8)).
"""

OF_ONE_BRIDGE = 16
"""Bits; a smaller network was counted by somebody."""


def _judged(identifier: str, parameter: str) -> Find:
    """The cases of one finding by which a plan, too, judges who may relay.

    ``parameter`` is the one that decides.
    """

    def of(inspection: Inspection, daemon: Daemon, name: str) -> Finding | None:
        found = judgement(name, inspection.smtpd(daemon))
        return next((each for each in found if each.identifier == identifier), None)

    def find(inspection: Inspection) -> Iterator[Occurrence]:
        concerned = [each for each in inspection.servers if of(inspection, each, each.name)]
        for value in inspection.in_force(parameter, concerned):
            names = listed(each.name for each in value.daemons)
            finding = of(inspection, value.daemons[0], names)
            if finding is not None:
                yield Occurrence(finding.message, finding.remedy, value.place, str(value))

    return find


def _containers(inspection: Inspection) -> Iterator[Occurrence]:
    for value in inspection.in_force(NETWORKS, inspection.servers):
        elements = networks(inspection.smtpd(value.daemons[0]))
        wide = [each for each in elements if _is_of_containers(each)]
        if wide:
            yield Occurrence(
                f"mynetworks has {listed(wide)}: every container in there may relay, and so may "
                "everybody whose connection Docker forwards from the bridge's address",
                "Name the containers that are to relay, or let them log in.",
                value.place,
                str(value),
            )


def _is_of_containers(element: str) -> bool:
    try:
        network = ipaddress.IPv4Network(element, strict=False)
    except ValueError:
        return False
    is_wide = network.prefixlen <= OF_ONE_BRIDGE and network.subnet_of(PRIVATE)
    return is_wide and network != BEFORE_DOCKER


def _unknown(inspection: Inspection) -> Iterator[Occurrence]:
    for parameter in LISTS:
        for value in inspection.in_force(parameter, inspection.servers):
            effective = value.effective
            names = tuple(unknown_names(effective.elements(parameter), effective.classes))
            close = next(filter(None, map(meant, names)), "")
            if names:
                yield Occurrence(
                    f"{parameter} holds {listed(dict.fromkeys(names))}, which smtpd does not know: "
                    "it defers the mail of everybody who is not let through before",
                    f"Correct it{f', perhaps to {close}' if close else ''}.",
                    value.place,
                    str(value),
                )


def _never_asked(inspection: Inspection) -> Iterator[Occurrence]:
    for parameter in LISTS:
        for value in inspection.in_force(parameter, inspection.servers):
            end, behind = _behind_the_end(value.effective.elements(parameter))
            if behind and not _opens_the_relay(inspection, parameter, end, value):
                yield Occurrence(
                    f"{parameter} ends at {end}: smtpd never gets to {listed(behind)}",
                    f"Move {end} to the end of the list, or take out what is behind it.",
                    value.place,
                    str(value),
                )


def _opens_the_relay(inspection: Inspection, parameter: str, end: str, value: InForce) -> bool:
    """Whether that is why the relay is open, which another rule tells."""
    if parameter not in RELAY_LISTS or end.lower() != PERMIT:
        return False
    return all(
        any(each.identifier == OPEN for each in judgement(daemon.name, inspection.smtpd(daemon)))
        for daemon in value.daemons
    )


def _behind_the_end(elements: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The first restriction that decides about every client, and the elements behind it."""
    before = ""
    for index, element in enumerate(elements):
        name = element.lower()
        is_only_logged = name != PERMIT and before == WARN_IF_REJECT
        if name in UNCONDITIONAL and not is_only_logged:
            return element, elements[index + 1 :]
        before = name
    return "", ()


RULES = (
    Rule(
        OPEN,
        Severity.REFUSAL,
        "A permit before anything refuses strangers",
        "Restriction lists are read from left to right, and permit ends them. What would refuse "
        "a stranger's mail to a stranger behind it is never reached. Spammers find such a "
        "server within hours, and its address is on every blocklist soon after.",
        _judged(OPEN, RELAY),
    ),
    Rule(
        "open-relay-mynetworks",
        Severity.REFUSAL,
        "mynetworks lets everybody in",
        "Clients in mynetworks may relay. A network as wide as 0.0.0.0/0 has the whole Internet "
        "in it.",
        _judged("open-relay-mynetworks", NETWORKS),
    ),
    Rule(
        "open-relay-domains",
        Severity.REFUSAL,
        "Every domain is this server's",
        "reject_unauth_destination lets everybody write to the domains of this server. A static: "
        "table answers yes to every name, so that no domain is a stranger's any more.",
        _judged("open-relay-domains", "relay_domains"),
    ),
    Rule(
        "service-cannot-start",
        Severity.REFUSAL,
        "No list refuses strangers, and smtpd gives up",
        "smtpd ends with a fatal error on every connection unless smtpd_relay_restrictions or "
        "smtpd_recipient_restrictions holds something that refuses strangers. Before Postfix "
        "2.10, and with compatibility_level 0, there is no default that does.",
        _judged("service-cannot-start", RELAY),
    ),
    Rule(
        "relay-rests-on-a-claim",
        Severity.WARNING,
        "Relaying for whoever claims the right name",
        "The sender's address and the name in HELO are what the client says they are. A table "
        "that permits them before strangers are refused opens the relay to whoever guesses one.",
        _judged("relay-rests-on-a-claim", "smtpd_recipient_restrictions"),
    ),
    Rule(
        "mynetworks-not-judged",
        Severity.NOTE,
        "Networks of which nothing is known",
        "mynetworks names a table that pfwizard does not read. Whoever is found there may relay.",
        _judged("mynetworks-not-judged", NETWORKS),
    ),
    Rule(
        "mynetworks-of-containers",
        Severity.WARNING,
        "Whole networks of containers may relay",
        "Ports that Docker forwards may reach Postfix with the address of the bridge, so that "
        "everybody seems to come from mynetworks; and a broken web application in a container "
        "sends its spam through this server.",
        _containers,
    ),
    Rule(
        "restriction-never-asked",
        Severity.WARNING,
        "Restrictions behind one that always decides",
        "A restriction list is read from left to right. permit, reject and defer decide about "
        "every client, so that whatever stands behind them has no effect: a spam filter there "
        "filters nothing.",
        _never_asked,
    ),
    Rule(
        "restriction-unknown",
        Severity.REFUSAL,
        "A restriction that smtpd does not know",
        "smtpd says so in its log only, and defers the mail with 451 4.3.5 Server configuration "
        "error.",
        _unknown,
    ),
)

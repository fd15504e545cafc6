"""On which addresses Postfix is to listen, and whether it can.

Every program of Postfix ends with a fatal error where it cannot make sense of these parameters
(src/global/own_inet_addr.c, src/util/inet_proto.c).
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.check.inspection import Inspection
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.machine.addresses import VERSIONS, Address, address_in, named_in_hosts
from pfwizard.plan.plan import Severity

INTERFACES, PROTOCOLS = "inet_interfaces", "inet_protocols"

ALL = "all"

ALONE = (ALL, "loopback-only")
"""Words of inet_interfaces, which are host names where they are not alone."""

MISSPELT = re.compile(r"al|a+ll+|any|loop-?back(-?onl?y?)?", re.IGNORECASE)
"""Host names that nobody has, meant for one of these words."""

HOST_NAME = re.compile(r"[A-Za-z0-9_.-]+")
HOSTS = PurePosixPath("/etc/hosts")

COMMENT_APART = (
    "Put the comment on a line of its own, which begins with the #, and stop and start Postfix."
)
STOPS = "Correct it, and stop and start Postfix: a reload is not enough."


def _protocols(inspection: Inspection) -> Iterator[Occurrence]:
    elements = inspection.effective.elements(PROTOCOLS)
    unknown = [each for each in elements if each not in VERSIONS]
    if unknown:
        yield _occurrence(
            inspection,
            PROTOCOLS,
            f"{PROTOCOLS} holds {listed(unknown)}, and no program of Postfix starts: it takes "
            f"{', '.join(VERSIONS)} only, in small letters",
        )
    elif not elements and inspection.smtp_ports:
        yield _occurrence(
            inspection,
            PROTOCOLS,
            f"{PROTOCOLS} is empty: Postfix then starts no service of the type inet",
        )
    elif _has_no_address(inspection):
        yield _occurrence(
            inspection,
            PROTOCOLS,
            f"{PROTOCOLS} leaves {listed(elements)} only, of which no interface of this machine "
            "has an address: no program of Postfix starts",
        )


def _has_no_address(inspection: Inspection) -> bool:
    addresses, versions = inspection.addresses, _versions(inspection)
    return addresses is not None and all(each.version not in versions for each in addresses)


def _interfaces(inspection: Inspection) -> Iterator[Occurrence]:
    elements = inspection.effective.elements(INTERFACES)
    if not elements and inspection.smtp_ports:
        yield _occurrence(
            inspection,
            INTERFACES,
            f"{INTERFACES} is empty: the master finds no address to listen on, and does not start",
        )
    for element in elements[: elements.index("#") + 1] if "#" in elements else elements:
        is_word = element in ALONE and len(elements) == 1
        complaint = "" if is_word else _complaint(inspection, element)
        if complaint:
            message = f"{complaint}: no program of Postfix starts"
            yield _occurrence(inspection, INTERFACES, message)


def _complaint(inspection: Inspection, element: str) -> str:
    """Why Postfix cannot listen there, as far as that is known without asking the DNS."""
    address = address_in(element)
    if address is not None:
        if address.version not in _versions(inspection):
            return f"{INTERFACES} has {element}, and {PROTOCOLS} leaves out its version of IP"
        return _foreign(inspection, element, (address,))
    if element.lower() in ALONE:
        return f"{INTERFACES} has {element}, which counts in small letters and alone only"
    if HOST_NAME.fullmatch(element) is None:
        return f"{INTERFACES} has {element}, which is neither an address nor a host name"
    known = in_hosts(inspection, element)
    if not known and MISSPELT.fullmatch(element):
        return (
            f"{INTERFACES} has {element}, which is taken for a host name; {' and '.join(ALONE)} "
            "are the words"
        )
    return _foreign(inspection, element, known)


def _foreign(inspection: Inspection, element: str, addresses: tuple[Address, ...]) -> str:
    own = inspection.addresses
    versions = _versions(inspection)
    foreign = [
        str(each)
        for each in addresses
        if own is not None and each.version in versions and each not in own
    ]
    if not foreign:
        return ""
    where = "" if foreign == [element.strip("[]")] else f", by {HOSTS} {listed(foreign)}"
    return f"{INTERFACES} has {element}{where}, which no interface of this machine has"


def in_hosts(inspection: Inspection, name: str) -> tuple[Address, ...]:
    """The addresses that hosts(5) has for a name."""
    state = inspection.file(HOSTS)
    return named_in_hosts((state.content if state is not None else None) or b"", name)


def _versions(inspection: Inspection) -> frozenset[int]:
    """Those that Postfix uses; both where inet_protocols cannot be read."""
    elements = inspection.effective.elements(PROTOCOLS)
    known = [VERSIONS[each] for each in elements if each in VERSIONS]
    return frozenset(version for each in known or [VERSIONS[ALL]] for version in each)


def _occurrence(inspection: Inspection, parameter: str, message: str) -> Occurrence:
    value = inspection.effective.value(parameter)
    return Occurrence(
        message,
        COMMENT_APART if "#" in value else STOPS,
        inspection.place_of(parameter),
        f"{parameter} = {value}".rstrip(),
    )


RULES = (
    Rule(
        "inet-protocols-wrong",
        Severity.REFUSAL,
        "Versions of IP that Postfix or this machine does not have",
        "inet_protocols takes all, ipv4 and ipv6, in small letters. With another word every "
        "program of Postfix ends with a fatal error as soon as it starts; so it does where no "
        "interface has an address of what is left. An empty value shuts every port.",
        _protocols,
    ),
    Rule(
        "inet-interfaces-wrong",
        Severity.REFUSAL,
        "Addresses on which Postfix cannot listen",
        "inet_interfaces takes all or loopback-only, alone and in small letters, or addresses "
        "and host names of this machine. Postfix looks names up when it starts. For one that is "
        "not found, and for an address that no interface has, every program ends with a fatal "
        "error. On Debian the host's own name is often 127.0.1.1 in /etc/hosts, which none has; "
        "so is ::1 for localhost where IPv6 is switched off. What only the DNS knows is not "
        "looked up here.",
        _interfaces,
    ),
)

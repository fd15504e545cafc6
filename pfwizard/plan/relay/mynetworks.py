"""Whom ``mynetworks`` lets in: postconf(5), and the tables that it may name."""

import ipaddress
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import filterfalse
from pathlib import PurePosixPath

from pfwizard.cf.lists import split_list
from pfwizard.machine.effective import Smtpd

WIDEST_OWN_NETWORK = 8
"""Bits; no organization owns more than a /8 of IPv4, and a shorter prefix lets everyone in."""


class Reach(Enum):
    """How much of the Internet an element of ``mynetworks`` lets in."""

    OUR_OWN = "our own"
    EVERYONE = "everyone"
    NOT_JUDGED = "not judged"


def admits_everyone(smtpd: Smtpd) -> bool:
    """Whether ``mynetworks`` holds so much of the Internet that a stranger is in it."""
    plain, named = _plain_and_named(networks(smtpd))
    if _widest_of_networks(plain) is Reach.EVERYONE:
        return True
    return any(_reach(smtpd, each) is Reach.EVERYONE for each in named)


def not_judged(smtpd: Smtpd) -> tuple[str, ...]:
    """The elements of ``mynetworks`` of which pfwizard cannot tell whom they let in."""
    _, named = _plain_and_named(networks(smtpd))
    return tuple(each for each in named if _reach(smtpd, each) is Reach.NOT_JUDGED)


def networks(smtpd: Smtpd) -> tuple[str, ...]:
    """The elements of ``mynetworks``."""
    return smtpd.effective.elements("mynetworks")


@lru_cache
def _plain_and_named(elements: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The networks that stand in the list itself, and the elements that may name a table.

    A list may have hundreds of thousands of the first, and many rules ask about it.
    """
    plain = tuple(filter(_is_plain, elements))
    return plain, tuple(filterfalse(_is_plain, elements))


def _is_plain(element: str) -> bool:
    return element.startswith("[") or not (":" in element or element.startswith(("!", "/")))


@lru_cache
def _widest_of_networks(patterns: tuple[str, ...]) -> Reach:
    return _widest(map(_reach_of_a_network, patterns))


def _reach(smtpd: Smtpd, element: str) -> Reach:
    if _is_excluded(element):
        return Reach.OUR_OWN
    element = element.lstrip("!")
    if element.startswith("/"):
        return _reach_of_a_file(smtpd, element)
    if _is_plain(element):
        return _reach_of_a_network(element)
    kind, _, rest = element.partition(":")
    if kind == "static":
        return Reach.EVERYONE
    if kind == "cidr":
        return _reach_of_a_cidr_table(smtpd, rest)
    if kind == "inline" and all(map(_is_address, _inline_keys(rest))):
        return Reach.OUR_OWN
    return Reach.NOT_JUDGED


def _is_excluded(element: str) -> bool:
    return (len(element) - len(element.lstrip("!"))) % 2 == 1


def _reach_of_a_network(pattern: str) -> Reach:
    plain = pattern.replace("[", "").replace("]", "")
    try:
        network = ipaddress.ip_network(plain, strict=False)
    except ValueError:
        # A name; clients whose address has none are called "unknown".
        return Reach.EVERYONE if plain.lower() == "unknown" else Reach.OUR_OWN
    return Reach.EVERYONE if network.prefixlen < WIDEST_OWN_NETWORK else Reach.OUR_OWN


def _reach_of_a_file(smtpd: Smtpd, path: str) -> Reach:
    """A file holds elements as main.cf does; further files that it names are not followed."""
    lines = _lines(smtpd, path)
    if lines is None:
        return Reach.NOT_JUDGED
    elements = [element for line in lines for element in split_list(line)]
    return _widest(
        Reach.NOT_JUDGED if element.lstrip("!").startswith("/") else _reach(smtpd, element)
        for element in elements
    )


def _reach_of_a_cidr_table(smtpd: Smtpd, table: str) -> Reach:
    """cidr_table(5): what a network is looked up as does not matter, only that it is found."""
    rules = split_list(table[1:-1]) if table.startswith("{") else _lines(smtpd, table)
    if rules is None:
        return Reach.NOT_JUDGED
    patterns = [rule.strip("{} \t").split(maxsplit=1)[0] for rule in rules if rule.strip("{} \t")]
    return _widest(
        Reach.NOT_JUDGED
        if pattern.startswith("!") or pattern.lower() in ("if", "endif")
        else _reach_of_a_network(pattern)
        for pattern in patterns
    )


def _inline_keys(table: str) -> Iterator[str]:
    """The keys of ``inline:{key=value, {key = text of several words}}`` (inline_table(5))."""
    for entry in split_list(table[1:-1]):
        yield entry.strip("{} \t").partition("=")[0].strip()


def _is_address(key: str) -> bool:
    """Such a table is asked for the client's address and names alone, never for a network."""
    try:
        ipaddress.ip_address(key)
    except ValueError:
        return False
    return True


def _widest(reaches: Iterator[Reach]) -> Reach:
    found = set(reaches)
    for reach in (Reach.EVERYONE, Reach.NOT_JUDGED):
        if reach in found:
            return reach
    return Reach.OUR_OWN


def _lines(smtpd: Smtpd, path: str) -> list[str] | None:
    """The lines of a file without comments, or None where it was not read."""
    state = smtpd.files.get(PurePosixPath(path))
    if state is None or state.content is None:
        return None
    lines = state.content.decode("utf-8", "replace").splitlines()
    return [line for line in lines if not line.lstrip().startswith("#")]

"""Whom ``mynetworks`` lets in: postconf(5), and the tables that it may name."""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address, ip_network
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
    if Reach.EVERYONE in (_widest_of_networks(plain), _widest_without_files(named)):
        return True
    return any(_reach(smtpd, each) is Reach.EVERYONE for each in _with_files(named))


def not_judged(smtpd: Smtpd) -> tuple[str, ...]:
    """The elements of ``mynetworks`` of which pfwizard cannot tell whom they let in."""
    _, named = _plain_and_named(networks(smtpd))
    in_files = {each for each in _with_files(named) if _reach(smtpd, each) is Reach.NOT_JUDGED}
    without = _unknown_without_files(named)
    return tuple(each for each in named if each in without or each in in_files)


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


@lru_cache
def _widest_without_files(elements: tuple[str, ...]) -> Reach:
    """That of the elements which say themselves whom they let in, or about which nobody knows.

    Thousands of networks of IPv6 without brackets are such: smtpd takes them for tables.
    """
    return _widest(_reach_without_files(each) for each in elements if not _has_a_file(each))


@lru_cache
def _unknown_without_files(elements: tuple[str, ...]) -> frozenset[str]:
    without = (each for each in elements if not _has_a_file(each))
    return frozenset(each for each in without if _reach_without_files(each) is Reach.NOT_JUDGED)


@lru_cache
def _with_files(elements: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(_has_a_file, elements))


def _has_a_file(element: str) -> bool:
    return element.lstrip("!").startswith(("/", "cidr:"))


def _reach(smtpd: Smtpd, element: str) -> Reach:
    if _is_excluded(element):
        return Reach.OUR_OWN
    element = element.lstrip("!")
    if element.startswith("/"):
        return _reach_of_a_file(smtpd, element)
    return _reach_of_a_cidr_table(smtpd, element.removeprefix("cidr:"))


def _reach_without_files(element: str) -> Reach:
    if _is_excluded(element):
        return Reach.OUR_OWN
    element = element.lstrip("!")
    if _is_plain(element):
        return _reach_of_a_network(element)
    kind, _, rest = element.partition(":")
    if kind == "static":
        return Reach.EVERYONE
    if kind == "inline" and all(map(_is_address, _inline_keys(rest))):
        return Reach.OUR_OWN
    return Reach.NOT_JUDGED


def _is_excluded(element: str) -> bool:
    return (len(element) - len(element.lstrip("!"))) % 2 == 1


def _reach_of_a_network(pattern: str) -> Reach:
    plain = pattern.replace("[", "").replace("]", "")
    try:
        network = ip_network(plain, strict=False)
    except ValueError:
        # A name; clients whose address has none are called "unknown".
        return Reach.EVERYONE if plain.lower() == "unknown" else Reach.OUR_OWN
    return Reach.EVERYONE if network.prefixlen < WIDEST_OWN_NETWORK else Reach.OUR_OWN


def _reach_of_a_file(smtpd: Smtpd, path: str) -> Reach:
    """A file holds elements as main.cf does; further files that it names are not followed."""
    lines = _lines(smtpd, path)
    if lines is None:
        return Reach.NOT_JUDGED
    plain, named = _plain_and_named(_elements_of(lines))
    return _widest(
        (
            _widest_of_networks(plain),
            _widest_without_files(named),
            *(_reach_from_a_file(smtpd, each) for each in _with_files(named)),
        )
    )


def _reach_from_a_file(smtpd: Smtpd, element: str) -> Reach:
    """A table that a file names is followed, but no further file."""
    return Reach.NOT_JUDGED if element.lstrip("!").startswith("/") else _reach(smtpd, element)


@lru_cache
def _elements_of(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(element for line in lines for element in split_list(line))


def _reach_of_a_cidr_table(smtpd: Smtpd, table: str) -> Reach:
    """cidr_table(5): what a network is looked up as does not matter, only that it is found."""
    rules = split_list(table[1:-1]) if table.startswith("{") else _lines(smtpd, table)
    return Reach.NOT_JUDGED if rules is None else _widest_of_rules(tuple(rules))


@lru_cache
def _widest_of_rules(rules: tuple[str, ...]) -> Reach:
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
        ip_address(key)
    except ValueError:
        return False
    return True


def _widest(reaches: Iterable[Reach]) -> Reach:
    found = set(reaches)
    for reach in (Reach.EVERYONE, Reach.NOT_JUDGED):
        if reach in found:
            return reach
    return Reach.OUR_OWN


def _lines(smtpd: Smtpd, path: str) -> tuple[str, ...] | None:
    """The lines of a file without comments, or None where it was not read."""
    state = smtpd.files.get(PurePosixPath(path))
    return None if state is None or state.content is None else _lines_of(state.content)


@lru_cache
def _lines_of(content: bytes) -> tuple[str, ...]:
    lines = content.decode("utf-8", "replace").splitlines()
    return tuple(line for line in lines if not line.lstrip().startswith("#"))

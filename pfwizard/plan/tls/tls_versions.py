"""Protocol lists of smtpd_tls_protocols (postconf(5)) in the syntax of the running version."""

import re

from pfwizard.machine.postfix import Version

VERSIONS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
RANGE_SYNTAX = Version(3, 6)
"""``>=TLSv1.2`` exists from here on; before, every older version is excluded by name."""


def at_least(minimum: str, version: Version) -> str:
    """The list that allows ``minimum`` and everything newer."""
    if version >= RANGE_SYNTAX:
        return f">={minimum}"
    return ", ".join(f"!{older}" for older in VERSIONS[: VERSIONS.index(minimum)])


NUMBERS = {f"0x03{minor:02x}": name for minor, name in enumerate(VERSIONS[1:])}
"""The versions as TLS itself numbers them, which a range may name too."""

WORD = re.compile(r"(?P<sign>!|>=|<=)?(?P<name>[^!<>=]*)")

BLANK_IN_RANGE = re.compile(r"([<>]=)[\s,:]+(?=\S)")


class UnknownProtocols(ValueError):
    """A list that this version cannot read; it makes Postfix switch TLS off."""


def allowed(protocols: str, version: Version) -> frozenset[str]:
    """The versions of TLS that a list allows.

    Raises UnknownProtocols for a list that this version of Postfix does not understand.
    """
    included: set[str] = set()
    excluded: set[str] = set()
    for word in filter(None, re.split(r"[\s,:]+", protocols)):
        match = WORD.fullmatch(word)
        sign, name = (match["sign"], match["name"]) if match else ("", word)
        if sign in (">=", "<=") and version < RANGE_SYNTAX:
            raise UnknownProtocols(word)
        if sign in (">=", "<=") and not name:
            continue  # Postfix reads a range without an end, and the next word by itself
        place = _place(name, is_range=sign in (">=", "<="))
        if sign == ">=":
            excluded.update(VERSIONS[:place])
        elif sign == "<=":
            excluded.update(VERSIONS[place + 1 :])
        elif sign == "!":
            excluded.add(VERSIONS[place])
        else:
            included.add(VERSIONS[place])
    return frozenset((included or set(VERSIONS)) - excluded)


def lost_by_blanks(protocols: str, version: Version) -> tuple[str, ...]:
    """The versions that a list would allow without the blanks inside its ranges, oldest first.

    Postfix reads ``>= TLSv1.2`` as two words, of which the second allows that version alone.
    """
    try:
        lost = allowed(BLANK_IN_RANGE.sub(r"\1", protocols), version) - allowed(protocols, version)
    except UnknownProtocols:
        return ()
    return tuple(each for each in VERSIONS if each in lost)


def _place(name: str, *, is_range: bool) -> int:
    known = {each.lower(): each for each in VERSIONS}
    found = known.get(name.lower()) or (NUMBERS.get(name.lower()) if is_range else None)
    if found is None:
        raise UnknownProtocols(name)
    return VERSIONS.index(found)


def is_at_least_as_strict(protocols: str, minimum: str, version: Version) -> bool:
    """Whether the list allows nothing older than ``minimum`` already, and something at all."""
    try:
        found = allowed(protocols, version)
    except UnknownProtocols:
        return False
    return bool(found) and found <= frozenset(VERSIONS[VERSIONS.index(minimum) :])

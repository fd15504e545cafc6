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


def allowed(protocols: str) -> frozenset[str]:
    """The versions that a list allows; words that Postfix would not know are passed over."""
    included: set[str] = set()
    excluded: set[str] = set()
    for word in re.split(r"[\s,:]+", protocols):
        if word.startswith(">=") and word[2:] in VERSIONS:
            excluded.update(VERSIONS[: VERSIONS.index(word[2:])])
        elif word.startswith("<=") and word[2:] in VERSIONS:
            excluded.update(VERSIONS[VERSIONS.index(word[2:]) + 1 :])
        elif word.startswith("!"):
            excluded.add(word[1:])
        elif word in VERSIONS:
            included.add(word)
    return frozenset((included or set(VERSIONS)) - excluded)


def is_at_least_as_strict(protocols: str, minimum: str) -> bool:
    """Whether the list allows nothing older than ``minimum`` already."""
    return allowed(protocols) <= frozenset(VERSIONS[VERSIONS.index(minimum) :])

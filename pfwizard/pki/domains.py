"""Domains: what lies within one, and which one a name belongs to."""

import re
from collections.abc import Iterable

from pfwizard.pki.errors import NameProblem
from pfwizard.pki.names import check_domain, is_ip

# Where a country's registry sells names one level further down, as below co.uk and com.br.
_SOLD_BELOW = re.compile(r"(?:ac|co|com|edu|gob|gov|go|ne|net|nom|or|org)\.[a-z]{2}")

# Of the first ones and of ccTLDs (RFC 1591), where strangers have names; a network of one's own may
# have a domain of one label too, such as lan.
_REGISTRY = re.compile(r"com|net|org|edu|gov|mil|int|info|biz|name|[a-z]{2}")


def is_public(domain: str) -> bool:
    """Whether strangers have names right below it, as below ``org`` and ``co.uk``, by its form."""
    return "." not in domain or _SOLD_BELOW.fullmatch(domain) is not None


def is_of_a_registry(domain: str) -> bool:
    """Whether it is known that strangers have names right below it: ``org``, ``de``, ``co.uk``."""
    return (_REGISTRY.fullmatch(domain) or _SOLD_BELOW.fullmatch(domain)) is not None


def is_within(name: str, domain: str) -> bool:
    """Whether a host name or an e-mail address is of the domain, or of one below it."""
    host = name.rpartition("@")[2].removeprefix("*.").lower()
    return host == domain or host.endswith(f".{domain}")


def domain_of(name: str) -> str:
    """The domain in which a host or a mailbox lies: ``example.org`` for ``mail.example.org``.

    A name of two labels, and one right below such as ``co.uk``, is a domain itself.
    """
    _, at, domain = name.rpartition("@")
    if at or name.startswith("*."):
        return domain.removeprefix("*.")
    above = domain.partition(".")[2]
    return domain if is_public(above) else above


def domains_of(names: Iterable[str]) -> tuple[str, ...]:
    """The fewest domains in which all these hosts and mailboxes lie; IP addresses lie in none."""
    every = tuple(dict.fromkeys(domain_of(name) for name in names if not is_ip(name)))
    return tuple(
        domain
        for domain in every
        if not any(is_within(domain, other) for other in every if other != domain)
    )


def domains_to_sign_for(names: Iterable[str], *, domain: str, host: str) -> tuple[str, ...]:
    """What a CA is limited to when nobody says otherwise: where these names lie.

    ``domain`` is that of the host, and covers those of them that lie in it; ``host`` counts where
    none of them lies in a domain.
    """
    every, own = tuple(names), domain.lower()
    if not is_public(own) and any(is_within(name, own) for name in every):
        every = (*every, f"*.{own}")
    return _usable(domains_of(every)) or _usable(domains_of([host.lower()]))


def _usable(domains: Iterable[str]) -> tuple[str, ...]:
    return tuple(domain for domain in domains if _is_domain(domain))


def _is_domain(text: str) -> bool:
    try:
        check_domain(text)
    except NameProblem:
        return False
    return True

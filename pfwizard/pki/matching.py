"""Whether a certificate's names cover a name (RFC 6125 section 6.4)."""

from collections.abc import Iterable


def covers(presented: Iterable[str], wanted: str) -> bool:
    """Whether any of the presented dNSNames covers the host name ``wanted``.

    ``*`` as the whole left-most label stands for exactly one label. A wanted wildcard is covered
    by the very same wildcard only. A presented name with a final dot covers nothing, as in OpenSSL.
    """
    return any(_matches(name.lower(), wanted) for name in presented)


def _matches(presented: str, wanted: str) -> bool:
    if not presented.startswith("*."):
        return presented == wanted
    first, _, domain = wanted.partition(".")
    return bool(first) and domain == presented.removeprefix("*.") and "." in domain

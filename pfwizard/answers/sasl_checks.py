"""The validators of the questions about password checkers."""

import re

from pfwizard.answers.checks import one_line
from pfwizard.errors import InputProblem
from pfwizard.quoting import quoted

LDAP_URL = re.compile(r"(?:ldaps?://[A-Za-z0-9._:\[\]-]*|ldapi://[A-Za-z0-9._%-]*)/?")
HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
HOST_AND_SERVICE = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9-]+)?")
MECHANISM = re.compile(r"[A-Z0-9_-]{1,20}")
"""RFC 4422, section 3.1."""

USER_IN_QUOTES = re.compile(r"'[^']*%u[^']*'")


def ldap_url(text: str) -> str:
    """The URL of an LDAP server (RFC 4516), without a name below it."""
    if not LDAP_URL.fullmatch(text):
        raise InputProblem(
            f"{quoted(text)} is not the URL of an LDAP server",
            "Write it like ldap://ldap.example.org, ldaps://ldap.example.org:636 or ldapi:///.",
        )
    return text


def database_host(text: str) -> str:
    """A host, or ``host:port`` (sql_hostnames of the options of Cyrus SASL)."""
    if not HOST_AND_PORT.fullmatch(text):
        raise InputProblem(f"{quoted(text)} is not a host", "Write host or host:port.")
    return text


def imap_host(text: str) -> str:
    """``host`` or ``host/port`` (the option -O of saslauthd(8) with rimap)."""
    if not HOST_AND_SERVICE.fullmatch(text):
        raise InputProblem(f"{quoted(text)} is not a host", "Write host or host/port.")
    return text


def mechanism_name(text: str) -> str:
    """The name of a SASL mechanism, in capitals."""
    if not MECHANISM.fullmatch(text.upper()):
        raise InputProblem(
            f"{quoted(text)} is not the name of a SASL mechanism", "Write one like SCRAM-SHA-256."
        )
    return text.upper()


def select_statement(text: str) -> str:
    """The value of sql_select: one statement, not in quotes as a whole.

    The plug-in puts the values in escaped, but does not put quotes around them.
    """
    one_line(text)
    if text[:7].upper() != "SELECT " or not USER_IN_QUOTES.search(text):
        raise InputProblem(
            f"{quoted(text)} does not select by the user",
            "Write it like SELECT password FROM users WHERE name = '%u', with these quotes.",
        )
    return text

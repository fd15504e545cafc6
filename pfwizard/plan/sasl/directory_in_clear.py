"""Passwords on their way between this machine and an LDAP server."""

from collections.abc import Iterable

from pfwizard.answers.sasl_answers import LdapdbStartTls, SaslBackend
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import warning

HERE = ("", "localhost", "127.0.0.1", "[::1]")
"""Hosts of an LDAP URL that are this machine."""


def judge_directory(draft: Draft) -> Draft:
    """With ldapdb, the directory sends the password of every user who logs in."""
    ldapdb = draft.answers.sasl.ldapdb
    is_protected = ldapdb.starttls is LdapdbStartTls.DEMAND
    if draft.answers.sasl.backend is not SaslBackend.LDAPDB or is_protected:
        return draft
    return warn_of_clear_text(draft, [ldapdb.uri])


def warn_of_clear_text(draft: Draft, urls: Iterable[str]) -> Draft:
    """Tell of the first of these LDAP servers that is asked over the net without TLS."""
    open_ones = [url for url in urls if url.startswith("ldap://") and not _is_here(url)]
    if not open_ones:
        return draft
    return draft.with_finding(
        warning(
            "ldap-in-clear",
            f"the passwords of users go between this machine and {open_ones[0]} in clear",
            "Use ldaps:// if the server can.",
        )
    )


def _is_here(url: str) -> bool:
    host = url.removeprefix("ldap://").rstrip("/")
    return host in HERE or host.rpartition(":")[0] in HERE[1:]

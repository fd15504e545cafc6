"""Clients of the ledger whose certificates run out, and who has to be given a new one."""

from collections.abc import Iterator
from datetime import datetime

from pfwizard.expiry.judgement import Judge
from pfwizard.machine.facts import Facts
from pfwizard.pki.ledger import Ledger
from pfwizard.plan.clients.client_access import BEST_DIGEST, DIGEST
from pfwizard.plan.clients.client_list import KnownClient, known_clients
from pfwizard.plan.plan import Finding, warning

CLIENT_EXPIRES, CLIENT_EXPIRED = "client-expires-soon", "client-expired"
CLIENT_NOT_KEPT_OUT = "client-not-kept-out"

ABOUT_CLIENTS = frozenset({CLIENT_EXPIRES, CLIENT_EXPIRED, CLIENT_NOT_KEPT_OUT})


def clients_in_want(facts: Facts, ledger: Ledger, judge: Judge) -> Iterator[Finding]:
    """A word for each client that may relay and whose last certificate ends, or was revoked.

    Postfix goes by the fingerprint and lets an expired certificate pass; what the client does with
    it is another matter.
    """
    listed = [each for each in known_clients(facts, ledger, judge.now) if each.is_listed]
    if facts.effective.value(DIGEST).lower() == BEST_DIGEST:  # else the names alone tell
        yield from (_not_kept_out(each) for each in listed if each.is_revoked)
    for each in _with_the_longest_certificate(listed):
        days = each.days_left
        if days is not None and days < judge.limits.warning:
            yield _in_want(each, days, _end_of(each, ledger))


def _with_the_longest_certificate(clients: list[KnownClient]) -> Iterator[KnownClient]:
    """Of each name one; those that are revoked do not count."""
    names = dict.fromkeys(each.name for each in clients)
    for name in names:
        of_it = [each for each in clients if each.name == name and not each.is_revoked]
        yield from sorted(of_it, key=lambda each: each.days_left or 0)[-1:]


def _end_of(client: KnownClient, ledger: Ledger) -> datetime:
    issued = ledger.issued(client.serial or 0)
    if issued is None:
        raise LookupError(f"{client.name}: not in the ledger, and so without an end")
    return issued.not_after


def _in_want(client: KnownClient, days: int, end: datetime) -> Finding:
    has_ended = days < 0
    return warning(
        CLIENT_EXPIRED if has_ended else CLIENT_EXPIRES,
        f"the certificate of the client {client.name} expire{'d' if has_ended else 's'} on "
        f"{end:%Y-%m-%d %H:%M} UTC",
        f"Give it a new one: pfwizard client revoke {client.name}, then pfwizard client add "
        f"{client.name}.",
    )


def _not_kept_out(client: KnownClient) -> Finding:
    return warning(
        CLIENT_NOT_KEPT_OUT,
        f"the certificate of the client {client.name} with the serial number {client.serial:X} is "
        "revoked, and it may relay all the same",
        f"pfwizard client revoke {client.serial:X} takes it out of the table again.",
    )

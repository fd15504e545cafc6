"""Who has a client certificate, and who may relay with one: the ledger and the tables together."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pfwizard.machine.facts import Facts
from pfwizard.machine.tables import tables_in
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.clients.client_access import BEST_DIGEST, DIGEST, TABLES
from pfwizard.plan.clients.client_table import ListedClient, clients_in
from pfwizard.plan.clients.clients import fingerprints, is_of


@dataclass(frozen=True)
class KnownClient:
    """A certificate of the ledger, or an entry of a table of which the ledger knows nothing.

    ``days_left`` is negative for what has expired; it and ``serial`` are None for the latter.
    """

    name: str
    fingerprint: str
    serial: int | None
    days_left: int | None
    is_revoked: bool
    is_listed: bool

    @property
    def standing(self) -> str:
        """In words for a person."""
        if self.days_left is None:
            return "may relay; not in the ledger"
        if self.is_revoked:
            return "revoked, BUT MAY RELAY" if self.is_listed else "revoked"
        if self.days_left < 0:
            return "expired, but may relay" if self.is_listed else "expired"
        relay = "may relay" if self.is_listed else "may not relay"
        return f"{relay}, {self.days_left} days left"


def known_clients(facts: Facts, ledger: Ledger, now: datetime) -> tuple[KnownClient, ...]:
    """In the order of their issue, and then of the tables."""
    listed = tuple(
        client
        for table in tables_in(facts.effective.value(TABLES))
        for client in clients_in(facts.file(table.text).content or b"")
    )
    issued = [
        each for each in ledger.entries if isinstance(each, Issued) and each.role is Role.CLIENT
    ]
    by_name = facts.effective.value(DIGEST).lower() != BEST_DIGEST
    return (
        *(_of_the_ledger(each, ledger, listed, now, by_name=by_name) for each in issued),
        *_of_the_tables_alone(listed, issued, by_name=by_name),
    )


def _of_the_ledger(
    issued: Issued,
    ledger: Ledger,
    listed: tuple[ListedClient, ...],
    now: datetime,
    *,
    by_name: bool,
) -> KnownClient:
    name = issued.names[0]
    return KnownClient(
        name=name,
        fingerprint=issued.public_key,
        serial=issued.serial,
        days_left=(issued.not_after - now).days,
        is_revoked=ledger.revocation(issued.serial) is not None,
        is_listed=any(is_of(each, name if by_name else "", (issued,)) for each in listed),
    )


def _of_the_tables_alone(
    listed: tuple[ListedClient, ...], issued: list[Issued], *, by_name: bool
) -> Iterator[KnownClient]:
    known = {fingerprint for each in issued for fingerprint in fingerprints(each)}
    names = {name for each in issued for name in each.names} if by_name else set()
    for each in listed:
        if not each.is_one_of(known) and each.name not in names:
            yield KnownClient(each.name, each.fingerprint, None, None, False, True)

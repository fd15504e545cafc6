"""A server to whose clients certificates are given, and the plans that do it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Revoked
from pfwizard.pki.pkcs12 import Pkcs12Profile
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.clients.client_plan import AddClient, RevokeClient, make_client_plan
from pfwizard.plan.clients.client_table import clients_in
from pfwizard.plan.clients.clients import ClientFiles, NewClient
from pfwizard.plan.plan import EnterInLedger, Plan
from pfwizard.secret import Secret
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    STOCK_MAIN,
    applied,
    circumstances,
    guide_pki,
    key,
    machine,
)

ANNA, RELAY = "anna@kernel-panic.it", "relay.kernel-panic.it"
PASSPHRASE = Secret("correct horse battery")
TABLE = PurePosixPath("/etc/postfix/relay_clientcerts")
BUILT = PurePosixPath("/etc/postfix/relay_clientcerts.db")

WITH_TLS = STOCK_MAIN + "smtpd_tls_security_level = may\n"
SMTPS = (
    "465 inet n - y - - smtpd -o smtpd_tls_wrappermode=yes\n"
    "  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n"
)
WITH_SMTPS = BARE_MASTER + SMTPS


def server(
    main: str = WITH_TLS, master: str = WITH_SMTPS, *files: FileState, **facts: object
) -> Facts:
    return machine(main, master, *guide_pki(), *files, **facts)  # type: ignore[arg-type]


def adding(
    name: str,
    facts: Facts,
    ledger: Ledger | None = None,
    now: datetime = NOW,
    passphrase: Secret[str] | None = PASSPHRASE,
    directory: PurePosixPath | None = None,
    ca_passphrase: Secret[str] | None = None,
    brought: BroughtKey | None = None,
) -> Plan:
    files = ClientFiles.of(name, CA_KEY, directory)
    client = NewClient(name, files, passphrase, Pkcs12Profile.MODERN)
    request = AddClient(AuthorityFiles(CA, CA_KEY), client)
    here = replace(circumstances(ledger), now=now, ca_passphrase=ca_passphrase, ca_key=brought)
    return make_client_plan(request, facts, here)


def revoking(which: str, facts: Facts, ledger: Ledger) -> Plan:
    return make_client_plan(RevokeClient(which), facts, circumstances(ledger))


def ledger_after(plan: Plan, before: Ledger | None = None) -> Ledger:
    ledger = before or Ledger()
    for entry in entries_of(plan):
        if isinstance(entry, Issued):
            ledger = ledger.with_issued(entry)
        else:
            ledger = ledger.with_revoked(entry.serial, entry.reason, at=entry.at)
    return ledger


def entries_of(plan: Plan) -> list[Issued | Revoked]:
    return [action.entry for action in plan.actions if isinstance(action, EnterInLedger)]


def who_may_relay(facts: Facts, plan: Plan) -> list[str]:
    """The names in the table when the plan has been applied."""
    return [client.name for client in clients_in(applied(facts, plan).file(TABLE).content or b"")]


class Machine:
    """A server and its ledger, on which one client after the other is added."""

    def __init__(self, names: Iterable[str] = (), facts: Facts | None = None) -> None:
        self.facts = facts or server()
        self.ledger = Ledger()
        for number, name in enumerate(names):
            self.add(name, number)

    def add(self, name: str, number: int) -> None:
        chance = lambda size: bytes([number + 1]) * size  # noqa: E731
        request = AddClient(
            AuthorityFiles(CA, CA_KEY),
            NewClient(name, ClientFiles.of(name, CA_KEY, None), PASSPHRASE),
        )
        here = replace(
            circumstances(self.ledger), randomness=chance, generate_key=lambda _: key(5 + number)
        )
        self.take(make_client_plan(request, self.facts, here))

    def take(self, plan: Plan) -> None:
        assert not plan.refusals
        self.facts = applied(self.facts, plan)
        self.ledger = ledger_after(plan, self.ledger)

    @property
    def listed(self) -> list[str]:
        return [client.name for client in clients_in(self.facts.file(TABLE).content or b"")]

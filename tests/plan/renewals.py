"""Servers whose certificates are renewed, and what becomes of their files."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.plan import Plan
from pfwizard.plan.renewal.renewal import Renewable, RenewalRequest, make_renewal_plan
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    circumstances,
    content_of,
    directory,
    file,
    machine,
)

DAY = timedelta(days=1)
CHAIN = PurePosixPath("/etc/postfix/ssl/chain.pem")
NEXT = PurePosixPath(f"{SERVER_KEY}.next")

PAIR_IN_MAIN_CF = (
    STOCK_MAIN
    + f"""\
smtpd_tls_security_level = may
smtpd_tls_cert_file = {SERVER}
smtpd_tls_key_file = {SERVER_KEY}
smtpd_tls_CAfile = {CA}
"""
)
CHAIN_IN_MAIN_CF = (
    STOCK_MAIN
    + f"""\
smtpd_tls_security_level = may
smtpd_tls_chain_files = {CHAIN}
smtpd_tls_CAfile = {CA}
"""
)

SERVERS = pki.key("server").pem().reveal()
THE_CAS = pki.key("ca").pem().reveal()
PASSPHRASE = Secret("correct horse battery")
ENCRYPTED = encrypted_pem(pki.key("ca"), PASSPHRASE, os.urandom).reveal()

NEARLY_OVER = NOW + 300 * DAY
"""Of the 397 days of the server's certificate less than a third are left then."""


def files(**different: bytes | None) -> tuple[FileState, ...]:
    """The CA and the server; None for a file that is not there."""
    contents: Mapping[str, tuple[PurePosixPath, bytes | None]] = {
        "ca": (CA, pki.ca().pem()),
        "ca_key": (CA_KEY, THE_CAS),
        "server": (SERVER, pki.server().pem()),
        "server_key": (SERVER_KEY, SERVERS),
        "chain": (CHAIN, SERVERS + pki.server().pem()),
    }
    wanted = {name: (path, different.get(name, usual)) for name, (path, usual) in contents.items()}
    found = [file(path, content) for path, content in wanted.values() if content is not None]
    return (directory(SERVER.parent), directory(SERVER_KEY.parent), *found)


def server(main_cf: str = PAIR_IN_MAIN_CF, **different: bytes | None) -> Facts:
    return machine(main_cf, BARE_MASTER, *files(**different))


def renewing(
    facts: Facts,
    what: Renewable = Renewable.SERVER,
    *,
    force: bool = False,
    now: datetime = NEARLY_OVER,
    known_files: tuple[PurePosixPath, ...] = (),
    passphrase: Secret[str] | None = None,
    brought: BroughtKey | None = None,
) -> Plan:
    request = RenewalRequest(what, force, known_files)
    here = replace(circumstances(), now=now, ca_passphrase=passphrase, ca_key=brought)
    return make_renewal_plan(request, facts, here)


def renewed_at(plan: Plan, path: PurePosixPath = SERVER) -> Certificate:
    return load_certificate(content_of(plan, path))


def changed(plan: Plan) -> list[PurePosixPath]:
    return [change.path for change in plan.changes]


def with_next_key(*, main_cf: str = PAIR_IN_MAIN_CF, key: bytes | None = None) -> Facts:
    waiting = file(NEXT, key or pki.key("next").pem().reveal(), 0o600)
    return machine(main_cf, BARE_MASTER, *files(), waiting)

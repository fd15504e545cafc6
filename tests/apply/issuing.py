"""A certificate that is handed out, and what the ledger has to know of it by then."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pfwizard.apply.ledger_file import read_ledger
from pfwizard.machine.tree import Tree
from pfwizard.pki.ledger_entries import Issued, Reason, Revoked, Role
from pfwizard.plan.plan import EnterInLedger
from tests.apply.builders import CHANGES, create, mkdir, state_of

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nof Anna\n"
PLACE = PurePosixPath("/etc/clients/anna.crt")
FIRST, SECOND = 0xA1, 0xB2

HANDING_OUT = (
    mkdir(PLACE.parent),
    replace(create(PLACE, CERTIFICATE), secret=False),  # the journal keeps it
    *CHANGES,
)


def issued(serial: int) -> EnterInLedger:
    return EnterInLedger(
        Issued(NOW, Role.CLIENT, serial, "CN=anna", ("anna@example.org",), NOW, NOW, "A", "B", "C")
    )


def revoked(serial: int) -> EnterInLedger:
    return EnterInLedger(Revoked(NOW, serial, Reason.UNSPECIFIED))


def serials(root: Path) -> list[int]:
    """Also a proof that it can be read."""
    return [entry.serial for entry in read_ledger(state_of(Tree(root)).path).entries]


def is_out(root: Path) -> bool:
    """Whether the certificate stands in any file at all, the journal's included."""
    return any(CERTIFICATE in path.read_bytes() for path in root.rglob("*") if path.is_file())

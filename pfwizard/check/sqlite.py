"""A database of SQLite with the users' passwords: who else than Postfix can read it."""

from collections.abc import Iterator

from pfwizard.check.inspection import Inspection
from pfwizard.check.open_files import open_passwords
from pfwizard.check.password_checkers import asking_cyrus, document_for
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Severity
from pfwizard.prove.way_to_store import Kind, stores_asked_by


def _databases(inspection: Inspection) -> Iterator[FileState]:
    """Those that a server asks, outside of the chroot jail and in it."""
    for daemon in asking_cyrus(inspection):
        document = document_for(inspection, daemon)
        for store in stores_asked_by(daemon.effective, document, inspection.facts.platform):
            if store.kind is Kind.SQLITE:
                states = map(inspection.file, (*store.names, *store.seen))
                yield from (each for each in states if each and each.kind is FileKind.REGULAR)


def _open(inspection: Inspection) -> Iterator[Occurrence]:
    for state in _databases(inspection):
        yield from open_passwords(inspection, state, "database")


RULES = (
    Rule(
        "sqlite-open",
        Severity.WARNING,
        "An SQLite database of passwords that everybody can read",
        "SQLite has no users and no rights of its own: whoever can read the file has all that is "
        "in it. Cyrus SASL needs the passwords themselves there, not digests of them.",
        _open,
    ),
)

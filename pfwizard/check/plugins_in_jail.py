"""What Cyrus SASL's plug-ins themselves ask for passwords, and cannot from the chroot jail.

sasldb is such a thing as well, and has a module of its own.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.check.inspection import Daemon, Inspection
from pfwizard.check.password_checkers import asking_cyrus, document_for
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.machine.checkers import in_the_jail, queue_of
from pfwizard.plan.plan import Severity
from pfwizard.prove.way_to_store import (
    LDAPDB,
    OUT_OF_THE_JAIL,
    SQL,
    Kind,
    Store,
    asks,
    asks_a_directory_from_jail,
    hidden_socket,
    stores_asked_by,
)

NO_COPY = f"{OUT_OF_THE_JAIL} A copy in the jail would grow old, and be stolen with it."


def _jailed(inspection: Inspection) -> Iterator[Daemon]:
    return (each for each in asking_cyrus(inspection) if each.effective.is_jailed)


def _occurrence(inspection: Inspection, daemon: Daemon, why: str, remedy: str) -> Occurrence:
    return Occurrence(
        f"runs in the chroot jail, {why}: every login fails",
        remedy,
        inspection.place_of_service(daemon.service),
        f"chroot = {daemon.service.chroot} for {daemon.name}",
    )


def _sqlite(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in _jailed(inspection):
        document = document_for(inspection, daemon)
        for store in stores_asked_by(daemon.effective, document, inspection.facts.platform):
            if store.kind is Kind.SQLITE and _is_hidden(inspection, store):
                why = f"where {store.names[0]} is {store.seen[0]}, and that is not there"
                yield _occurrence(inspection, daemon, why, NO_COPY)


def _is_hidden(inspection: Inspection, store: Store) -> bool:
    """Whether a file is there outside, and under none of its names in the jail."""
    outside, inside = (
        any(_is_there(inspection, each) for each in names) for names in (store.names, store.seen)
    )
    return outside and not inside


def _is_there(inspection: Inspection, path: PurePosixPath) -> bool:
    state = inspection.file(path)
    return state is not None and state.exists


def _sql_socket(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in _jailed(inspection):
        if asks(SQL, document_for(inspection, daemon)):
            yield from _of_hidden_socket(
                inspection, daemon, "have the database asked over TCP (sql_hostnames: 127.0.0.1)"
            )


def _directory(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in _jailed(inspection):
        document = document_for(inspection, daemon)
        if asks_a_directory_from_jail(inspection.facts, daemon.effective, document):
            why = "where libldap finds none of the SASL plug-ins to log in to the directory with"
            yield _occurrence(inspection, daemon, why, OUT_OF_THE_JAIL)
        elif asks(LDAPDB, document):
            yield from _of_hidden_socket(
                inspection, daemon, "have the directory asked over TCP (ldapdb_uri)"
            )


def _of_hidden_socket(inspection: Inspection, daemon: Daemon, way: str) -> Iterator[Occurrence]:
    document = document_for(inspection, daemon)
    path = hidden_socket(inspection.facts, daemon.effective, document)
    if path is not None:
        inside = in_the_jail(queue_of(inspection.effective), path)
        yield _occurrence(
            inspection,
            daemon,
            f"where the socket {path} is {inside}, and that is not there",
            f"{OUT_OF_THE_JAIL.removesuffix('.')}, mount {path.parent} into the jail "
            f"(mount --bind), or {way}.",
        )


RULES = (
    Rule(
        "sqlite-outside-chroot",
        Severity.REFUSAL,
        "An SQLite database outside the chroot jail",
        "The plug-in for SQL opens the database in smtpd itself, from inside the jail, where the "
        "queue directory is its root. EHLO shows AUTH all the same, and every password is wrong.",
        _sqlite,
    ),
    Rule(
        "sql-socket-outside-chroot",
        Severity.REFUSAL,
        "A database server outside the chroot jail",
        "Without a host, and MySQL with localhost, the database is asked through its socket, for "
        "which smtpd looks from inside the jail.",
        _sql_socket,
    ),
    Rule(
        "ldapdb-outside-chroot",
        Severity.REFUSAL,
        "A directory that is out of reach in the chroot jail",
        "The plug-in ldapdb logs in to the directory from inside the jail. There libldap loads "
        "its own SASL plug-ins, unless it logs in by EXTERNAL, and looks for the socket of "
        "ldapi://.",
        _directory,
    ),
)

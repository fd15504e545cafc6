"""The database of Cyrus SASL: whether Postfix can read it, and who else."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.check.inspection import Inspection
from pfwizard.check.open_files import open_passwords
from pfwizard.check.password_checkers import (
    asking_cyrus,
    files_of_sasldb,
    files_of_sasldb_in_jail,
    smtpd_conf_of,
)
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Severity
from pfwizard.plan.sasl.parameters import DEFAULT_CHECKER
from pfwizard.plan.sasl.socket import READ, Process


def _sasldb(inspection: Inspection) -> FileState | None:
    """The database, where passwords are looked up in it."""
    found = smtpd_conf_of(inspection)
    document = found[1] if found else SmtpdConf.parse(b"")
    methods = (document.get("pwcheck_method") or DEFAULT_CHECKER).lower().split()
    plugins = (document.get("auxprop_plugin") or "sasldb").lower().split()
    if not asking_cyrus(inspection) or "auxprop" not in methods or "sasldb" not in plugins:
        return None
    return _first(inspection, files_of_sasldb(inspection))


def _first(inspection: Inspection, paths: Iterable[PurePosixPath]) -> FileState | None:
    states = map(inspection.file, paths)
    return next((state for state in states if state is not None and state.exists), None)


def _outside_chroot(inspection: Inspection) -> Iterator[Occurrence]:
    state = _sasldb(inspection)
    if state is None or _first(inspection, files_of_sasldb_in_jail(inspection)) is not None:
        return
    for daemon in asking_cyrus(inspection):
        if daemon.effective.is_jailed:
            yield Occurrence(
                f"runs in the chroot jail, where {state.path} cannot be seen: every login fails",
                "Write n in the chroot column of the service in master.cf. A copy in the jail "
                "would grow old, and be stolen with it.",
                inspection.place_of_service(daemon.service),
                f"chroot = {daemon.service.chroot} for {daemon.name}",
            )


def _unreadable_sasldb(inspection: Inspection) -> Iterator[Occurrence]:
    state, user = _sasldb(inspection), inspection.effective.value("mail_owner")
    if state is not None and not Process.of(inspection.facts, user).may(state, READ):
        yield Occurrence(
            f"the user {user} cannot read the passwords in this file (mode {state.mode:04o}): "
            "every login fails",
            f"chgrp {user} {state.real} && chmod 640 {state.real}",
            Place(state.path),
        )


def _open_sasldb(inspection: Inspection) -> Iterator[Occurrence]:
    state = _sasldb(inspection)
    if state is not None:
        yield from open_passwords(inspection, state, "file")


RULES = (
    Rule(
        "sasldb-outside-chroot",
        Severity.REFUSAL,
        "A sasldb outside the chroot jail",
        "smtpd opens the database from inside the jail, where the queue directory is its root. "
        "EHLO shows AUTH all the same, and every password is wrong.",
        _outside_chroot,
    ),
    Rule(
        "sasldb-unreadable",
        Severity.REFUSAL,
        "A sasldb that Postfix cannot read",
        "smtpd opens the database as its own user, after it has given up the rights of root.",
        _unreadable_sasldb,
    ),
    Rule(
        "sasldb-open",
        Severity.WARNING,
        "A sasldb that everybody can read",
        "The database has the passwords themselves, not digests of them.",
        _open_sasldb,
    ),
)

"""Who checks the passwords of each SMTP server, and where it is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.check.inspection import Daemon, Inspection
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.errors import Failed
from pfwizard.machine.checkers import queue_of
from pfwizard.plan.sasl.asked import Checker, asked_by
from pfwizard.plan.sasl.checker import lets_log_in
from pfwizard.plan.sasl.parameters import CYRUS
from pfwizard.prove.way_to_store import files_of_stores

ELSEWHERE = tuple(
    map(
        PurePosixPath,
        (
            "/etc/postfix/sasl/smtpd.conf",
            "/etc/sasl2/smtpd.conf",
            "/usr/lib/sasl/smtpd.conf",
            "/usr/lib/sasl2/smtpd.conf",
            "/usr/lib64/sasl2/smtpd.conf",
            "/usr/local/etc/sasl2/smtpd.conf",
            "/usr/local/lib/sasl2/smtpd.conf",
        ),
    )
)
"""Where one platform or the other has it, so that instructions on the net name it."""


def offers_logins(daemon: Daemon, sasl_type: str) -> bool:
    """Whether users can log in to this server through this type of SASL."""
    return lets_log_in(daemon.effective, sasl_type)


def asking_cyrus(inspection: Inspection) -> list[Daemon]:
    """The servers to which users can log in through Cyrus SASL."""
    return [each for each in inspection.servers if offers_logins(each, CYRUS)]


def smtpd_conf_of(inspection: Inspection) -> tuple[PurePosixPath, SmtpdConf] | None:
    """The file that counts for Cyrus SASL, or None where there is none.

    Raises Failed when it cannot be read, or where another may stand before it.
    """
    return _first(inspection, places_of(inspection))


def _first(
    inspection: Inspection, places: Iterable[PurePosixPath]
) -> tuple[PurePosixPath, SmtpdConf] | None:
    for path in places:
        state = inspection.facts.file(path)
        if state.exists:
            return path, _parsed(state.content or b"")
    return None


@lru_cache(maxsize=1)
def _parsed(content: bytes) -> SmtpdConf:
    """Many rules ask for the same file."""
    return SmtpdConf.parse(content)


def places_of(inspection: Inspection) -> tuple[PurePosixPath, ...]:
    """Where this Postfix looks for it; nowhere where a value tells that cannot be read."""
    if inspection.smtpd_conf_places is not None:
        return inspection.smtpd_conf_places
    try:
        return inspection.facts.smtpd_conf_places
    except Failed:
        return ()


def _places_for(inspection: Inspection, daemon: Daemon) -> tuple[PurePosixPath, ...]:
    """Where a server looks for it, by its own options too."""
    if not places_of(inspection):
        return ()
    return inspection.facts.smtpd_conf_places_of(daemon.effective)


def by_smtpd_conf(inspection: Inspection) -> tuple[Inspection, ...]:
    """The servers apart that do not look for the same file (``smtpd_sasl_path``)."""
    asking = asking_cyrus(inspection)
    places = tuple(dict.fromkeys(_places_for(inspection, each) for each in asking))
    if not places or places == (places_of(inspection),):
        return (inspection,)
    return tuple(replace(inspection, smtpd_conf_places=each) for each in places)


def for_each_smtpd_conf(rule: Rule) -> Rule:
    """The rule about what one such file says, asked about all of them."""

    def find(inspection: Inspection) -> Iterable[Occurrence]:
        return chain.from_iterable(map(rule.find, by_smtpd_conf(inspection)))

    return replace(rule, find=find)


def document_for(inspection: Inspection, daemon: Daemon) -> SmtpdConf:
    """The file of Cyrus SASL that a server goes by, empty where there is none."""
    found = _first(inspection, _places_for(inspection, daemon))
    return SmtpdConf.parse(b"") if found is None else found[1]


def checkers_of(inspection: Inspection, daemon: Daemon) -> Iterator[Checker]:
    """The password checkers that a server asks through a socket."""
    document = document_for(inspection, daemon)
    return asked_by(daemon.effective, document, inspection.facts.platform)


def sasldb_of(inspection: Inspection) -> PurePosixPath:
    """The database of Cyrus SASL, without the suffix that the library may add."""
    found = smtpd_conf_of(inspection)
    named = None if found is None else found[1].get("sasldb_path")
    return PurePosixPath(named) if named else inspection.facts.platform.sasldb.value


def files_of_sasldb(inspection: Inspection) -> tuple[PurePosixPath, ...]:
    """Where the database may be: a kind of database may add a suffix to its name."""
    sasldb = sasldb_of(inspection)
    return sasldb, sasldb.with_name(f"{sasldb.name}.db")


def files_of_sasldb_in_jail(inspection: Inspection) -> tuple[PurePosixPath, ...]:
    """Where a server in the jail finds it."""
    jail = queue_of(inspection.effective)
    return tuple(jail / str(path).lstrip("/") for path in files_of_sasldb(inspection))


def files_of_the_checkers(inspection: Inspection) -> Iterator[PurePosixPath]:
    """Everything that the rules about logins look at, as far as smtpd.conf can be read."""
    yield from ELSEWHERE
    try:
        yield from _named_for_logins(inspection)
    except Failed:
        return


def _named_for_logins(inspection: Inspection) -> Iterator[PurePosixPath]:
    for daemon in inspection.servers:
        for checker in checkers_of(inspection, daemon):
            yield checker.path if checker.path.is_absolute() else checker.seen
            yield checker.seen
    for daemon in asking_cyrus(inspection):
        document = document_for(inspection, daemon)
        yield from files_of_stores(daemon.effective, document, inspection.facts.platform)
    for part in by_smtpd_conf(inspection):
        yield from files_of_sasldb(part)
        yield from files_of_sasldb_in_jail(part)

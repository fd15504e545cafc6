"""The way of a server to what Cyrus SASL's plug-ins themselves look for passwords in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.checkers import files_of_sasldb, in_the_jail, queue_of
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.plugin_sockets import sockets_of_directory, sockets_of_sql
from pfwizard.machine.tree import FileKind
from pfwizard.plan.sasl.checker import lets_log_in
from pfwizard.plan.sasl.mechanisms import BUILT_IN
from pfwizard.plan.sasl.parameters import CYRUS, DEFAULT_CHECKER
from pfwizard.plan.sasl.socket import TO_READ, Reach, reachability
from pfwizard.prove.server import Obstacle, PasswordChecker
from pfwizard.prove.way_to_checker import closed_way

SQL, LDAPDB = "sql", "ldapdb"

OPTIONS_OF: dict[str, str] = {SQL: "sql_", LDAPDB: "ldapdb_"}
"""How the options of a plug-in begin; where none is named, the plug-ins with options are asked, and
sasldb where there are none."""

SQLITE = ("sqlite", "sqlite3")
"""Values of ``sql_engine`` for which ``sql_database`` is a file."""

OUT_OF_THE_JAIL = "Write n in the chroot column of the service in master.cf."


class Kind(Enum):
    """How the passwords are stored; the values are its name for people."""

    SASLDB = "sasldb"
    SQLITE = "SQLite"


REMEDIES: dict[Kind, str] = {
    Kind.SASLDB: "Make it with saslpasswd2 -c, or correct sasldb_path in {conf}.",
    Kind.SQLITE: "Make it with its users, or correct sql_database in {conf}.",
}
"""Where the file is not there."""


@dataclass(frozen=True)
class Store:
    """A file with passwords.

    ``names`` are those by which it may be asked for, and ``seen`` the files that a server then
    meets, which are below the queue directory for a server in the chroot jail.
    """

    kind: Kind
    names: tuple[PurePosixPath, ...]
    seen: tuple[PurePosixPath, ...]


def files_of_stores(
    effective: Effective, smtpd_conf: SmtpdConf, platform: Platform
) -> Iterator[PurePosixPath]:
    """The files of which the facts must know."""
    for store in stores_asked_by(effective, smtpd_conf, platform):
        yield from (*store.names, *store.seen)
    if lets_log_in(effective, CYRUS):
        for path in sockets_asked_by(smtpd_conf, platform):
            yield from (path, in_the_jail(queue_of(effective), path))


def ways_to_stores(
    facts: Facts, effective: Effective, smtpd_conf: SmtpdConf
) -> Iterator[PasswordChecker]:
    """The files as password checkers, with what is in the way of Postfix's user.

    Of a directory nothing can be seen but that it cannot be asked from the jail.
    """
    for store in stores_asked_by(effective, smtpd_conf, facts.platform):
        seen = _first(store.seen, lambda each: facts.file(each).exists)
        obstacle = _obstacle(facts, facts.smtpd_conf_of(effective), store, seen)
        yield PasswordChecker(store.kind.value, seen, is_daemon=False, obstacle=obstacle)
    hidden = hidden_socket(facts, effective, smtpd_conf)
    if hidden is not None:
        inside = in_the_jail(queue_of(effective), hidden)
        yield PasswordChecker(
            LDAPDB if asks(LDAPDB, smtpd_conf) else SQL,
            inside,
            is_daemon=False,
            obstacle=Obstacle(
                f"smtpd is in the chroot jail, where the socket {hidden} would be {inside}, and "
                "that is not there",
                f"{OUT_OF_THE_JAIL.removesuffix('.')}, or mount {hidden.parent} into the jail "
                "(mount --bind).",
            ),
        )
    if asks_a_directory_from_jail(facts, effective, smtpd_conf):
        yield PasswordChecker(
            LDAPDB,
            queue_of(effective),
            is_daemon=False,
            obstacle=Obstacle(
                "smtpd is in the chroot jail, where libldap finds none of the SASL plug-ins with "
                "which it logs in to the directory",
                OUT_OF_THE_JAIL,
            ),
        )


def stores_asked_by(
    effective: Effective, smtpd_conf: SmtpdConf, platform: Platform
) -> Iterator[Store]:
    """The files in which a server with these parameters has passwords looked for."""
    if not lets_log_in(effective, CYRUS):
        return
    for kind, names in _named_in(smtpd_conf, platform):
        inside = tuple(in_the_jail(queue_of(effective), name) for name in names)
        yield Store(kind, names, inside if effective.is_jailed else names)


def _named_in(
    smtpd_conf: SmtpdConf, platform: Platform
) -> Iterator[tuple[Kind, tuple[PurePosixPath, ...]]]:
    if asks("sasldb", smtpd_conf):
        named = smtpd_conf.get("sasldb_path")
        yield Kind.SASLDB, files_of_sasldb(PurePosixPath(named) if named else platform.sasldb.value)
    database = PurePosixPath(smtpd_conf.get("sql_database") or "")
    is_sqlite = (smtpd_conf.get("sql_engine") or "").lower() in SQLITE
    if is_sqlite and database.is_absolute() and asks(SQL, smtpd_conf):
        yield Kind.SQLITE, (database,)


def asks(plugin: str, smtpd_conf: SmtpdConf) -> bool:
    """Whether passwords are looked for by this plug-in."""
    if "auxprop" not in (smtpd_conf.get("pwcheck_method") or DEFAULT_CHECKER).lower().split():
        return False
    named = smtpd_conf.get("auxprop_plugin")
    if named is not None:
        return plugin in named.lower().split()
    with_options = {
        name
        for name, begin in OPTIONS_OF.items()
        if any(option.key.startswith(begin) for option in smtpd_conf.options)
    }
    return plugin in (with_options or {"sasldb"})


def sockets_asked_by(smtpd_conf: SmtpdConf, platform: Platform) -> tuple[PurePosixPath, ...]:
    """Where a plug-in may ask a server of this machine for passwords; nowhere over TCP alone."""
    if asks(SQL, smtpd_conf):
        return sockets_of_sql(smtpd_conf, platform)
    return sockets_of_directory(smtpd_conf, platform) if asks(LDAPDB, smtpd_conf) else ()


def hidden_socket(
    facts: Facts, effective: Effective, smtpd_conf: SmtpdConf
) -> PurePosixPath | None:
    """The one of them that is there outside, where the jail has none of them."""
    if not (lets_log_in(effective, CYRUS) and effective.is_jailed):
        return None
    names = sockets_asked_by(smtpd_conf, facts.platform)
    outside = [each for each in names if _is_socket(facts, each)]
    inside = (in_the_jail(queue_of(effective), each) for each in names)
    return outside[0] if outside and not any(_is_socket(facts, each) for each in inside) else None


def _is_socket(facts: Facts, path: PurePosixPath) -> bool:
    state = facts.files.get(path)
    return state is not None and state.kind is FileKind.SOCKET


def asks_a_directory_from_jail(facts: Facts, effective: Effective, smtpd_conf: SmtpdConf) -> bool:
    """Without a plug-in it cannot log in there, whatever the mechanism."""
    if not (lets_log_in(effective, CYRUS) and effective.is_jailed and asks(LDAPDB, smtpd_conf)):
        return False
    mechanism = (smtpd_conf.get("ldapdb_mech") or "").upper()
    are_outside = facts.sasl_plugins is not None and not facts.sasl_plugins_in_jail
    return are_outside and mechanism not in BUILT_IN


def _first(
    paths: tuple[PurePosixPath, ...], fits: Callable[[PurePosixPath], bool]
) -> PurePosixPath:
    return next((each for each in paths if fits(each)), paths[0])


def _obstacle(
    facts: Facts, smtpd_conf: PurePosixPath, store: Store, seen: PurePosixPath
) -> Obstacle | None:
    user = facts.effective.value("mail_owner")
    found = reachability(facts, seen, user, errand=TO_READ)
    if found.reach is Reach.REACHED:
        return None
    if not _has_a_method(facts, smtpd_conf):
        return Obstacle(
            f"{smtpd_conf} names no password checker, so that passwords are looked for in "
            f"{seen}, which {user} cannot read",
            f"Name one with pwcheck_method in {smtpd_conf}.",
        )
    if found.closed_at is None:
        return _absent(facts, smtpd_conf, store, seen)
    what = f"read the passwords of {store.kind.value}"
    return closed_way(facts, facts.file(found.closed_at), found, user, what)


def _absent(facts: Facts, smtpd_conf: PurePosixPath, store: Store, seen: PurePosixPath) -> Obstacle:
    name = _first(store.names, lambda each: facts.file(each).exists)
    if name not in store.seen and facts.file(name).exists:
        return Obstacle(
            f"smtpd is in the chroot jail, where the passwords in {name} would be in {seen}, and "
            "that is not there",
            f"{OUT_OF_THE_JAIL} A copy in the jail would grow old, and be stolen with it.",
        )
    return Obstacle(
        f"{seen}, where passwords are looked for, is not there",
        REMEDIES[store.kind].format(conf=smtpd_conf),
    )


def _has_a_method(facts: Facts, smtpd_conf: PurePosixPath) -> bool:
    content = facts.file(smtpd_conf).content or b""
    return SmtpdConf.parse(content).get("pwcheck_method") is not None

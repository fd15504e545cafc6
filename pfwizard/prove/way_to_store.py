"""The way of a server to the file that Cyrus SASL looks for passwords in."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.checkers import files_of_sasldb, in_the_jail, queue_of
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import Platform
from pfwizard.plan.sasl.checker import lets_log_in
from pfwizard.plan.sasl.parameters import CYRUS, DEFAULT_CHECKER
from pfwizard.plan.sasl.socket import TO_READ, Reach, reachability
from pfwizard.prove.server import Obstacle, PasswordChecker
from pfwizard.prove.way_to_checker import closed_way

SASLDB = "sasldb"

OF_OTHER_STORES = ("sql_", "ldapdb_")
"""How the options begin of the plug-ins that are asked, too, where none is named."""


def stores_asked_by(
    effective: Effective, smtpd_conf: SmtpdConf, platform: Platform
) -> tuple[PurePosixPath, ...]:
    """The names that the file may have, as a server meets it; none where it asks another."""
    if not lets_log_in(effective, CYRUS) or not _asks_sasldb(smtpd_conf):
        return ()
    named = smtpd_conf.get("sasldb_path")
    names = files_of_sasldb(PurePosixPath(named) if named else platform.sasldb.value)
    if effective.is_jailed:
        return tuple(in_the_jail(queue_of(effective), name) for name in names)
    return names


def _asks_sasldb(smtpd_conf: SmtpdConf) -> bool:
    if "auxprop" not in (smtpd_conf.get("pwcheck_method") or DEFAULT_CHECKER).lower().split():
        return False
    plugins = smtpd_conf.get("auxprop_plugin")
    if plugins is not None:
        return SASLDB in plugins.lower().split()
    return not any(option.key.startswith(OF_OTHER_STORES) for option in smtpd_conf.options)


def way_to_a_store(
    facts: Facts, effective: Effective, names: Iterable[PurePosixPath]
) -> Iterator[PasswordChecker]:
    """The file as a password checker, with what is in the way of Postfix's user."""
    found = list(names)
    if found:
        store = next((name for name in found if facts.file(name).exists), found[0])
        obstacle = _obstacle(facts, facts.smtpd_conf_of(effective), store)
        yield PasswordChecker(SASLDB, store, is_daemon=False, obstacle=obstacle)


def _obstacle(facts: Facts, smtpd_conf: PurePosixPath, store: PurePosixPath) -> Obstacle | None:
    user = facts.effective.value("mail_owner")
    found = reachability(facts, store, user, errand=TO_READ)
    if found.reach is Reach.REACHED:
        return None
    if not _has_a_method(facts, smtpd_conf):
        return Obstacle(
            f"{smtpd_conf} names no password checker, so that passwords are looked for in "
            f"{store}, which {user} cannot read",
            f"Name one with pwcheck_method in {smtpd_conf}.",
        )
    if found.closed_at is None:
        return Obstacle(
            f"{store}, where passwords are looked for, is not there",
            f"Make it with saslpasswd2 -c, or correct sasldb_path in {smtpd_conf}.",
        )
    what = "read the passwords of sasldb"
    return closed_way(facts, facts.file(found.closed_at), found, user, what)


def _has_a_method(facts: Facts, smtpd_conf: PurePosixPath) -> bool:
    content = facts.file(smtpd_conf).content or b""
    return SmtpdConf.parse(content).get("pwcheck_method") is not None

"""The password checker of the answers, on this machine."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import ChrootChoice, SaslAnswers, SaslBackend, SqlEngine
from pfwizard.cf.service import Service
from pfwizard.machine.checkers import (
    IN_THE_QUEUE,
    OVER_TCP,
    files_of_sasldb,
    in_the_jail,
    path_of_dovecot,
    queue_of,
    sasldb_of,
    socket_of_dovecot,
)
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import PLATFORMS
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.plugin_sockets import sockets_of_hosts, sockets_of_url
from pfwizard.machine.saslauthd_options import socket_by_options
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import JoinGroup
from pfwizard.plan.sasl.backends import BACKENDS, Backend
from pfwizard.plan.sasl.parameters import CYRUS
from pfwizard.plan.services import smtp_servers


def backend_of(draft: Draft) -> Backend:
    return BACKENDS[draft.answers.sasl.backend]


def mechanisms_of(draft: Draft) -> tuple[str, ...]:
    """Those that the answers name, or else those that the back end does safely."""
    return draft.answers.sasl.mechanisms or backend_of(draft).usual


def socket_of(facts: Facts, answers: SaslAnswers) -> PurePosixPath | None:
    """The socket of the daemon that checks passwords; None where it is asked without one."""
    match answers.backend:
        case SaslBackend.AUTHDAEMOND:
            usual = facts.platform.authdaemond_socket.value.path
        case SaslBackend.SASLAUTHD:
            usual = _by_its_options(facts) or facts.platform.saslauthd_socket.value.path
            if answers.chroot is ChrootChoice.MOVE_SOCKET:
                return _within(queue_of(facts.effective), answers.socket or usual)
        case SaslBackend.DOVECOT:
            today = path_of_dovecot(facts.effective)
            if today.startswith(OVER_TCP) and answers.socket is None:
                return None
            usual = socket_of_dovecot(facts.effective) or queue_of(facts.effective) / IN_THE_QUEUE
        case _:
            return None
    return answers.socket or usual


def _by_its_options(facts: Facts) -> PurePosixPath | None:
    place = facts.platform.saslauthd_options.value
    return None if place is None else socket_by_options(place, facts.file(place.path).content)


def _within(queue: PurePosixPath, path: PurePosixPath) -> PurePosixPath:
    return path if path.is_relative_to(queue) else in_the_jail(queue, path)


def store_of(facts: Facts, answers: SaslAnswers) -> PurePosixPath | None:
    """The file with the passwords that Postfix itself opens, where the back end is one."""
    if answers.backend is SaslBackend.SASLDB:
        today = sasldb_of(facts.file(facts.smtpd_conf).content or b"")
        names = files_of_sasldb(answers.database or today or facts.platform.sasldb.value)
        return next((name for name in names if facts.file(name).exists), names[0])
    if answers.backend is SaslBackend.SQL and answers.sql.engine is SqlEngine.SQLITE:
        return PurePosixPath("/") / answers.sql.database
    return None


def sockets_behind_plugin(answers: SaslAnswers, platform: Platform) -> tuple[PurePosixPath, ...]:
    """Where a server of this machine is asked that the plug-in asks; nowhere over TCP."""
    if answers.backend is SaslBackend.LDAPDB:
        return sockets_of_url(answers.ldapdb.uri, platform)
    if answers.backend is SaslBackend.SQL:
        return sockets_of_hosts(answers.sql.engine.value, answers.sql.hosts, platform)
    return ()


def sockets_looked_at(answers: SaslAnswers) -> tuple[PurePosixPath, ...]:
    """Those of them that there may be, whatever the platform."""
    found = (sockets_behind_plugin(answers, platform) for platform in PLATFORMS)
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def servers_asking(draft: Draft) -> tuple[Service, ...]:
    """The SMTP servers that will let users log in through the back end of the answers."""
    sasl_type = backend_of(draft).sasl_type
    return tuple(
        service
        for service in smtp_servers(draft.master, draft.effective)
        if lets_log_in(draft.effective.of(service), sasl_type)
        and _goes_by_what_is_planned(draft, draft.effective.of(service))
    )


def _goes_by_what_is_planned(draft: Draft, effective: Effective) -> bool:
    """Not where a service has another smtpd.conf than main.cf, with a checker of its own."""
    if backend_of(draft).sasl_type != CYRUS:
        return True
    places_of = draft.facts.smtpd_conf_places_of
    return places_of(effective) == places_of(draft.effective)


def lets_log_in(effective: Effective, sasl_type: str) -> bool:
    """Whether a service with these parameters offers AUTH through this type of SASL."""
    return (
        effective.is_on("smtpd_sasl_auth_enable")
        and effective.value("smtpd_sasl_type") == sasl_type
    )


def let_log_in_until_now(draft: Draft, sasl_type: str) -> bool:
    """Whether some service has let users log in through this type of SASL until now."""
    return any(True for _ in _letting_log_in_until_now(draft, sasl_type))


def let_log_in_by(draft: Draft, smtpd_conf: PurePosixPath) -> bool:
    """Whether some service has let users log in until now as this file says."""
    places_of = draft.facts.smtpd_conf_places_of
    services = _letting_log_in_until_now(draft, CYRUS)
    return any(smtpd_conf in places_of(effective) for effective in services)


def _letting_log_in_until_now(draft: Draft, sasl_type: str) -> Iterator[Effective]:
    until_now = draft.effective_until_now
    servers = smtp_servers(draft.facts.configuration.master, until_now)
    contexts = [until_now, *(until_now.of(service) for service in servers)]
    return (each for each in contexts if lets_log_in(each, sasl_type))


def replaces_a_checker(draft: Draft) -> bool:
    """Whether users can log in today, through something else.

    In a tree, where the socket of today is not to be seen either, another one is no reason.
    """
    found = {finding.identifier for finding in draft.findings}
    has_other_socket = "checker-socket-replaced" in found and not draft.facts.works_on_a_tree
    return has_other_socket or bool(found & {"sasl-type-replaced", "checker-replaced"})


def joins_of(draft: Draft, user: str) -> frozenset[str]:
    """The groups that the plan makes this user a member of."""
    return frozenset(join.group for join in draft.joins if join.user == user)


def with_join(draft: Draft, user: str, group: str) -> Draft:
    return replace(draft, joins=(*draft.joins, JoinGroup(user, group)))


def files_named_for_logins(answers: SaslAnswers) -> tuple[PurePosixPath, ...]:
    """The files that the answers about logins name, and what is looked at beside them."""
    return tuple(dict.fromkeys(_named(answers)))


def _named(answers: SaslAnswers) -> Iterator[PurePosixPath]:
    yield from sockets_named(answers)
    yield from files_read_for_logins(answers)
    if answers.dovecot.drop_in is not None:
        yield answers.dovecot.drop_in


def sockets_named(answers: SaslAnswers) -> Iterator[PurePosixPath]:
    if answers.socket is not None:
        yield answers.socket


def files_read_for_logins(answers: SaslAnswers) -> Iterator[PurePosixPath]:
    """Files of passwords that the answers name."""
    if answers.database is not None:
        yield from files_of_sasldb(answers.database)
    if answers.backend is SaslBackend.SQL and answers.sql.engine is SqlEngine.SQLITE:
        yield PurePosixPath("/") / answers.sql.database
    for path in (
        answers.saslauthd.ldap_bind_password_file,
        answers.sql.password_file,
        answers.ldapdb.password_file,
    ):
        if path is not None:
            yield path

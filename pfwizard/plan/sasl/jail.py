"""The chroot jail of smtpd(8): whether the password checker can be reached from inside.

smtpd reads smtpd.conf and loads the plug-ins before it enters the jail (pre_jail_init of
src/smtpd/smtpd.c), but connects, and opens the files with passwords, from inside.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import (
    ChrootChoice,
    LdapdbAnswers,
    SaslAnswers,
    SaslBackend,
    SqlEngine,
)
from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.service import Service, ServiceField
from pfwizard.enumeration import listed
from pfwizard.machine.checkers import in_the_jail, queue_of
from pfwizard.machine.facts import Facts
from pfwizard.machine.plugin_sockets import means_a_socket, sockets_of_url
from pfwizard.machine.saslauthd_options import SOCKET_NAME
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.sasl.checker import (
    backend_of,
    replaces_a_checker,
    servers_asking,
    socket_of,
    sockets_behind_plugin,
    store_of,
)
from pfwizard.plan.sasl.mechanisms import BUILT_IN
from pfwizard.plan.sasl.parameters import DOVECOT

IN_THE_JAIL = Named("sasl.chroot", "move-socket")
OUT_OF_IT = Named("sasl.chroot", "auto")
THROUGH_DOVECOT = Named("sasl.backend", "dovecot")

CANNOT_MOVE: Mapping[SaslBackend, str] = {
    SaslBackend.AUTHDAEMOND: "Courier's programs have the place of the socket compiled in",
    SaslBackend.SASLDB: "sasldb has no socket, and a copy of its passwords in the jail could be "
    "stolen from there",
    SaslBackend.SQL: "a database that listens on TCP is reached from the jail as it is, and its "
    "own socket cannot be moved from here",
    SaslBackend.LDAPDB: "an LDAP directory has no socket that could be moved from here",
}

SQLITE_CANNOT_MOVE = (
    "SQLite has no socket, and a copy of its passwords in the jail could be stolen from there"
)


def plan_jail(draft: Draft) -> Draft:
    """Take the servers that let users log in out of the jail, where they cannot do so inside."""
    sasl = draft.answers.sasl
    if sasl.chroot is ChrootChoice.MOVE_SOCKET and sasl.backend is not SaslBackend.DOVECOT:
        return _judge_move(draft)
    jailed, hidden = _jailed(draft), hidden_from_jail(draft)
    if not jailed:
        return draft
    if not hidden:
        return _staying(draft, jailed)
    if sasl.chroot is ChrootChoice.LEAVE:
        return _left(draft, jailed, hidden)
    return _unchrooted(draft, jailed, hidden)


def _staying(draft: Draft, jailed: tuple[Service, ...]) -> Draft:
    """They reach one host of a database at least, and so may pass over another for ever."""
    sasl = draft.answers.sasl
    if sasl.backend is not SaslBackend.SQL or sockets_behind_plugin(sasl, draft.facts.platform):
        return draft
    passed_over = [each for each in sasl.sql.hosts if means_a_socket(sasl.sql.engine.value, each)]
    if not passed_over:
        return draft
    return draft.with_finding(
        warning(
            "sql-host-passed-over",
            f"{listed(service.name for service in jailed)} stay in the chroot jail, where "
            f"{listed(passed_over)} is a socket that is not there unless you have mounted it: "
            "without it the other hosts alone are asked",
            Wording("Write 127.0.0.1 in ", Named("sasl.sql.hosts"), ", which is asked over TCP."),
        )
    )


def _jailed(draft: Draft) -> tuple[Service, ...]:
    servers = servers_asking(draft)
    return tuple(each for each in servers if draft.effective.of(each).is_jailed)


def hidden_from_jail(draft: Draft) -> str:
    """What a jailed server needs and cannot reach; empty where there is nothing of the kind."""
    sasl = draft.answers.sasl
    socket, store = socket_of(draft.facts, sasl), store_of(draft.facts, sasl)
    if socket is not None:
        is_found = _is_within_reach(draft, socket) or _shows_socket(draft.facts, socket)
        return "" if is_found else f"the socket {socket}"
    if store is not None:
        return "" if _shows_store(draft.facts, store) else str(store)
    if sasl.backend is SaslBackend.LDAPDB and _lacks_files(draft.facts, sasl.ldapdb):
        return "what libldap reads when it logs in, plug-ins and certificates of CAs,"
    return _hidden_socket(draft.facts, sasl)


def _lacks_files(facts: Facts, ldapdb: LdapdbAnswers) -> bool:
    """EXTERNAL needs files for TLS alone, and there is none over a socket (libldap 2.5)."""
    is_over_a_socket = bool(sockets_of_url(ldapdb.uri, facts.platform))
    needs_none = ldapdb.mechanism in BUILT_IN and is_over_a_socket
    return not needs_none and not facts.sasl_plugins_in_jail


def _hidden_socket(facts: Facts, sasl: SaslAnswers) -> str:
    """The socket through which a plug-in asks a server, if it does and the jail has it not."""
    sockets = sockets_behind_plugin(sasl, facts.platform)
    if not sockets or any(_shows_socket(facts, each) for each in sockets):
        return ""
    is_sql = sasl.backend is SaslBackend.SQL
    return f"the socket of the {'database' if is_sql else 'directory'}"


def _is_within_reach(draft: Draft, socket: PurePosixPath) -> bool:
    """In the queue directory, under a name that is the same for all servers that need it."""
    if not socket.is_relative_to(queue_of(draft.facts.effective)):
        return False
    is_relative = backend_of(draft).sasl_type == DOVECOT
    return is_relative or len(_jailed(draft)) == len(servers_asking(draft))


def _inside(facts: Facts, path: PurePosixPath) -> FileState:
    return facts.file(in_the_jail(queue_of(facts.effective), path))


def _shows_socket(facts: Facts, socket: PurePosixPath) -> bool:
    """Whether somebody listens in the jail under the same name, where its directory is mounted.

    In a tree no socket is there; a directory for it inside the jail shows that it will be.
    """
    inside = _inside(facts, socket)
    if facts.works_on_a_tree and not inside.exists:
        return facts.file(inside.path.parent).exists
    return inside.kind is FileKind.SOCKET and inside.path not in facts.deserted


def _shows_store(facts: Facts, store: PurePosixPath) -> bool:
    """Whether the same passwords are in the jail under the same name: it is mounted there."""
    inside, outside = _inside(facts, store), facts.file(store)
    return inside.exists and (inside.kind, inside.content) == (outside.kind, outside.content)


def path_for_smtpd(draft: Draft) -> PurePosixPath:
    """The name under which the servers find the daemon's socket, in the jail or outside."""
    socket = socket_of(draft.facts, draft.answers.sasl) or PurePosixPath("/")
    queue = queue_of(draft.facts.effective)
    if _jailed(draft) and _is_within_reach(draft, socket):
        return PurePosixPath("/") / socket.relative_to(queue)
    return socket


def _unchrooted(draft: Draft, jailed: tuple[Service, ...], hidden: str) -> Draft:
    master = draft.master
    for service in jailed:
        master = master.with_field(service, ServiceField.CHROOT, "n")
    names = listed(service.name for service in jailed)
    return replace(draft, master=master).with_finding(
        note(
            "unchrooted",
            f"{names} will run outside the chroot jail, because {hidden} cannot be reached from "
            "inside",
            Wording(
                "The price: whoever breaks into smtpd sees the whole system as its user. To keep "
                "the jail: ",
                *_ways_to_keep_it(draft),
                ".",
            ),
        )
    )


def _ways_to_keep_it(draft: Draft) -> tuple[str | Named, ...]:
    if draft.answers.sasl.backend is SaslBackend.SASLAUTHD:
        return (IN_THE_JAIL, ", or ", THROUGH_DOVECOT)
    if (
        draft.answers.sasl.backend is SaslBackend.SQL
        and store_of(draft.facts, draft.answers.sasl) is None
    ):
        return ("127.0.0.1 in ", Named("sasl.sql.hosts"))
    return (THROUGH_DOVECOT,)


def _left(draft: Draft, jailed: tuple[Service, ...], hidden: str) -> Draft:
    names, copy = listed(service.name for service in jailed), _copy_of_the_store(draft)
    end = "every login fails" if copy is None else f"logins go by {copy}, which differs"
    words = f"{names} stay in the chroot jail, where {hidden} cannot be reached: {end}"
    remedy = Wording("Set ", OUT_OF_IT, ", which takes them out.")
    if copy is None and replaces_a_checker(draft):
        return draft.with_finding(refusal("logins-would-end", words, remedy))
    return draft.with_finding(warning("jail-left", words, remedy))


def _copy_of_the_store(draft: Draft) -> PurePosixPath | None:
    """The file with passwords that is met in the jail instead of the one that is meant."""
    store = store_of(draft.facts, draft.answers.sasl)
    inside = None if store is None else _inside(draft.facts, store)
    return inside.path if inside is not None and inside.exists else None


def _why_it_stays(sasl: SaslAnswers) -> str:
    is_sqlite = sasl.backend is SaslBackend.SQL and sasl.sql.engine is SqlEngine.SQLITE
    return SQLITE_CANNOT_MOVE if is_sqlite else CANNOT_MOVE[sasl.backend]


def _judge_move(draft: Draft) -> Draft:
    sasl = draft.answers.sasl
    remedy = Wording("Set ", OUT_OF_IT, ".")
    if sasl.backend in CANNOT_MOVE:
        return draft.with_finding(refusal("socket-cannot-move", _why_it_stays(sasl), remedy))
    socket = socket_of(draft.facts, sasl)
    if socket is not None and socket.name != SOCKET_NAME:
        return draft.with_finding(
            refusal(
                "socket-name-fixed",
                f"saslauthd calls its socket {SOCKET_NAME} in any directory, and never "
                f"{socket.name}",
                Wording("Correct ", Named("sasl.socket", str(socket.with_name(SOCKET_NAME))), "."),
            )
        )
    servers, jailed = servers_asking(draft), _jailed(draft)
    outside = [service.name for service in servers if service not in jailed]
    if outside:
        return draft.with_finding(
            refusal(
                "outside-the-jail",
                f"{listed(outside)} run outside the chroot jail, and would not find a socket that "
                "moves into it",
                remedy,
            )
        )
    return draft.with_finding(
        note(
            "socket-moved",
            f"saslauthd puts its socket into {queue_of(draft.facts.effective)}, where smtpd finds "
            "it in its chroot jail",
            "The price: whatever else asks saslauthd, such as cyrus-imapd or testsaslauthd, has to "
            "be told the new place.",
        )
    )

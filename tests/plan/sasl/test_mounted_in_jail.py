"""What the operator has put into the chroot jail himself: who finds it there may stay."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import files_of_interest
from tests.plan.builders import (
    SMTPD_CONF,
    answers,
    directory,
    file,
    identifiers,
    master_of,
    socket,
)
from tests.plan.sasl.logins import (
    ANSWERS_OF,
    QUEUE,
    logins,
    message_of,
    refused,
    smtpd_conf_of,
    wanting,
)

JAILED = "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n"
MIXED = "smtp inet n - y - - smtpd\nsubmission inet n - n - - smtpd\n"

SOCKET = PurePosixPath("/run/courier/authdaemon/socket")
SASLDB, SQLITE = PurePosixPath("/etc/sasldb2"), PurePosixPath("/srv/users.db")
PLUGINS = frozenset({"plain", "scram"})

OF_SQLITE = {"sasl__sql__engine": "sqlite3", "sasl__sql__database": str(SQLITE)}
MYSQL = PurePosixPath("/run/mysqld/mysqld.sock")
POSTGRESQL = PurePosixPath("/var/run/postgresql/.s.PGSQL.5432")
SERVERS: list[tuple[SaslBackend, PurePosixPath, dict[str, object]]] = [
    (SaslBackend.SQL, MYSQL, {"sasl__sql__engine": "mysql", "sasl__sql__hosts": ["localhost"]}),
    (SaslBackend.SQL, POSTGRESQL, {"sasl__sql__engine": "pgsql", "sasl__sql__hosts": []}),
    (
        SaslBackend.LDAPDB,
        PurePosixPath("/var/run/slapd/ldapi"),
        {"sasl__ldapdb__uri": "ldapi:///"},
    ),
    (
        SaslBackend.LDAPDB,
        PurePosixPath("/srv/ldapi"),
        {"sasl__ldapdb__uri": "ldapi://%2Fsrv%2Fldapi"},
    ),
]

LEAVE = {"sasl__chroot": "leave"}


def inside(path: PurePosixPath) -> PurePosixPath:
    return QUEUE / path.relative_to("/")


MOUNTED_SOCKET = (
    *map(directory, ("/run", "/run/courier", str(SOCKET.parent))),
    *(socket(SOCKET), socket(inside(SOCKET))),
)


def with_socket_inside(master_cf: str = JAILED) -> Facts:
    return logins(*MOUNTED_SOCKET, master_cf=master_cf)


def with_store(path: PurePosixPath, in_jail: bytes | None = b"alice") -> Facts:
    copies: list[FileState] = [] if in_jail is None else [file(inside(path), in_jail)]
    return logins(directory("/srv"), file(path, b"alice"), *copies, master_cf=JAILED)


def with_plugins_inside() -> Facts:
    return replace(logins(master_cf=JAILED), sasl_plugins_in_jail=PLUGINS)


SLAPD = PurePosixPath("/var/run/slapd/ldapi")
BY_EXTERNAL = {"sasl__ldapdb__mechanism": "EXTERNAL", "sasl__ldapdb__uri": "ldapi:///"}


def with_server_inside(path: PurePosixPath) -> Facts:
    """A database or directory of this machine, whose socket is mounted."""
    facts = logins(socket(path), socket(inside(path)), master_cf=JAILED)
    return replace(facts, sasl_plugins_in_jail=PLUGINS)


MOUNTED = [
    pytest.param(SaslBackend.AUTHDAEMOND, with_socket_inside(), {}, id="authdaemond"),
    pytest.param(SaslBackend.SASLDB, with_store(SASLDB), {}, id="sasldb"),
    pytest.param(SaslBackend.SQL, with_store(SQLITE), OF_SQLITE, id="sqlite"),
    pytest.param(SaslBackend.LDAPDB, with_plugins_inside(), {}, id="ldapdb"),
    *(
        pytest.param(backend, with_server_inside(path), asked, id=path.name)
        for backend, path, asked in SERVERS
    ),
]


def chroots(found: Plan) -> list[str]:
    return [service.chroot for service in master_of(found).services]


@pytest.mark.parametrize(("backend", "facts", "more"), MOUNTED)
def test_nobody_leaves_the_jail_for_what_is_mounted_there(
    backend: SaslBackend, facts: Facts, more: dict[str, object]
) -> None:
    found = wanting(backend, facts, **more)

    assert chroots(found) == ["y", "y"]
    assert "unchrooted" not in identifiers(found)


@pytest.mark.parametrize(("backend", "facts", "more"), MOUNTED)
def test_no_alarm_is_raised_about_who_stays_with_it(
    backend: SaslBackend, facts: Facts, more: dict[str, object]
) -> None:
    raised = identifiers(wanting(backend, facts, **more, **LEAVE))

    assert not raised & {"jail-left", "sql-host-passed-over"}


def test_logins_that_work_today_do_not_end_with_a_socket_that_is_mounted() -> None:
    until_now = file(SMTPD_CONF, b"pwcheck_method: saslauthd\n")
    facts = logins(
        until_now,
        *MOUNTED_SOCKET,
        master_cf=JAILED,
        main_cf="smtpd_sasl_auth_enable = yes\n",
    )

    assert refused(wanting(SaslBackend.AUTHDAEMOND, facts, **LEAVE)) == []


def test_its_name_is_the_same_in_the_jail_and_outside() -> None:
    found = wanting(SaslBackend.AUTHDAEMOND, with_socket_inside(MIXED))

    assert chroots(found) == ["y", "n"]
    assert smtpd_conf_of(found)["authdaemond_path"] == str(SOCKET)


def test_a_socket_in_the_jail_at_which_nobody_listens_is_of_no_use() -> None:
    facts = replace(with_socket_inside(), deserted=frozenset({inside(SOCKET)}))

    assert chroots(wanting(SaslBackend.AUTHDAEMOND, facts)) == ["n", "n"]


def test_in_a_tree_the_directory_of_the_socket_shows_that_it_will_be_there() -> None:
    of_the_socket = directory(str(inside(SOCKET).parent))
    facts = logins(of_the_socket, master_cf=JAILED, works_on_a_tree=True)

    assert chroots(wanting(SaslBackend.AUTHDAEMOND, facts)) == ["y", "y"]


def test_on_a_machine_an_empty_directory_shows_nothing() -> None:
    facts = logins(directory(str(inside(SOCKET).parent)), master_cf=JAILED)

    assert chroots(wanting(SaslBackend.AUTHDAEMOND, facts)) == ["n", "n"]


@pytest.mark.parametrize("in_jail", [None, b"copied last year"])
def test_nobody_stays_with_other_passwords_than_those_that_are_meant(in_jail: bytes | None) -> None:
    assert chroots(wanting(SaslBackend.SASLDB, with_store(SASLDB, in_jail))) == ["n", "n"]


def test_whoever_stays_with_another_copy_is_told_so() -> None:
    found = wanting(SaslBackend.SASLDB, with_store(SASLDB, b"copied last year"), **LEAVE)

    assert f"logins go by {inside(SASLDB)}, which differs" in message_of(found, "jail-left")
    assert "every login fails" not in message_of(found, "jail-left")


def test_that_sqlite_cannot_move_is_said_of_a_file() -> None:
    found = wanting(SaslBackend.SQL, with_store(SQLITE), **OF_SQLITE, sasl__chroot="move-socket")

    assert "SQLite has no socket" in message_of(found, "socket-cannot-move")


@pytest.mark.parametrize(("backend", "path", "asked"), SERVERS)
def test_a_server_whose_socket_is_outside_alone_is_not_reached_from_the_jail(
    backend: SaslBackend, path: PurePosixPath, asked: dict[str, object]
) -> None:
    facts = replace(logins(socket(path), master_cf=JAILED), sasl_plugins_in_jail=PLUGINS)

    assert chroots(wanting(backend, facts, **asked)) == ["n", "n"]


def test_the_jail_has_to_have_the_name_that_the_library_of_the_platform_knows() -> None:
    elsewhere = with_server_inside(PurePosixPath("/run/postgresql/.s.PGSQL.5432"))
    backend, _, asked = SERVERS[1]

    assert chroots(wanting(backend, elsewhere, **asked)) == ["n", "n"]


@pytest.mark.parametrize(("backend", "path", "asked"), SERVERS)
def test_the_sockets_of_servers_are_among_the_facts(
    backend: SaslBackend, path: PurePosixPath, asked: dict[str, object]
) -> None:
    usual = {"sasl__backend": backend.value, **ANSWERS_OF[backend]}

    assert path in files_of_interest(answers(**{**usual, **asked}))


def test_external_over_a_socket_that_is_mounted_needs_nothing_else_in_the_jail() -> None:
    facts = logins(socket(SLAPD), socket(inside(SLAPD)), master_cf=JAILED)

    assert chroots(wanting(SaslBackend.LDAPDB, facts, **BY_EXTERNAL)) == ["y", "y"]
    left = wanting(SaslBackend.LDAPDB, facts, **BY_EXTERNAL, **LEAVE)
    assert "jail-left" not in identifiers(left)


def test_external_over_a_socket_needs_the_socket() -> None:
    found = wanting(SaslBackend.LDAPDB, logins(socket(SLAPD), master_cf=JAILED), **BY_EXTERNAL)

    assert chroots(found) == ["n", "n"]
    assert "the socket of the directory cannot be reached" in message_of(found, "unchrooted")


def test_external_over_tls_needs_the_certificates_that_libldap_reads() -> None:
    over_tls = {**BY_EXTERNAL, "sasl__ldapdb__uri": "ldaps://ldap.example.org"}

    found = wanting(SaslBackend.LDAPDB, logins(master_cf=JAILED), **over_tls)

    assert chroots(found) == ["n", "n"]
    assert "certificates of CAs" in message_of(found, "unchrooted")


def test_another_mechanism_needs_its_plug_in_whatever_is_mounted() -> None:
    by_scram = {"sasl__ldapdb__uri": "ldapi:///"}
    facts = logins(socket(SLAPD), socket(inside(SLAPD)), master_cf=JAILED)

    assert chroots(wanting(SaslBackend.LDAPDB, facts, **by_scram)) == ["n", "n"]


def test_the_hosts_of_a_database_that_is_not_asked_are_of_no_account() -> None:
    left_over = {"sasl__sql__hosts": ["localhost", "db.example.org"]}

    raised = identifiers(wanting(SaslBackend.SASLDB, with_store(SASLDB), **left_over))

    assert "sql-host-passed-over" not in raised

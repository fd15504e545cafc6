"""What is in the way to a password checker, in the operator's words."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.prove.checker_probe import obstacle_to, within_reach
from pfwizard.prove.expectations import (
    Place,
    expectations,
    files_of_expectations,
    password_checkers,
)
from pfwizard.prove.means import Means
from pfwizard.prove.server import Expectation, Obstacle, PasswordChecker, Security, Server
from pfwizard.prove.verdict import Statements, Verdict
from tests.plan import builders
from tests.plan.builders import SMTPD_CONF, directory, file, machine

LOGINS = "compatibility_level = 3.6\nmyhostname = mail\nsmtpd_sasl_auth_enable = yes\n"
DOVECOT = f"{LOGINS}smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n"
OUTSIDE, JAILED = (f"smtp inet n - {chroot} - - smtpd\n" for chroot in "ny")

JAIL = "/var/spool/postfix"
IN_JAIL = PurePosixPath(f"{JAIL}/srv/users.db")

COURIER, POSTFIX = 110, 103
"""Groups of these machines."""

SOCKET = "/run/courier/authdaemon/socket"
IN_THE_QUEUE = "/var/spool/postfix/private/auth"
MUX = "/var/run/saslauthd/mux"


def checker(facts: Facts) -> PasswordChecker:
    """The only one that the only server asks."""
    (expected,) = expectations(facts, lambda service, port: [Place("127.0.0.1", port.port)])
    (found,) = expected.checkers
    return found


def obstacle(facts: Facts) -> Obstacle:
    found = checker(facts).obstacle
    assert found is not None
    return found


def with_conf(text: str, *files: FileState, master: str = OUTSIDE, main: str = LOGINS) -> Facts:
    return machine(main, master, file(SMTPD_CONF, text.encode()), *files)


def a_socket(path: str, mode: int = 0o777, gid: int = 0) -> FileState:
    return builders.socket(PurePosixPath(path), mode, gid)


AUTHDAEMOND = f"pwcheck_method: authdaemond\nauthdaemond_path: {SOCKET}\n"
SASLAUTHD = f"pwcheck_method: saslauthd\nsaslauthd_path: {MUX}\n"
SASLDB = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: /srv/sasldb\n"
SQLITE = "pwcheck_method: auxprop\nsql_engine: sqlite3\nsql_database: /srv/users.db\n"
LDAPDB = "pwcheck_method: auxprop\nauxprop_plugin: ldapdb\nldapdb_uri: ldap://localhost\n"

DIRECTORIES = (directory("/run/courier"), directory("/var/run/saslauthd"), directory("/srv"))
CLOSED_TO_OTHERS = directory("/run/courier/authdaemon", 0o750, COURIER)
OPEN = directory("/run/courier/authdaemon")
QUEUE = tuple(map(directory, ("/var/spool", "/var/spool/postfix", "/var/spool/postfix/private")))


# --- by the files ---------------------------------------------------------------------------------


def test_the_way_is_free() -> None:
    found = checker(with_conf(AUTHDAEMOND, *DIRECTORIES, OPEN, a_socket(SOCKET)))
    assert found == PasswordChecker("authdaemond", PurePosixPath(SOCKET))


def test_a_directory_for_a_group_that_postfix_is_not_in() -> None:
    facts = with_conf(AUTHDAEMOND, *DIRECTORIES, CLOSED_TO_OTHERS, a_socket(SOCKET))
    assert obstacle(facts) == Obstacle(
        f"the user postfix cannot reach the socket of authdaemond, {SOCKET}: "
        "/run/courier/authdaemon is 0750 root:courier, and postfix is not in the group courier",
        "usermod -aG courier postfix, and then reload Postfix.",
    )


def test_a_member_of_the_group_gets_through() -> None:
    facts = with_conf(AUTHDAEMOND, *DIRECTORIES, CLOSED_TO_OTHERS, a_socket(SOCKET))
    joined = replace(facts, accounts=facts.accounts.with_member("postfix", "courier"))
    assert checker(joined).obstacle is None


def test_a_socket_that_is_closed_to_all_but_root() -> None:
    facts = machine(DOVECOT, OUTSIDE, *QUEUE, a_socket(IN_THE_QUEUE, 0o600))
    assert obstacle(facts) == Obstacle(
        f"the user postfix cannot reach the socket of Dovecot, {IN_THE_QUEUE}: {IN_THE_QUEUE} is "
        "0600 root:root",
        f"Give postfix access to {IN_THE_QUEUE}.",
    )


def test_a_socket_outside_of_the_jail() -> None:
    facts = with_conf(AUTHDAEMOND, *DIRECTORIES, OPEN, a_socket(SOCKET), master=JAILED)
    found = obstacle(facts)
    assert found.cause == (
        f"smtpd is in the chroot jail, where the socket {SOCKET} of authdaemond would be "
        f"/var/spool/postfix{SOCKET}, and that is not there"
    )
    assert "chroot column" in found.remedy


def test_a_socket_inside_the_jail() -> None:
    inside = f"/var/spool/postfix{MUX}"
    above = tuple(directory(str(each)) for each in PurePosixPath(inside).parents)
    found = checker(with_conf(SASLAUTHD, *above, a_socket(inside), master=JAILED))
    assert found == PasswordChecker("saslauthd", PurePosixPath(inside))


@pytest.mark.parametrize("master", [OUTSIDE, JAILED])
def test_dovecots_socket_in_the_queue_is_the_same_in_and_outside_of_the_jail(master: str) -> None:
    facts = machine(DOVECOT, master, *QUEUE, a_socket(IN_THE_QUEUE, 0o666))
    assert checker(facts) == PasswordChecker("Dovecot", PurePosixPath(IN_THE_QUEUE))


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        (with_conf(SASLAUTHD), f"saslauthd_path in {SMTPD_CONF}"),
        (with_conf(AUTHDAEMOND), f"authdaemond_path in {SMTPD_CONF}"),
        (machine(DOVECOT, OUTSIDE), "smtpd_sasl_path in /etc/postfix/main.cf"),
    ],
)
def test_a_socket_that_is_not_there_is_told_with_where_it_is_named(
    facts: Facts, place: str
) -> None:
    found = obstacle(facts)
    assert "is not there" in found.cause
    assert found.remedy.endswith(f"or correct {place}.")


def test_a_directory_is_no_socket() -> None:
    facts = with_conf("pwcheck_method: saslauthd\nsaslauthd_path: /srv\n", *DIRECTORIES)
    found = obstacle(facts)
    assert found.cause == "/srv is a directory, and no socket of saslauthd"
    assert found.remedy == f"Name the socket in it, with saslauthd_path in {SMTPD_CONF}."


def test_a_file_is_no_socket() -> None:
    path = PurePosixPath(MUX)
    assert "is no socket" in obstacle(with_conf(SASLAUTHD, file(path, b""))).cause


def test_what_is_asked_over_the_network_has_no_way_here() -> None:
    main = f"{LOGINS}smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:12345\n"
    (expected,) = expectations(machine(main, OUTSIDE), lambda service, port: [Place("::1", 25)])
    assert expected.checkers == ()


# --- passwords in a file --------------------------------------------------------------------------


def store(mode: int, gid: int = 0) -> FileState:
    where = PurePosixPath("/srv/sasldb")
    return FileState(where, where, FileKind.REGULAR, mode, 0, gid, b"")


def test_passwords_that_postfix_can_read() -> None:
    found = checker(with_conf(SASLDB, *DIRECTORIES, store(0o640, POSTFIX)))
    assert found == PasswordChecker("sasldb", PurePosixPath("/srv/sasldb"), is_daemon=False)


def test_passwords_that_postfix_cannot_read() -> None:
    found = obstacle(with_conf(SASLDB, *DIRECTORIES, store(0o600)))
    assert found.cause.endswith("/srv/sasldb is 0600 root:root")


def test_passwords_that_are_not_there() -> None:
    found = obstacle(with_conf(SASLDB, *DIRECTORIES))
    assert found.cause == "/srv/sasldb, where passwords are looked for, is not there"


def test_without_any_checker_named_it_says_so() -> None:
    found = obstacle(with_conf("mech_list: PLAIN\n"))
    assert found.cause == (
        f"{SMTPD_CONF} names no password checker, so that passwords are looked for in "
        "/etc/sasldb2, which postfix cannot read"
    )


def test_a_jailed_server_reads_passwords_in_the_jail() -> None:
    facts = with_conf(SASLDB, *DIRECTORIES, store(0o644), master=JAILED)
    assert checker(facts).place == PurePosixPath("/var/spool/postfix/srv/sasldb")


def test_passwords_outside_of_the_jail() -> None:
    found = obstacle(with_conf(SASLDB, *DIRECTORIES, store(0o644), master=JAILED))
    assert found.cause == (
        "smtpd is in the chroot jail, where the passwords in /srv/sasldb would be in "
        "/var/spool/postfix/srv/sasldb, and that is not there"
    )
    assert "chroot column" in found.remedy


def test_a_database_of_sqlite_outside_of_the_jail() -> None:
    users = file(PurePosixPath("/srv/users.db"), b"")
    found = obstacle(with_conf(SQLITE, *DIRECTORIES, users, master=JAILED))
    assert "the passwords in /srv/users.db would be in /var/spool/postfix/srv" in found.cause


def test_a_database_of_sqlite_that_postfix_cannot_read() -> None:
    users = file(PurePosixPath("/srv/users.db"), b"", 0o600)
    found = obstacle(with_conf(SQLITE, *DIRECTORIES, users))
    assert found.cause == (
        "the user postfix cannot read the passwords of SQLite: /srv/users.db is 0600 root:root"
    )


def test_a_database_of_sqlite_that_is_not_there_is_told_with_where_it_is_named() -> None:
    found = obstacle(with_conf(SQLITE, *DIRECTORIES))
    assert found.cause == "/srv/users.db, where passwords are looked for, is not there"
    assert found.remedy.endswith(f"correct sql_database in {SMTPD_CONF}.")


DATABASE = "pwcheck_method: auxprop\nauxprop_plugin: sql\nsql_engine: mysql\n"
EXTERNAL = f"{LDAPDB.replace('ldap://localhost', 'ldapi:///')}ldapdb_mech: EXTERNAL\n"


@pytest.mark.parametrize(
    ("conf", "path"),
    [(DATABASE, "/run/mysqld/mysqld.sock"), (EXTERNAL, "/var/run/slapd/ldapi")],
)
def test_the_socket_of_a_server_outside_of_the_jail(conf: str, path: str) -> None:
    found = obstacle(with_conf(conf, a_socket(path), master=JAILED))
    assert found.cause == (
        f"smtpd is in the chroot jail, where the socket {path} would be /var/spool/postfix{path}, "
        "and that is not there"
    )
    assert f"mount {PurePosixPath(path).parent} into the jail" in found.remedy


def test_the_socket_of_a_server_that_is_mounted_in_the_jail_is_no_obstacle() -> None:
    sockets = (a_socket("/run/mysqld/mysqld.sock"), a_socket(f"{JAIL}/run/mysqld/mysqld.sock"))
    facts = with_conf(DATABASE, *sockets, master=JAILED)
    (expected,) = expectations(facts, lambda service, port: [Place("127.0.0.1", 25)])
    assert expected.checkers == ()


def test_a_directory_that_is_asked_from_the_jail_without_plugins() -> None:
    facts = with_conf(LDAPDB, master=JAILED)
    assert "libldap finds none of the SASL plug-ins" in obstacle(facts).cause


@pytest.mark.parametrize(
    "facts",
    [
        with_conf(LDAPDB),
        replace(with_conf(LDAPDB, master=JAILED), sasl_plugins_in_jail=frozenset({"plain"})),
        replace(with_conf(LDAPDB, master=JAILED), sasl_plugins=None),
        with_conf(f"{LDAPDB}ldapdb_mech: EXTERNAL\n", master=JAILED),
    ],
    ids=["outside", "mounted", "who knows where", "without a plug-in"],
)
def test_a_directory_that_can_be_asked_is_nothing_that_can_be_looked_at(facts: Facts) -> None:
    (expected,) = expectations(facts, lambda service, port: [Place("127.0.0.1", 25)])
    assert expected.checkers == ()


@pytest.mark.parametrize(
    "conf",
    [
        "pwcheck_method: auxprop\nauxprop_plugin: sql\nsql_engine: mysql\n",
        "pwcheck_method: auxprop\nsql_engine: mysql\n",
        "pwcheck_method: auxprop\nldapdb_uri: ldap://localhost\n",
        "pwcheck_method: alwaystrue\n",
    ],
)
def test_another_store_is_nothing_that_can_be_looked_at(conf: str) -> None:
    (expected,) = expectations(with_conf(conf), lambda service, port: [Place("127.0.0.1", 25)])
    assert expected.checkers == ()


def test_what_is_looked_at_is_asked_for_before() -> None:
    jailed = with_conf(AUTHDAEMOND, master=JAILED)
    asked = {PurePosixPath(SOCKET), PurePosixPath(f"/var/spool/postfix{SOCKET}")}
    assert asked <= set(files_of_expectations(jailed))
    assert PurePosixPath("/srv/sasldb") in files_of_expectations(with_conf(SASLDB))
    of_sqlite = files_of_expectations(with_conf(SQLITE, master=JAILED))
    assert {PurePosixPath("/srv/users.db"), IN_JAIL} <= set(of_sqlite)
    of_mysql = files_of_expectations(with_conf(DATABASE, master=JAILED))
    path = "/run/mysqld/mysqld.sock"
    assert {PurePosixPath(path), PurePosixPath(f"{JAIL}{path}")} <= set(of_mysql)


# --- by asking ------------------------------------------------------------------------------------


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[PasswordChecker]:
    path = tmp_path / "mux"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()
        yield PasswordChecker("saslauthd", PurePosixPath(path))


def test_a_daemon_that_listens_is_no_obstacle(listening: PasswordChecker) -> None:
    assert obstacle_to(listening) is None


def test_a_socket_that_nobody_listens_on(tmp_path: Path) -> None:
    path = tmp_path / "mux"
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(path))
    found = obstacle_to(PasswordChecker("saslauthd", PurePosixPath(path)))
    assert found is not None
    assert found.cause == f"saslauthd does not run: nobody listens on its socket {path}"
    assert found.remedy == "Start saslauthd."


def test_a_file_is_not_connected_to(tmp_path: Path) -> None:
    path = tmp_path / "sasldb"
    path.touch()
    assert obstacle_to(PasswordChecker("sasldb", PurePosixPath(path), is_daemon=False)) is None


def test_what_the_files_say_comes_first(listening: PasswordChecker) -> None:
    closed = Obstacle("it is closed", "Open it.")
    assert obstacle_to(replace(listening, obstacle=closed)) == closed


def test_each_password_checker_has_its_verdict(listening: PasswordChecker) -> None:
    closed = replace(listening, obstacle=Obstacle("it is closed", "Open it."))
    server = Server("127.0.0.1", 25, Security.NONE, "mail")
    expected = Expectation(server, checkers=(listening, closed))

    told = list(within_reach(Statements("password-checker", "mail"), expected, Means()))

    assert [each.verdict for each in told] == [Verdict.PASS, Verdict.FAIL]
    assert (told[1].detail, told[1].remedy) == ("it is closed", "Open it.")


def test_what_is_so_before_a_change_is_not_the_fault_of_the_change(
    listening: PasswordChecker,
) -> None:
    closed = replace(listening, obstacle=Obstacle("it is closed", "Open it."), is_asked_today=True)
    server = Server("127.0.0.1", 25, Security.NONE, "mail")
    expected = Expectation(server, checkers=(closed,))

    (told,) = within_reach(Statements("password-checker", "mail"), expected, Means())

    assert told.verdict is Verdict.SKIPPED
    assert (told.detail, told.remedy) == ("that is so today, too: it is closed", "Open it.")


def test_what_any_server_asks_today_is_known() -> None:
    facts = with_conf(SASLAUTHD, master=f"{OUTSIDE}submission inet n - n - - smtpd\n")
    assert [each.name for each in password_checkers(facts)] == ["saslauthd"]
    assert password_checkers(machine(DOVECOT, OUTSIDE)) == {checker(machine(DOVECOT, OUTSIDE))}
    assert password_checkers(machine()) == frozenset()

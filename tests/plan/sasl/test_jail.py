"""The chroot jail: what is hidden from it, the choices, and what each of them costs."""

from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan, RestartDaemon
from tests.plan.builders import (
    SMTPD_CONF,
    applied,
    content_of,
    directory,
    file,
    identifiers,
    master_of,
    socket,
    with_files,
)
from tests.plan.sasl.logins import (
    QUEUE,
    SASL_GROUP,
    changed,
    joins,
    logins,
    message_of,
    refused,
    restarts,
    smtpd_conf_of,
    wanting,
)

MUX = PurePosixPath("/var/run/saslauthd/mux")
MOVED = QUEUE / "var/run/saslauthd/mux"
OPTIONS = PurePosixPath("/etc/default/saslauthd")
INSTALLED = file(OPTIONS, b'MECHANISMS="pam"\nOPTIONS="-c -m /var/run/saslauthd"\n')
LISTENING = directory(MUX.parent), socket(MUX)

JAILED = "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n"
MIXED = "smtp inet n - y - - smtpd\nsubmission inet n - n - - smtpd\n"
FREE = "smtp inet n - n - - smtpd\nsubmission inet n - n - - smtpd\n"


def plan(*files: FileState, master_cf: str = JAILED, main_cf: str = "", **more: object) -> Plan:
    facts = logins(*LISTENING, INSTALLED, *files, master_cf=master_cf, main_cf=main_cf)
    return wanting(SaslBackend.SASLAUTHD, facts, **more)


def chroots(found: Plan) -> list[str]:
    return [service.chroot for service in master_of(found).services]


def test_every_server_that_lets_users_log_in_leaves_the_jail() -> None:
    found = plan()

    assert chroots(found) == ["n", "n"]
    assert "smtp and submission will run outside" in message_of(found, "unchrooted")


def test_leaving_the_jail_has_a_price_and_an_alternative() -> None:
    said = message_of(plan(), "unchrooted")

    assert "The price: " in said
    assert 'sasl.chroot = "move-socket"' in said
    assert 'sasl.backend = "dovecot"' in said


def test_left_in_the_jail_its_users_cannot_log_in() -> None:
    found = plan(sasl__chroot="leave")

    assert chroots(found) == ["y", "y"]
    assert refused(found) == []
    assert "every login fails" in message_of(found, "jail-left")


def test_logins_that_work_today_are_not_left_in_the_jail() -> None:
    until_now = file(SMTPD_CONF, b"pwcheck_method: authdaemond\n")

    found = plan(until_now, main_cf="smtpd_sasl_auth_enable = yes\n", sasl__chroot="leave")

    assert refused(found) == ["logins-would-end"]


def test_outside_of_the_jail_there_is_nothing_to_leave() -> None:
    found = plan(master_cf=FREE, sasl__chroot="leave")

    assert "jail-left" not in identifiers(found)


def test_a_socket_that_moves_keeps_the_jail_closed() -> None:
    found = plan(sasl__chroot="move-socket")

    assert chroots(found) == ["y", "y"]
    assert smtpd_conf_of(found)["saslauthd_path"] == "/var/run/saslauthd/mux"
    options = ShellVariables.parse(content_of(found, OPTIONS)).get("OPTIONS")
    assert options == f"-c -m {MOVED.parent}"
    assert restarts(found) == [RestartDaemon("saslauthd", MOVED)]
    assert joins(found) == ["sasl"]
    assert "The price: " in message_of(found, "socket-moved")


def test_after_the_move_there_is_nothing_to_do() -> None:
    facts = logins(*LISTENING, INSTALLED, master_cf=JAILED)
    wanted = {"sasl__chroot": "move-socket"}

    after = applied(facts, wanting(SaslBackend.SASLAUTHD, facts, **wanted))
    after = with_files(
        after,
        directory(QUEUE / "var"),
        directory(QUEUE / "var/run"),
        directory(MOVED.parent, 0o710, SASL_GROUP),
        socket(MOVED),
    )

    assert wanting(SaslBackend.SASLAUTHD, after, **wanted).is_empty


def test_a_socket_that_moves_keeps_the_name_that_saslauthd_gives_it() -> None:
    found = plan(sasl__chroot="move-socket", sasl__socket="/var/run/saslauthd/smtp")

    assert "socket-name-fixed" in refused(found)
    assert f'sasl.socket = "{MOVED}"' in message_of(found, "socket-name-fixed")


@pytest.mark.parametrize("master_cf", [MIXED, FREE])
def test_a_server_outside_the_jail_would_not_find_the_socket_that_moves(master_cf: str) -> None:
    found = plan(master_cf=master_cf, sasl__chroot="move-socket")

    assert refused(found) == ["outside-the-jail"]
    assert "submission" in message_of(found, "outside-the-jail")


@pytest.mark.parametrize(
    "backend",
    [SaslBackend.AUTHDAEMOND, SaslBackend.SASLDB, SaslBackend.SQL, SaslBackend.LDAPDB],
)
def test_what_has_no_socket_to_move_says_so(backend: SaslBackend) -> None:
    found = wanting(backend, logins(master_cf=JAILED), sasl__chroot="move-socket")

    assert "socket-cannot-move" in refused(found)
    assert chroots(found) == ["y", "y"]


def test_dovecots_socket_is_in_the_jail_already() -> None:
    auth = QUEUE / "private/auth"
    listening = FileState(auth, auth, FileKind.SOCKET, 0o660, 101, 103)
    facts = logins(listening, master_cf=MIXED)

    found = wanting(SaslBackend.DOVECOT, facts, sasl__chroot="move-socket")

    assert refused(found) == []
    assert chroots(found) == ["y", "n"]


def test_a_socket_that_was_moved_before_is_found_from_inside() -> None:
    there = (directory(MOVED.parent), socket(MOVED))

    found = plan(*there, sasl__socket=str(MOVED))

    assert chroots(found) == ["y", "y"]
    assert smtpd_conf_of(found)["saslauthd_path"] == "/var/run/saslauthd/mux"


def test_where_some_are_outside_all_use_the_name_from_outside() -> None:
    there = (directory(MOVED.parent), socket(MOVED))

    found = plan(*there, sasl__socket=str(MOVED), master_cf=MIXED)

    assert chroots(found) == ["n", "n"]
    assert smtpd_conf_of(found)["saslauthd_path"] == str(MOVED)


UNIT = PurePosixPath("/usr/lib/systemd/system/saslauthd.service")
ADDITION = PurePosixPath("/etc/systemd/system/saslauthd.service.d/pfwizard.conf")


def test_the_unit_of_systemd_is_told_of_the_place_that_moves() -> None:
    unit = file(UNIT, b"[Service]\nType=forking\nPIDFile=/var/run/saslauthd/saslauthd.pid\n")

    found = plan(unit, sasl__chroot="move-socket")

    assert content_of(found, ADDITION).decode().splitlines()[1:] == [
        "[Service]",
        f"PIDFile={MOVED.parent}/saslauthd.pid",
        f"ExecStartPre=/usr/bin/install -d -g sasl -m 0710 {MOVED.parent}",
    ]
    assert MOVED.parent not in changed(found)


def test_without_a_unit_the_directory_of_the_socket_is_made() -> None:
    found = plan(sasl__chroot="move-socket")

    assert {QUEUE / "var", QUEUE / "var/run", MOVED.parent} <= changed(found)
    assert ADDITION not in changed(found)


def test_the_socket_is_where_saslauthd_is_told_to_put_it() -> None:
    other = PurePosixPath("/srv/mux")
    told = file(OPTIONS, b'OPTIONS="-c -m /srv"\n')

    found = plan(told, directory("/srv"), socket(other))

    assert smtpd_conf_of(found)["saslauthd_path"] == "/srv/mux"


@pytest.mark.parametrize("options", [b'OPTIONS="-c"\n', b'OPTIONS="-m"\n', b'OPTIONS="-m x"\n'])
def test_told_nothing_it_has_the_place_of_its_package(options: bytes) -> None:
    assert smtpd_conf_of(plan(file(OPTIONS, options)))["saslauthd_path"] == str(MUX)

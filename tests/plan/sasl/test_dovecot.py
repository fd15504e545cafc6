"""Dovecot: its listener in the queue directory, in a file that it reads."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.platforms.debian import DEBIAN_13
from pfwizard.machine.postfix import Version
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan, Reload, RestartDaemon
from tests.plan.builders import (
    SMTPD_CONF,
    STOCK_MASTER,
    answers,
    applied,
    content_of,
    directory,
    file,
    identifiers,
    main_of,
    master_of,
    plan_for,
    socket,
    with_files,
)
from tests.plan.sasl.logins import (
    QUEUE,
    changed,
    joins,
    logins,
    message_of,
    refused,
    restarts,
    wanting,
)

CONF = PurePosixPath("/etc/dovecot/dovecot.conf")
DROP_IN = PurePosixPath("/etc/dovecot/conf.d/99-pfwizard-auth.conf")
AUTH = QUEUE / "private/auth"

STOCK = file(CONF, b"!include conf.d/*.conf\n!include_try local.conf\n")
LISTENER = b"""\
# Written by pfwizard: the socket through which Postfix has passwords checked.
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
"""


def plan(*files: FileState, main_cf: str = "", **overrides: object) -> Plan:
    return wanting(SaslBackend.DOVECOT, logins(*files, main_cf=main_cf), **overrides)


def remedy_of(found: Plan, identifier: str) -> str:
    return next(each.remedy for each in found.findings if each.identifier == identifier)


def test_dovecot_gets_a_file_that_opens_the_socket_for_postfix() -> None:
    assert content_of(plan(STOCK), DROP_IN) == LISTENER


def test_postfix_names_the_socket_relative_to_its_queue_directory() -> None:
    found = main_of(plan(STOCK))

    assert found.get("smtpd_sasl_type") == "dovecot"
    assert found.get("smtpd_sasl_path") == "private/auth"


def test_a_socket_elsewhere_is_named_whole() -> None:
    other = PurePosixPath("/run/dovecot/auth-postfix")

    found = plan(STOCK, sasl__socket=str(other))

    assert main_of(found).get("smtpd_sasl_path") == str(other)
    assert f"unix_listener {other} {{".encode() in content_of(found, DROP_IN)


def test_the_queue_directory_and_the_user_are_those_of_this_postfix() -> None:
    queue = PurePosixPath("/srv/queue")
    settings = f"queue_directory = {queue}\nmail_owner = root\n"

    found = plan(STOCK, directory("/srv"), directory(queue), main_cf=settings)

    content = content_of(found, DROP_IN)
    assert b"unix_listener /srv/queue/private/auth {" in content
    assert b"user = root\n    group = root\n" in content


def test_smtpd_conf_is_not_touched_and_smtpd_stays_in_its_jail() -> None:
    found = plan(STOCK, services__smtps=True)

    assert SMTPD_CONF not in changed(found)
    assert [service.chroot for service in master_of(found).services] == ["y", "y"]
    assert "unchrooted" not in identifiers(found)


def test_a_socket_outside_of_the_queue_is_not_in_the_jail() -> None:
    found = plan(STOCK, sasl__socket="/run/dovecot/auth-postfix")

    assert [service.chroot for service in master_of(found).services] == ["n"]


def test_dovecot_comes_before_postfix() -> None:
    found = plan(STOCK)

    assert restarts(found) == [RestartDaemon("dovecot", AUTH)]
    kinds = [type(action) for action in found.actions]
    assert kinds.index(RestartDaemon) < kinds.index(Reload)
    assert not identifiers(found) & {"dovecot-socket-missing", "socket-missing"}


def test_a_second_run_finds_nothing_to_do() -> None:
    facts = logins(STOCK)
    after = applied(facts, wanting(SaslBackend.DOVECOT, facts))
    listening = with_files(after, FileState(AUTH, AUTH, FileKind.SOCKET, 0o660, 101, 103))

    assert wanting(SaslBackend.DOVECOT, listening).is_empty


def test_a_listener_of_the_operators_own_is_enough() -> None:
    found = plan(STOCK, FileState(AUTH, AUTH, FileKind.SOCKET, 0o660, 101, 103))

    assert DROP_IN not in changed(found)
    assert restarts(found) == []


def test_a_listener_that_postfix_cannot_use_gets_another_file() -> None:
    found = plan(STOCK, socket(AUTH, 0o600))

    assert DROP_IN in changed(found)
    assert joins(found) == []


def test_a_socket_that_was_left_behind_is_no_listener() -> None:
    facts = replace(logins(STOCK, socket(AUTH)), deserted=frozenset({AUTH}))

    found = wanting(SaslBackend.DOVECOT, facts)

    assert content_of(found, DROP_IN) == LISTENER
    assert restarts(found) == [RestartDaemon("dovecot", AUTH)]


def test_a_drop_in_of_ours_follows_the_answers() -> None:
    old = file(DROP_IN, LISTENER.replace(b"private", b"public"))

    found = plan(STOCK, old, socket(AUTH))

    assert content_of(found, DROP_IN) == LISTENER


def test_a_file_that_somebody_else_has_written_is_not_replaced() -> None:
    theirs = file(DROP_IN.with_name("10-master.conf"), b"service imap-login {\n}\n")

    found = plan(STOCK, theirs, sasl__dovecot__drop_in=str(theirs.path))

    assert "drop-in-of-others" in refused(found)
    assert theirs.path not in changed(found)


@pytest.mark.parametrize(
    ("path", "socket_path"),
    [
        ("/run/dovecot/auth-smtp", "/run/dovecot/auth-smtp"),
        ("public/auth", f"{QUEUE}/public/auth"),
        ("unix:public/auth", f"{QUEUE}/public/auth"),
    ],
)
def test_dovecot_is_asked_where_it_is_asked_today(path: str, socket_path: str) -> None:
    found = plan(STOCK, main_cf=f"smtpd_sasl_type = dovecot\nsmtpd_sasl_path = {path}\n")

    assert main_of(found).get("smtpd_sasl_path") == path
    assert f"unix_listener {socket_path} {{".encode() in content_of(found, DROP_IN)


def test_a_dovecot_on_the_net_is_asked_there_and_gets_no_listener() -> None:
    over_tcp = "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:192.0.2.1:12345\n"

    found = plan(main_cf=over_tcp)

    assert main_of(found).get("smtpd_sasl_path") == "inet:192.0.2.1:12345"
    assert DROP_IN not in changed(found)
    assert refused(found) == []
    assert [service.chroot for service in master_of(found).services] == ["y"]


def test_an_answer_moves_dovecot_from_where_it_is_asked_today() -> None:
    over_tcp = "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:192.0.2.1:12345\n"

    found = plan(STOCK, main_cf=over_tcp, sasl__socket=str(AUTH))

    assert main_of(found).get("smtpd_sasl_path") == "private/auth"
    assert content_of(found, DROP_IN) == LISTENER


def test_without_a_listener_of_ours_its_socket_has_to_be_there() -> None:
    found = plan(STOCK, sasl__dovecot__listener=False)

    assert refused(found) == ["dovecot-socket-missing"]
    assert DROP_IN not in changed(found)


def test_in_a_tree_its_socket_is_not_to_be_seen() -> None:
    facts = logins(STOCK, works_on_a_tree=True)

    found = wanting(SaslBackend.DOVECOT, facts, sasl__dovecot__listener=False)

    assert refused(found) == []
    assert "is not in the tree" in message_of(found, "socket-missing")


def test_in_a_tree_a_second_run_finds_nothing_to_do() -> None:
    facts = logins(STOCK, works_on_a_tree=True)

    after = applied(facts, wanting(SaslBackend.DOVECOT, facts))

    again = wanting(SaslBackend.DOVECOT, after)
    assert again.is_empty
    assert refused(again) == []


def test_where_it_is_not_installed_its_package_is_named() -> None:
    found = plan()

    assert "dovecot-not-installed" in refused(found)
    assert "apt-get install dovecot-core" in message_of(found, "dovecot-not-installed")


@pytest.mark.parametrize(
    ("include", "drop_in", "is_read"),
    [
        (b"!include conf.d/*.conf\n", "", True),
        (b"  !include_try /etc/dovecot/conf.d/*.conf\n", "", True),
        (b"#!include conf.d/*.conf\n", "", False),
        (b"!include local.conf\n", "", False),
        (b"!include_try local.conf\n", "/etc/dovecot/local.conf", True),
        (b"!include conf.d/1*.conf\n", "", False),
        (b"!include *.conf\n", "", False),
    ],
)
def test_a_file_that_dovecot_does_not_include_is_refused(
    include: bytes, drop_in: str, is_read: bool
) -> None:
    found = plan(file(CONF, include), sasl__dovecot__drop_in=drop_in)

    assert ("drop-in-not-read" not in refused(found)) is is_read


@pytest.mark.parametrize(
    ("content", "is_refused"),
    [
        (b"dovecot_config_version = 2.4.0\n!include conf.d/*.conf\n", False),
        (b"!include conf.d/*.conf\n", True),
        (b"#dovecot_config_version = 2.4.0\n!include conf.d/*.conf\n", True),
    ],
)
def test_dovecot_2_4_reads_no_configuration_of_2_3(content: bytes, is_refused: bool) -> None:
    facts = replace(logins(file(CONF, content)), platform=DEBIAN_13)
    wanted = answers(
        sasl__backend="dovecot", sasl__socket="", sasl__mechanisms=[], services__smtps=False
    )

    assert ("dovecot-conf-old" in refused(plan_for(facts, wanted))) is is_refused


def test_that_cyrus_checked_until_now_is_said_where_it_was_in_use() -> None:
    in_use = plan(STOCK, main_cf="smtpd_sasl_auth_enable = yes\n")

    assert "until now cyrus checked" in message_of(in_use, "sasl-type-replaced")
    assert "sasl-type-replaced" not in identifiers(plan(STOCK))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NTLM", "Dovecot does not know NTLM"),
        ("OTP", "earlier ones cannot do it with a passwd-file"),
    ],
)
def test_what_no_dovecot_can_do_is_refused_with_its_reason(name: str, why: str) -> None:
    found = plan(STOCK, sasl__mechanisms=["PLAIN", name])

    assert why in message_of(found, "mechanism-impossible")


def test_mechanisms_that_are_named_are_what_postfix_offers_of_dovecots() -> None:
    found = plan(STOCK, sasl__mechanisms=["PLAIN", "LOGIN"])

    assert main_of(found).get("smtpd_sasl_mechanism_filter") == "plain, login"
    assert "auth_mechanisms = plain login" in remedy_of(found, "mechanisms-of-dovecot")


def test_with_no_mechanism_named_whatever_dovecot_offers_stays() -> None:
    found = plan(STOCK)

    assert main_of(found).get("smtpd_sasl_mechanism_filter") is None
    assert "mechanisms-of-dovecot" not in identifiers(found)


def test_a_filter_that_is_in_force_stays_as_it_is_written() -> None:
    written = "smtpd_sasl_mechanism_filter = PLAIN login\n"

    found = plan(STOCK, main_cf=written, sasl__mechanisms=["LOGIN", "PLAIN"])

    assert main_of(found).get("smtpd_sasl_mechanism_filter") == "PLAIN login"
    assert "mechanisms-of-dovecot" not in identifiers(found)


def test_before_3_6_postfix_offers_whatever_dovecot_does_and_it_is_said() -> None:
    facts = logins(STOCK)
    old = replace(facts, postfix=replace(facts.postfix, version=Version(3, 5)))

    found = wanting(SaslBackend.DOVECOT, old, sasl__mechanisms=["PLAIN"])

    assert main_of(found).get("smtpd_sasl_mechanism_filter") is None
    assert "mechanisms-left-to-dovecot" in identifiers(found)


ASKED = "smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\nsmtpd_sasl_auth_enable = yes\n"
LEFT = "dovecot-listener-left"


def to_cyrus(content: bytes, main_cf: str = ASKED, master_cf: str = STOCK_MASTER) -> Plan:
    """A change to a checker of Cyrus SASL, with this content in Dovecot's file."""
    facts = logins(STOCK, file(DROP_IN, content), main_cf=main_cf, master_cf=master_cf)
    return wanting(SaslBackend.SASLDB, facts)


def test_a_listener_that_postfix_needs_no_more_is_told_of_with_its_file() -> None:
    found = to_cyrus(LISTENER)

    words = message_of(found, LEFT)
    assert str(DROP_IN) in words
    assert str(AUTH) in words
    assert DROP_IN not in changed(found)


def test_it_is_told_of_by_later_runs_too() -> None:
    assert LEFT in identifiers(to_cyrus(LISTENER, main_cf=""))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(LISTENER.removeprefix(b"# Written by pfwizard"), id="written-by-others"),
        pytest.param(b"# Written by pfwizard\n", id="without-a-listener"),
        pytest.param(
            LISTENER.replace(b"/var/spool/postfix/", b"/var/spool/postfix-out/"),
            id="of-another-instance",
        ),
    ],
)
def test_what_is_not_ours_is_not_told_of(content: bytes) -> None:
    assert LEFT not in identifiers(to_cyrus(content))


def test_a_listener_outside_of_the_queue_is_ours_where_postfix_asks_there_today() -> None:
    content = LISTENER.replace(str(AUTH).encode(), b"/run/dovecot/auth-postfix")
    asked = ASKED.replace("private/auth", "/run/dovecot/auth-postfix")

    assert LEFT in identifiers(to_cyrus(content, asked))


def test_a_listener_that_a_service_still_asks_is_not_told_of() -> None:
    by_itself = "2525 inet n - n - - smtpd\n  -o smtpd_sasl_type=dovecot\n"

    assert LEFT not in identifiers(to_cyrus(LISTENER, master_cf=STOCK_MASTER + by_itself))


def test_it_is_not_told_of_where_dovecot_stays_the_checker() -> None:
    assert LEFT not in identifiers(plan(STOCK, file(DROP_IN, LISTENER)))

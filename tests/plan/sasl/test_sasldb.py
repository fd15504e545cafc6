"""sasldb: who may read its file, which realms it has, and why smtpd leaves the jail."""

from pathlib import PurePosixPath

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan
from tests.plan.builders import SMTPD_CONF, file, identifiers, master_of
from tests.plan.sasl.logins import (
    POSTFIX_GROUP,
    SASL_GROUP,
    joins,
    logins,
    message_of,
    refused,
    smtpd_conf_of,
    wanting,
)

SASLDB = PurePosixPath("/etc/sasldb2")
USERS = b"frank\0mail.kernel-panic.it\0userPassword"


def sasldb(
    mode: int, gid: int = 0, content: bytes = USERS, path: PurePosixPath = SASLDB
) -> FileState:
    return FileState(path, path, FileKind.REGULAR, mode, 0, gid, content)


def plan(*files: FileState, main_cf: str = "", **overrides: object) -> Plan:
    return wanting(SaslBackend.SASLDB, logins(*files, main_cf=main_cf), **overrides)


OURS = sasldb(0o640, POSTFIX_GROUP)


def test_smtpd_conf_names_the_store_and_leaves_its_place_to_the_platform() -> None:
    assert smtpd_conf_of(plan(OURS)) == {
        "pwcheck_method": "auxprop",
        "auxprop_plugin": "sasldb",
        "mech_list": "PLAIN LOGIN SCRAM-SHA-256",
    }


def test_another_file_is_named() -> None:
    path = PurePosixPath("/etc/postfix/users.db")

    found = plan(sasldb(0o640, POSTFIX_GROUP, path=path), sasl__database=str(path))

    assert smtpd_conf_of(found)["sasldb_path"] == str(path)
    assert not identifiers(found) & {"store-missing", "store-closed"}


def test_the_file_of_today_is_looked_at_where_none_is_named() -> None:
    path = PurePosixPath("/srv/users.db")
    until_now = file(SMTPD_CONF, f"sasldb_path: {path}\n".encode())

    found = plan(until_now, sasldb(0o600, path=path))

    assert smtpd_conf_of(found)["sasldb_path"] == str(path)
    assert f"cannot read {path}" in message_of(found, "store-closed")


def test_the_suffix_that_the_database_adds_is_no_other_file() -> None:
    with_suffix = sasldb(0o640, POSTFIX_GROUP, path=PurePosixPath("/etc/sasldb2.db"))

    assert "store-missing" not in identifiers(plan(with_suffix))


def test_a_file_of_postfix_own_group_needs_nothing() -> None:
    found = plan(OURS)

    assert joins(found) == []
    assert not identifiers(found) & {"store-closed", "passwords-readable", "realm-unknown"}


def test_the_group_that_may_read_it_is_joined() -> None:
    assert joins(plan(sasldb(0o660, SASL_GROUP))) == ["sasl"]


@pytest.mark.parametrize("closed", [sasldb(0o600), sasldb(0o640)], ids=["root", "group root"])
def test_a_file_that_postfix_cannot_read_is_refused_with_what_to_do(closed: FileState) -> None:
    found = plan(closed)

    assert refused(found) == ["store-closed"]
    said = message_of(found, "store-closed")
    assert "chgrp sasl /etc/sasldb2 && chmod 640 /etc/sasldb2" in said
    assert joins(found) == []


def test_passwords_that_everybody_can_read_are_warned_of() -> None:
    assert "passwords-readable" in identifiers(plan(sasldb(0o644)))


def test_a_store_that_is_not_there_is_warned_of_with_the_way_to_make_it() -> None:
    said = message_of(plan(sasl__local_domain="example.org"), "store-missing")

    assert "saslpasswd2 -c -u example.org USER" in said
    assert "sasl2-bin" in said


def test_the_group_of_a_store_that_is_yet_to_be_made_is_joined_already() -> None:
    found = plan()

    assert "chgrp sasl /etc/sasldb2" in message_of(found, "store-missing")
    assert joins(found) == ["sasl"]


def test_logins_that_work_today_are_not_ended_for_a_store_that_is_not_there() -> None:
    until_now = file(SMTPD_CONF, b"pwcheck_method: saslauthd\n")

    found = plan(until_now, main_cf="smtpd_sasl_auth_enable = yes\n")

    assert refused(found) == ["logins-would-end"]


def test_what_is_no_file_is_refused() -> None:
    directory = FileState(SASLDB, SASLDB, FileKind.DIRECTORY, 0o755)

    assert refused(plan(directory)) == ["not-a-store"]


@pytest.mark.parametrize(
    ("realm", "known"),
    [("", True), ("mail.kernel-panic.it", True), ("$myhostname", True), ("example.org", False)],
)
def test_a_realm_without_users_is_warned_of(realm: str, known: bool) -> None:
    found = plan(OURS, sasl__local_domain=realm)

    assert ("realm-unknown" in identifiers(found)) is not known


def test_smtpd_leaves_the_jail_in_which_the_file_is_not() -> None:
    found = plan(OURS)

    assert [service.chroot for service in master_of(found).services] == ["n"]
    assert "because /etc/sasldb2 cannot be reached" in message_of(found, "unchrooted")


def test_another_store_of_before_is_a_checker_that_is_replaced() -> None:
    until_now = file(SMTPD_CONF, b"pwcheck_method: auxprop\nauxprop_plugin: sql\n")

    found = plan(OURS, until_now, main_cf="smtpd_sasl_auth_enable = yes\n")

    assert "until now auxprop (sql)" in message_of(found, "checker-replaced")


@pytest.mark.parametrize(
    "until_now",
    [b"pwcheck_method: auxprop\nauxprop_plugin: sasldb\n", b"pwcheck_method: auxprop\n"],
)
def test_the_same_store_is_not_replaced(until_now: bytes) -> None:
    found = plan(OURS, file(SMTPD_CONF, until_now), main_cf="smtpd_sasl_auth_enable = yes\n")

    assert "checker-replaced" not in identifiers(found)

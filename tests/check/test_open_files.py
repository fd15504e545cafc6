"""Files with passwords that every user of the machine can read, and how they are closed."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from tests.check.builders import found
from tests.check.cases.logins import (
    OF_POSTFIX,
    POSTFIX,
    SASLDB,
    SQL,
    SQLITE,
    STORED,
    USERS,
    inside,
    logging_in,
)
from tests.plan.builders import BARE_MASTER, SMTPD_CONF, directory, file

RULE = "sqlite-open"


def with_database(*files: FileState, smtpd_conf: str = SQLITE) -> Facts:
    return logging_in(smtpd_conf, *files)


def owned(state: FileState, mode: int, uid: int = 0, gid: int = 0) -> FileState:
    return replace(state, mode=mode, uid=uid, gid=gid)


STORES = [
    pytest.param(SQLITE, USERS, RULE, id="sqlite"),
    pytest.param(STORED, file(SASLDB, b""), "sasldb-open", id="sasldb"),
    pytest.param(SQL, file(SMTPD_CONF, SQL.encode()), "smtpd-conf-open", id="smtpd.conf"),
]


@pytest.mark.parametrize(("smtpd_conf", "store", "rule"), STORES)
def test_what_everybody_can_read_is_told_with_its_mode(
    smtpd_conf: str, store: FileState, rule: str
) -> None:
    above = directory(str(store.path.parent))

    (told,) = found(with_database(above, store, smtpd_conf=smtpd_conf), rule)

    assert told.place.file == store.path
    assert "mode 0644" in told.message


@pytest.mark.parametrize(("smtpd_conf", "store", "rule"), STORES)
def test_a_directory_that_nobody_else_may_enter_is_enough(
    smtpd_conf: str, store: FileState, rule: str
) -> None:
    closed = directory(str(store.path.parent), 0o750)

    assert found(with_database(closed, store, smtpd_conf=smtpd_conf), rule) == []


def test_the_group_is_postfix_s_where_it_reads_like_everybody_now() -> None:
    (told,) = found(with_database(USERS), RULE)

    assert told.remedy.startswith("chgrp postfix /srv/users.db && chmod 640 /srv/users.db: ")


@pytest.mark.parametrize(
    "state", [owned(USERS, 0o664, uid=POSTFIX), owned(USERS, 0o644, gid=OF_POSTFIX)]
)
def test_owner_and_group_stay_where_postfix_can_read_by_them(state: FileState) -> None:
    (told,) = found(with_database(state), RULE)

    assert told.remedy.startswith("chmod o= /srv/users.db, ")


def test_the_group_of_others_cannot_stay_for_it_would_lock_postfix_out() -> None:
    (told,) = found(with_database(owned(USERS, 0o664, gid=110)), RULE)

    assert "chgrp postfix" in told.remedy


def test_it_is_closed_where_a_link_leads() -> None:
    real = PurePosixPath("/var/lib/mail/users.db")

    (told,) = found(with_database(replace(USERS, real=real)), RULE)

    assert f"chmod 640 {real}" in told.remedy


def test_what_the_chroot_jail_shows_is_told_too() -> None:
    within = inside(USERS)
    facts = logging_in(SQLITE, owned(USERS, 0o600), within, master=BARE_MASTER)

    assert [each.place.file for each in found(facts, RULE)] == [within.path]


@pytest.mark.parametrize(
    "smtpd_conf",
    [
        SQLITE.replace("sqlite3", "pgsql"),
        SQLITE.replace("auxprop_plugin: sql", "auxprop_plugin: sasldb"),
        SQLITE.replace("pwcheck_method: auxprop", "pwcheck_method: saslauthd"),
    ],
)
def test_a_file_that_is_not_asked_for_passwords_is_passed_over(smtpd_conf: str) -> None:
    assert found(with_database(USERS, smtpd_conf=smtpd_conf), RULE) == []


def test_a_database_that_is_not_there_is_passed_over() -> None:
    assert found(with_database(), RULE) == []


def test_the_database_outside_counts_whatever_a_server_in_the_jail_is_shown() -> None:
    facts = logging_in(SQLITE, USERS, owned(inside(USERS), 0o600), master=BARE_MASTER)

    assert [each.place.file for each in found(facts, RULE)] == [USERS.path]


def test_a_directory_in_its_place_is_no_database() -> None:
    assert found(with_database(directory(str(USERS.path))), RULE) == []


def test_the_database_of_cyrus_sasl_itself_is_none_of_sqlite_s() -> None:
    assert found(with_database(file(SASLDB, b""), smtpd_conf=STORED), RULE) == []

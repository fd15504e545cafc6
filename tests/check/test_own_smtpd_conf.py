"""Servers of one machine that go by different files of Cyrus SASL (``smtpd_sasl_path``)."""

from pathlib import PurePosixPath

from pfwizard.machine.facts import Facts
from tests.check.builders import LOGINS, SUBMISSION, SUBMISSIONS, found
from tests.plan.builders import BARE_MASTER, SMTPD_CONF, STOCK_MAIN, file, machine

OWN_CONF = SMTPD_CONF.with_name("own.conf")
OWN = "  -o smtpd_sasl_path=own\n"

SASLDB = b"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"
STOPPED = b"pwcheck_method: authdaemond\nauthdaemond_path: /run/stopped\nmech_list: PLAIN\n"

STORE = file(PurePosixPath("/etc/sasldb2"), b"", 0o600)


def with_own(own: bytes, common: bytes, *services: str) -> Facts:
    """Users log in to port 587 as its own file says, and on other ports by the usual one."""
    return machine(
        STOCK_MAIN,
        "".join([BARE_MASTER, SUBMISSION, LOGINS, OWN, *services]),
        file(OWN_CONF, own),
        file(SMTPD_CONF, common),
        STORE,
    )


def places(facts: Facts, identifier: str) -> list[tuple[PurePosixPath | None, int | None]]:
    return [(each.place.file, each.place.line) for each in found(facts, identifier)]


def test_a_file_that_no_server_goes_by_is_not_judged() -> None:
    assert places(with_own(STOPPED, b"no option\n"), "smtpd-conf-malformed") == []
    assert places(with_own(STOPPED, SASLDB), "sasldb-unreadable") == []


def test_the_file_of_a_single_server_is_judged() -> None:
    facts = with_own(b"no option\n", STOPPED)

    assert places(facts, "smtpd-conf-malformed") == [(OWN_CONF, 1)]


def test_each_file_is_judged_where_there_are_two() -> None:
    facts = with_own(b"no option\n", b"x: y\nno option\n", SUBMISSIONS, LOGINS)

    assert set(places(facts, "smtpd-conf-malformed")) == {(OWN_CONF, 1), (SMTPD_CONF, 2)}


def test_what_two_files_name_is_told_of_once() -> None:
    facts = with_own(SASLDB, SASLDB, SUBMISSIONS, LOGINS)

    assert places(facts, "sasldb-unreadable") == [(STORE.path, None)]


def test_the_password_checker_is_that_of_the_server() -> None:
    (missing,) = found(with_own(STOPPED, SASLDB), "sasl-socket-missing")

    assert "/run/stopped" in missing.message


def test_mechanisms_are_those_of_the_server() -> None:
    unknown = b"pwcheck_method: authdaemond\nauthdaemond_path: /x\nmech_list: PLIAN\n"

    assert places(with_own(unknown, STOPPED), "mechanism-unknown") == [(OWN_CONF, 3)]
    assert places(with_own(STOPPED, unknown), "mechanism-unknown") == []


def test_the_usual_file_is_in_its_place_where_one_service_misses_its_own() -> None:
    master = "".join([BARE_MASTER, SUBMISSION, LOGINS, OWN])
    facts = machine(STOCK_MAIN, master, file(SMTPD_CONF, STOPPED))

    assert places(facts, "smtpd-conf-elsewhere") == []

"""Obsolete spellings: moved to what stands for them today where that is asked for."""

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    main_of,
    plan_for,
)


def plan(
    more: str, master: str = STOCK_MASTER, *, version: str = "3.7.11", **overrides: object
) -> Plan:
    facts = machine(STOCK_MAIN + more, master, *guide_pki(), version=version)
    wanted: dict[str, object] = {"tls__migrate_obsolete": True, **overrides}
    return plan_for(facts, answers(**wanted))


def names(of: Plan) -> set[str]:
    return {each.name for each in main_of(of).settings}


@pytest.mark.parametrize(
    ("older", "parameter", "level"),
    [
        ("smtpd_use_tls = yes\n", "smtpd_tls_security_level", "may"),
        ("smtpd_enforce_tls = yes\n", "smtpd_tls_security_level", "encrypt"),
        ("smtpd_enforce_tls = no\nsmtpd_use_tls = yes\n", "smtpd_tls_security_level", "may"),
        ("smtp_use_tls = yes\n", "smtp_tls_security_level", "may"),
        ("smtp_enforce_tls = yes\n", "smtp_tls_security_level", "verify"),
        (
            "smtp_enforce_tls = yes\nsmtp_tls_enforce_peername = no\n",
            "smtp_tls_security_level",
            "encrypt",
        ),
        ("smtp_use_tls = no\n", "smtp_tls_security_level", None),
        ("lmtp_use_tls = yes\n", "lmtp_tls_security_level", "may"),
    ],
)
def test_booleans_become_the_level_that_they_stand_for(
    older: str, parameter: str, level: str | None
) -> None:
    found = plan(older)

    assert main_of(found).get(parameter) == level
    assert not names(found) & {line.split(" ")[0] for line in older.splitlines()}
    assert "obsolete-settings-replaced" in identifiers(found)


def test_a_level_that_is_there_counts_and_the_booleans_go() -> None:
    found = plan("smtp_tls_security_level = dane\nsmtp_enforce_tls = yes\n")

    assert main_of(found).get("smtp_tls_security_level") == "dane"
    assert "smtp_enforce_tls" not in names(found)


IGNORED = [
    ("smtpd_tls_cipherlist", "HIGH", "3.0.0"),
    ("smtpd_tls_dh1024_param_file", "/etc/postfix/dh.pem", "3.1.0"),
    ("smtpd_tls_dh512_param_file", "/etc/postfix/dh512.pem", "3.6.0"),
    ("smtpd_tls_eecdh_grade", "ultra", "3.6.0"),
    ("tls_low_cipherlist", "LOW", "3.8.0"),
]


@pytest.mark.parametrize(("name", "value", "since"), IGNORED)
def test_what_this_version_ignores_goes(name: str, value: str, since: str) -> None:
    assert name not in names(plan(f"{name} = {value}\n", version=since))


@pytest.mark.parametrize(("name", "value", "since"), IGNORED[1:])
def test_what_an_older_version_reads_stays(name: str, value: str, since: str) -> None:
    major, minor, _ = since.split(".")
    older = f"{major}.{int(minor) - 1}.9"

    found = plan(f"{name} = {value}\n", version=older)

    assert main_of(found).get(name) == value
    assert "obsolete-settings-replaced" not in identifiers(found)


@pytest.mark.parametrize("program", ["smtpd", "smtp", "lmtp"])
@pytest.mark.parametrize(("kind", "stays"), [("btree", False), ("hash", True)])
def test_a_cache_in_a_format_that_this_postfix_lacks_goes(
    program: str, kind: str, stays: bool
) -> None:
    name = f"{program}_tls_session_cache_database"

    found = plan(f"{name} = {kind}:${{data_directory}}/scache\n")

    assert (name in names(found)) is stays


def test_unasked_they_stay_and_are_warned_of() -> None:
    found = plan("smtpd_use_tls = yes\nsmtpd_tls_eecdh_grade = auto\n", tls__migrate_obsolete=False)

    (warned,) = [each for each in found.findings if each.identifier == "obsolete-settings"]
    assert "smtpd_use_tls and smtpd_tls_eecdh_grade" in warned.message
    assert {"smtpd_use_tls", "smtpd_tls_eecdh_grade"} <= names(found)


@pytest.mark.parametrize("is_asked", [True, False])
def test_where_nothing_is_obsolete_nothing_is_said(is_asked: bool) -> None:
    found = identifiers(plan("smtp_tls_security_level = may\n", tls__migrate_obsolete=is_asked))

    assert not {each for each in found if each.startswith("obsolete")}


def test_a_table_of_sites_is_left_to_its_author() -> None:
    found = plan("smtp_tls_per_site = hash:/etc/postfix/sites\n")

    assert main_of(found).get("smtp_tls_per_site") == "hash:/etc/postfix/sites"
    assert "obsolete-by-hand" in identifiers(found)


def test_an_option_of_a_service_is_left_to_its_author() -> None:
    service = "10025 inet n - n - - smtpd -o smtpd_enforce_tls=yes\n"

    (warned,) = [
        each
        for each in plan("", STOCK_MASTER + service).findings
        if each.identifier == "obsolete-by-hand"
    ]

    assert "smtpd_enforce_tls of the service 10025 in master.cf" in warned.message


@pytest.mark.parametrize(
    "setting",
    [
        "smtpd_tls_session_cache_database = hash:/var/lib/postfix/smtpd_scache",
        "tls_daemon_random_bytes = 32",
    ],
)
def test_settings_for_sessions_and_entropy_are_told_of_and_stay(setting: str) -> None:
    found = plan(f"{setting}\n")

    name, _, value = setting.partition(" = ")
    assert main_of(found).get(name) == value
    assert "settings-unneeded" in identifiers(found)


def test_a_source_of_randomness_that_is_asked_for_is_not_told_of() -> None:
    source = "tls_random_source = dev:/dev/urandom\n"

    assert "settings-unneeded" not in identifiers(plan(source))
    assert "settings-unneeded" in identifiers(plan(source, tls__random_source=""))


def test_once_moved_there_is_nothing_left_to_move() -> None:
    older = "smtpd_enforce_tls = yes\nsmtp_use_tls = yes\nsmtpd_tls_eecdh_grade = ultra\n"
    facts = machine(STOCK_MAIN + older, STOCK_MASTER, *guide_pki())
    wanted = answers(tls__migrate_obsolete=True)
    after = applied(facts, plan_for(facts, wanted))

    again = plan_for(after, wanted)

    assert again.changes == ()
    assert "obsolete-settings-replaced" not in identifiers(again)

"""A level that main.cf gets does not overrule the older booleans of a service."""

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    master_of,
    plan_for,
)

KEPT = "level-of-service-kept"


def plan(main: str, service: str, **overrides: object) -> Plan:
    facts = machine(STOCK_MAIN + main, BARE_MASTER + service, *guide_pki())
    return plan_for(facts, answers(**overrides))


def option(of: Plan, service: str, name: str) -> str | None:
    (found,) = [each for each in master_of(of).services if each.name == service]
    return found.option(name)


@pytest.mark.parametrize("migrates", [True, False])
@pytest.mark.parametrize(
    ("main", "options", "level"),
    [
        ("", "-o smtpd_enforce_tls=yes", "encrypt"),
        ("smtpd_use_tls = yes\n", "-o smtpd_enforce_tls=yes", "encrypt"),
        ("smtpd_use_tls = yes\n", "-o smtpd_use_tls=no", "none"),
        ("", "-o smtpd_use_tls=no", "none"),
        ("smtpd_use_tls = yes\n", "-o smtpd_use_tls=no -o smtpd_enforce_tls=yes", "encrypt"),
    ],
)
def test_a_server_keeps_what_its_own_booleans_mean(
    main: str, options: str, level: str, migrates: bool
) -> None:
    service = f"10025 inet n - n - - smtpd {options}\n"

    found = plan(main, service, tls__migrate_obsolete=migrates)

    assert option(found, "10025", "smtpd_tls_security_level") == level
    assert KEPT in identifiers(found)


@pytest.mark.parametrize(
    ("main", "options"),
    [
        ("", ""),
        ("smtpd_use_tls = yes\n", "-o smtpd_use_tls=yes"),
        ("smtpd_tls_security_level = may\n", "-o smtpd_enforce_tls=yes"),
        ("smtpd_tls_security_level = none\n", "-o smtpd_enforce_tls=yes"),
        ("", "-o smtpd_tls_wrappermode=yes -o smtpd_enforce_tls=yes"),
        ("", "-o smtpd_tls_security_level=encrypt -o smtpd_enforce_tls=yes"),
    ],
)
def test_a_server_in_which_nothing_changes_gets_no_level(main: str, options: str) -> None:
    service = f"10025 inet n - n - - smtpd {options}\n"

    found = plan(main, service)

    before = "encrypt" if "security_level" in options else None
    assert option(found, "10025", "smtpd_tls_security_level") == before
    assert KEPT not in identifiers(found)


@pytest.mark.parametrize("empty", ["", "$undefined"])
def test_a_service_that_requires_tls_by_an_empty_level_goes_on_requiring_it(empty: str) -> None:
    service = f"10025 inet n - n - - smtpd -o smtpd_tls_security_level={empty}\n"

    found = plan("smtpd_enforce_tls = yes\n", service, tls__migrate_obsolete=True)

    assert option(found, "10025", "smtpd_tls_security_level") == "encrypt"


@pytest.mark.parametrize(
    ("program", "main", "options", "level"),
    [
        ("smtp", "smtp_use_tls = yes\n", "-o smtp_enforce_tls=yes", "verify"),
        ("smtp", "smtp_use_tls = yes\n", "-o smtp_use_tls=no", "none"),
        ("lmtp", "lmtp_use_tls = yes\n", "-o lmtp_enforce_tls=yes", "verify"),
        (
            "lmtp",
            "lmtp_enforce_tls = yes\n",
            "-o lmtp_tls_enforce_peername=no",
            "encrypt",
        ),
    ],
)
def test_a_client_keeps_what_its_own_booleans_mean(
    program: str, main: str, options: str, level: str
) -> None:
    service = f"own unix - - n - - {program} {options}\n"

    found = plan(main, service, tls__migrate_obsolete=True)

    assert option(found, "own", f"{program}_tls_security_level") == level


def test_a_level_for_outgoing_mail_does_not_overrule_a_client() -> None:
    service = "own unix - - n - - smtp -o smtp_enforce_tls=yes\n"

    found = plan("", service, outgoing__tls_security_level="may")

    assert option(found, "own", "smtp_tls_security_level") == "verify"


def test_tls_from_the_first_byte_of_the_servers_says_nothing_of_a_client() -> None:
    service = "own unix - - n - - smtp -o smtp_enforce_tls=yes\n"

    found = plan("smtpd_tls_wrappermode = yes\n", service, outgoing__tls_security_level="may")

    assert option(found, "own", "smtp_tls_security_level") == "verify"


def test_once_a_level_is_kept_nothing_is_left_to_change() -> None:
    service = "10025 inet n - n - - smtpd -o smtpd_enforce_tls=yes\n"
    facts = machine(STOCK_MAIN + "smtpd_use_tls = yes\n", BARE_MASTER + service, *guide_pki())
    wanted = answers(tls__migrate_obsolete=True)
    after = applied(facts, plan_for(facts, wanted))

    again = plan_for(after, wanted)

    assert again.changes == ()
    assert KEPT not in identifiers(again)

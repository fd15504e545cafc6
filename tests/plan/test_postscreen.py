"""postscreen in front of port 25: its helper is switched on, its entry is left alone."""

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    STOCK_MAIN,
    TEMPLATES,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
)

FRONT = """\
smtp      inet  n       -       y       -       1       postscreen
smtpd     pass  -       -       y       -       -       smtpd
"""
COMMENTED = "#tlsproxy  unix  -       -       y       -       0       tlsproxy\n"


def plan(master: str = FRONT + TEMPLATES, main: str = "", **overrides: object) -> Plan:
    return plan_for(machine(STOCK_MAIN + main, master, *guide_pki()), answers(**overrides))


def test_the_helper_stays_off_until_it_is_asked_for() -> None:
    found = plan(FRONT + COMMENTED)

    assert "tlsproxy-missing" in identifiers(found)
    assert "tlsproxy" not in [service.command for service in master_of(found).services]


@pytest.mark.parametrize("template", [COMMENTED, ""])
def test_the_helper_is_switched_on_and_runs_without_limit(template: str) -> None:
    found = plan(FRONT + template, services__tlsproxy=True)

    (helper,) = [each for each in master_of(found).services if each.command == "tlsproxy"]
    assert (helper.name, helper.type, helper.process_limit) == ("tlsproxy", "unix", "0")
    assert "tlsproxy-on" in identifiers(found)
    assert "tlsproxy-missing" not in identifiers(found)


def test_the_template_is_used_and_no_second_one_written() -> None:
    found = plan(FRONT + COMMENTED, services__tlsproxy=True)

    assert found.master_cf.count(b"\ntlsproxy  unix  -       -       y") == 1
    assert b"#tlsproxy" not in found.master_cf


def test_without_postscreen_there_is_nothing_to_help() -> None:
    found = plan("smtp inet n - y - - smtpd\n" + COMMENTED, services__tlsproxy=True)

    assert b"#tlsproxy" in found.master_cf


@pytest.mark.parametrize("scope", ["submission", "everywhere"])
@pytest.mark.parametrize("level", ["may", "encrypt"])
def test_nothing_meant_for_smtpd_is_put_on_the_entry_of_postscreen(scope: str, level: str) -> None:
    found = plan(
        sasl__scope=scope,
        tls__security_level=level,
        services__tlsproxy=True,
        clients__names=["mx.kernel-panic.it"],
    )

    front = master_of(found).services[0]
    assert front.command == "postscreen"
    assert front.options == ()
    assert front.chroot == "y"


def test_logins_everywhere_are_for_what_postscreen_hands_on_too() -> None:
    found = plan(sasl__scope="everywhere")

    assert main_of(found).get("smtpd_sasl_auth_enable") == "yes"
    assert master_of(found).services[1].chroot == "n"


@pytest.mark.parametrize(
    ("own", "is_warned_of"),
    [
        ("", False),
        ("postscreen_tls_security_level = none\n", True),
        ("postscreen_tls_security_level =\n", True),
        ("postscreen_tls_security_level = may\n", False),
        ("postscreen_tls_security_level = encrypt\n", False),
        ("postscreen_tls_security_level = $smtpd_tls_security_level\n", False),
    ],
)
def test_less_tls_than_asked_for_is_warned_of(own: str, is_warned_of: bool) -> None:
    assert ("postscreen-without-tls" in identifiers(plan(main=own))) is is_warned_of


def test_the_same_answers_change_nothing_more() -> None:
    facts = machine(STOCK_MAIN, FRONT, *guide_pki())
    wanted = answers(services__tlsproxy=True, sasl__scope="everywhere")

    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).changes == ()

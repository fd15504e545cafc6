"""What a profile of TLS means for outgoing mail, whose suites and groups are the same."""

import pytest

from pfwizard.plan.plan import Finding, Plan
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    guide_pki,
    machine,
    plan_for,
)

OF_PROFILES = ("profile-for-outgoing-mail", "profile-keeps-mail-back")


def plan(profile: str, level: str, more: str = "", **overrides: object) -> Plan:
    main = STOCK_MAIN + f"smtp_tls_security_level = {level}\n" + more
    facts = machine(main, STOCK_MASTER, *guide_pki())
    return plan_for(facts, answers(tls__profile=profile, **overrides))


def told(of: Plan) -> list[Finding]:
    return [each for each in of.findings if each.identifier in OF_PROFILES]


@pytest.mark.parametrize(
    ("level", "identifier"),
    [
        ("may", "profile-for-outgoing-mail"),
        ("dane", "profile-keeps-mail-back"),
        ("encrypt", "profile-keeps-mail-back"),
        ("fingerprint", "profile-keeps-mail-back"),
    ],
)
def test_suites_and_groups_of_a_profile_are_told_to_be_for_outgoing_mail_too(
    level: str, identifier: str
) -> None:
    (found,) = told(plan("intermediate", level))

    assert found.identifier == identifier
    assert "tls_medium_cipherlist" in found.message
    assert "tls_eecdh_auto_curves" in found.message


@pytest.mark.parametrize("level", ["", "none"])
def test_without_tls_for_outgoing_mail_there_is_nothing_to_tell(level: str) -> None:
    assert told(plan("intermediate", level)) == []


def test_the_level_that_is_planned_counts() -> None:
    (found,) = told(plan("intermediate", "may", outgoing__tls_security_level="encrypt"))

    assert found.identifier == "profile-keeps-mail-back"


@pytest.mark.parametrize("profile", ["", "postfix"])
def test_postfix_s_own_suites_and_groups_keep_no_mail_back(profile: str) -> None:
    assert told(plan(profile, "encrypt")) == []

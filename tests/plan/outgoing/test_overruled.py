"""What comes before the level of outgoing mail in main.cf is told of, and stays."""

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    answers,
    guide_pki,
    identifiers,
    machine,
    master_of,
    plan_for,
)

OVERRULED, POLICIES = "outgoing-level-overruled", "policies-come-first"
OPTION = "smtp_tls_security_level"


def plan(options: str = "", more: str = "", level: str = "encrypt", command: str = "smtp") -> Plan:
    service = f"own unix - - n - - {command} {options}\n"
    facts = machine(STOCK_MAIN + more, BARE_MASTER + service, *guide_pki())
    return plan_for(facts, answers(outgoing__tls_security_level=level))


@pytest.mark.parametrize(
    ("options", "level", "is_told"),
    [
        (f"-o {OPTION}=may", "encrypt", True),
        (f"-o {OPTION}=", "may", True),
        ("-o smtp_use_tls=no", "may", True),
        (f"-o {OPTION}=verify", "encrypt", False),
        ("", "encrypt", False),
        (f"-o {OPTION}=may", "", False),
    ],
)
def test_a_client_with_a_weaker_level_of_its_own_is_warned_of(
    options: str, level: str, is_told: bool
) -> None:
    assert (OVERRULED in identifiers(plan(options, level=level))) is is_told


def test_a_weaker_level_of_a_client_stays() -> None:
    (service,) = [
        each for each in master_of(plan(f"-o {OPTION}=may")).services if each.name == "own"
    ]

    assert service.option(OPTION) == "may"


def test_a_client_of_lmtp_has_a_level_of_its_own() -> None:
    assert OVERRULED not in identifiers(plan(f"-o {OPTION}=may", command="lmtp"))


@pytest.mark.parametrize(
    ("more", "level", "is_told"),
    [
        ("smtp_tls_policy_maps = hash:/etc/postfix/tls_policy\n", "encrypt", True),
        ("smtp_tls_policy_maps = hash:/etc/postfix/tls_policy\n", "", False),
        ("", "encrypt", False),
    ],
)
def test_a_table_of_policies_is_told_of(more: str, level: str, is_told: bool) -> None:
    assert (POLICIES in identifiers(plan("", more, level))) is is_told

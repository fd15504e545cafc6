"""What is said of the platform before anything is planned for it."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.platforms.recognition import recognise
from pfwizard.machine.platforms.record import Platform
from pfwizard.plan.plan import Finding, Severity
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    UNKNOWN_PLATFORM,
    answers,
    file,
    guide_pki,
    identifiers,
    machine,
    plan_for,
)

ARCH = recognise({"ID": "arch"})
RASPBIAN = recognise({"ID": "raspbian", "NAME": "Raspbian", "ID_LIKE": "debian"})


def finding(identifier: str, main: str = "", platform: Platform = RASPBIAN) -> Finding:
    facts = replace(machine(STOCK_MAIN + main, STOCK_MASTER, *guide_pki()), platform=platform)
    found = plan_for(facts).findings
    (only,) = [each for each in found if each.identifier == identifier]
    return only


def test_a_derivative_is_taken_for_another_and_that_is_said() -> None:
    found = finding("platform-assumed")

    assert found.severity is Severity.NOTE
    assert found.message == "Raspbian is taken for Debian sid"
    assert found.remedy


def test_a_place_that_was_not_seen_is_said_with_the_reason_to_think_so() -> None:
    found = finding("platform-unseen", platform=ARCH)

    assert found.severity is Severity.NOTE
    assert "Arch Linux has smtpd.conf in /etc/sasl2" in found.message
    assert ARCH.sasl_directories.source in found.message
    assert found.remedy


def test_a_file_that_is_there_already_speaks_for_itself() -> None:
    there = file(PurePosixPath("/etc/sasl2/smtpd.conf"), b"log_level: 1\n")
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), there, platform=ARCH)

    assert "platform-unseen" not in identifiers(plan_for(facts))


def test_where_nobody_logs_in_the_place_does_not_matter() -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), platform=ARCH)

    assert "platform-unseen" not in identifiers(plan_for(facts, answers(sasl__enabled=False)))


def test_of_an_unknown_platform_it_is_said_once_that_the_place_is_a_guess() -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), platform=UNKNOWN_PLATFORM)

    assert "platform-unseen" not in identifiers(plan_for(facts))


def test_debian_itself_is_neither_assumed_nor_unseen() -> None:
    found = identifiers(plan_for(machine(STOCK_MAIN, STOCK_MASTER, *guide_pki())))

    assert not found & {"platform-assumed", "platform-unseen", "listens-to-itself"}


@pytest.mark.parametrize("value", ["localhost", "loopback-only", "127.0.0.1, [::1]"])
def test_ports_that_nobody_else_can_reach_are_warned_of(value: str) -> None:
    found = finding("listens-to-itself", f"inet_interfaces = {value}\n")

    assert found.severity is Severity.WARNING
    assert value in found.message
    assert "stop and start" in found.remedy


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("all", True),
        ("localhost, 192.0.2.1", True),
        ("$myhostname", True),
        ("localhost", False),
    ],
)
def test_what_others_can_reach_or_nobody_asked_for_is_not(value: str, wanted: bool) -> None:
    facts = machine(STOCK_MAIN + f"inet_interfaces = {value}\n", STOCK_MASTER, *guide_pki())

    found = identifiers(plan_for(facts, answers(services__smtps=wanted)))

    assert "listens-to-itself" not in found

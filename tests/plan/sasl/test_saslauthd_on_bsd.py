"""saslauthd's options in rc.conf, where they are instead of those that its script has."""

from pathlib import PurePosixPath

import pytest

from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.machine.platforms.bsd import FREEBSD, NETBSD, OPENBSD
from pfwizard.machine.platforms.record import Platform
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    content_of,
    file,
    guide_pki,
    machine,
    plan_for,
)
from tests.plan.sasl.logins import changed, message_of, refused

RC_CONF = PurePosixPath("/etc/rc.conf")


def plan(*files: FileState, platform: Platform = FREEBSD, **asked: object) -> Plan:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), *files, platform=platform)
    return plan_for(facts, answers(sasl__backend="saslauthd", sasl__socket="", **asked))


def flags(found: Plan, path: PurePosixPath = RC_CONF) -> str | None:
    return ShellVariables.parse(content_of(found, path)).get("saslauthd_flags")


def test_a_mechanism_that_the_script_has_by_itself_is_not_lost() -> None:
    there = file(RC_CONF, b'saslauthd_enable="YES"\n')

    found = plan(there, sasl__saslauthd__login_names="user@domain")

    assert "saslauthd-mechanism-unknown" in refused(found)
    assert "sasl.saslauthd.mechanism" in message_of(found, "saslauthd-mechanism-unknown")
    assert RC_CONF not in changed(found)


def test_with_the_mechanism_its_options_are_whole() -> None:
    found = plan(
        file(RC_CONF, b""),
        sasl__saslauthd__mechanism="pam",
        sasl__saslauthd__login_names="user@domain",
    )

    assert flags(found) == "-a pam -r"


def test_a_mechanism_that_is_there_stays() -> None:
    there = file(RC_CONF, b'saslauthd_flags="-a pam"\n')

    assert flags(plan(there, sasl__saslauthd__login_names="user@domain")) == "-a pam -r"


@pytest.mark.parametrize(
    ("platform", "path"),
    [
        (FREEBSD, RC_CONF),
        (NETBSD, RC_CONF),
        (OPENBSD, PurePosixPath("/etc/rc.conf.local")),
    ],
    ids=["FreeBSD", "NetBSD", "OpenBSD"],
)
def test_the_users_of_the_system_have_another_name(platform: Platform, path: PurePosixPath) -> None:
    found = plan(file(path, b""), platform=platform, sasl__saslauthd__mechanism="shadow")

    assert flags(found, path) == "-a getpwent"

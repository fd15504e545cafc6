"""The same password checker, but at another socket than until now."""

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    SMTPD_CONF,
    SOCKET,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    file,
    guide_pki,
    identifiers,
    machine,
    plan_for,
)
from tests.plan.sasl.logins import logins, message_of, refused, wanting

GUIDES_FILE = f"pwcheck_method: authdaemond\nauthdaemond_path: {SOCKET}\n".encode()


def plan(main_cf: str, *files: FileState) -> Plan:
    """Of the guide's answers, which name the socket."""
    return plan_for(machine(STOCK_MAIN + main_cf, STOCK_MASTER, *guide_pki(), *files), answers())


def test_logins_do_not_end_because_the_checker_is_asked_at_a_socket_that_is_not_there() -> None:
    until_now = b"pwcheck_method: authdaemond\nauthdaemond_path: /run/courier/socket\n"
    absent = FileState(SOCKET, SOCKET, FileKind.ABSENT)

    found = plan("smtpd_sasl_auth_enable = yes\n", file(SMTPD_CONF, until_now), absent)

    said = message_of(found, "checker-socket-replaced")
    assert "was asked through /run/courier/socket" in said
    assert refused(found) == ["logins-would-end"]


def test_in_a_tree_neither_socket_is_to_be_seen() -> None:
    until_now = b"pwcheck_method: authdaemond\nauthdaemond_path: /run/courier/socket\n"
    there = file(SMTPD_CONF, until_now)
    facts = logins(there, main_cf="smtpd_sasl_auth_enable = yes\n", works_on_a_tree=True)

    found = wanting(SaslBackend.AUTHDAEMOND, facts)

    assert identifiers(found) >= {"checker-socket-replaced", "socket-missing"}
    assert refused(found) == []


@pytest.mark.parametrize("auth", ["yes", "no"])
def test_a_socket_that_stays_or_is_not_in_use_is_not_told_of(auth: str) -> None:
    other = b"authdaemond_path: /run/courier/socket\n" if auth == "no" else GUIDES_FILE

    found = plan(f"smtpd_sasl_auth_enable = {auth}\n", file(SMTPD_CONF, other))

    assert "checker-socket-replaced" not in identifiers(found)

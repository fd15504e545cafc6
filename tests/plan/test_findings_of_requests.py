"""Findings about a certificate that another CA is asked for, and the files of its key."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pfwizard.plan.plan import Plan, Severity
from pfwizard.plan.planner import make_plan
from tests.plan.builders import (
    NOW,
    SERVER,
    SERVER_KEY,
    answers,
    applied,
    circumstances,
    file,
    machine,
    plan_for,
    with_files,
)
from tests.plan.others import CHAIN, RSA, secret, signed
from tests.plan.server.test_requested import OWN_KEY, REQUEST, plan, wanted
from tests.plan.test_findings import (
    FOUND_IN_REQUESTS,
    NOTE,
    PLANS,
    REFUSAL,
    WARNING,
    identifiers_in,
    on,
)

OLDER = signed(now=NOW - timedelta(days=5))


def with_a_legible_password() -> Plan:
    asked = wanted(server__request_attributes__challenge_password="sesame")
    facts = applied(machine(), plan_for(machine(), asked))
    opened = replace(facts.file(REQUEST), mode=0o644)
    return plan_for(with_files(facts, opened), asked)


def expired() -> Plan:
    facts = machine("", "", OWN_KEY, file(SERVER, CHAIN))
    return make_plan(wanted(), facts, replace(circumstances(), now=NOW + timedelta(days=91)))


RAISED: dict[str, tuple[Severity, Plan]] = {
    "certificate-awaited": (NOTE, plan_for(machine(), answers(server__source="request"))),
    "file-in-the-way": (REFUSAL, plan(file(REQUEST, b"something"))),
    "not-for-a-chain": (REFUSAL, plan(file(SERVER_KEY, secret(RSA) + secret(RSA), 0o600))),
    "older-certificate-replaced": (
        NOTE,
        plan(file(SERVER_KEY, secret(RSA) + CHAIN, 0o600), file(SERVER, OLDER.pem())),
    ),
    "own-certificate-stays": (NOTE, on(server__source="request")),
    "request-open-to-others": (WARNING, with_a_legible_password()),
    "server-expired": (WARNING, expired()),
}

BY_DEFECT = {"server-expired"}


@pytest.mark.parametrize("identifier", RAISED)
def test_it_is_raised_once_and_says_why_and_what_to_do(identifier: str) -> None:
    severity, found = RAISED[identifier]

    (finding,) = [each for each in found.findings if each.identifier == identifier]

    assert finding.severity is severity
    assert finding.message
    assert finding.remedy.endswith(".") or (severity is NOTE and not finding.remedy)


def test_there_is_no_other_finding_in_the_source() -> None:
    in_source = {each for name in FOUND_IN_REQUESTS for each in identifiers_in(PLANS / name)}

    assert in_source == set(RAISED) - BY_DEFECT

"""Findings about later certificates and about the time: how bad each is, and what to do then."""

from pathlib import PurePosixPath

import pytest

from pfwizard.plan.plan import Plan, Severity
from pfwizard.plan.renewal.renewal import Renewable
from tests.pki import builders as pki
from tests.plan.builders import NOW, STOCK_MAIN, answers, file, machine
from tests.plan.renewals import DAY, ENCRYPTED, renewing, server, with_next_key
from tests.plan.server.test_installation import (
    BESIDE,
    COMPLETE,
    ROOT,
    installing,
    with_key,
)
from tests.plan.server.test_installation_in_use import submission_broken
from tests.plan.server.test_installation_place import OWN, PAIR, requesting
from tests.plan.test_clock import EPOCH, OVERFLOWN, by_the_clock, ledger_of
from tests.plan.test_findings import FOUND_LATER, NOTE, PLANS, REFUSAL, WARNING, identifiers_in

ANOTHER = pki.key("another ca").pem().reveal()
LIVE = PurePosixPath("/etc/letsencrypt/live/own.crt")

RAISED: dict[str, tuple[Severity, Plan]] = {
    "ca-ends-first": (WARNING, renewing(server(ca=pki.ca(days=500).pem()))),
    "ca-expired": (REFUSAL, renewing(server(ca=pki.ca(days=200).pem()))),
    "ca-key-mismatch": (REFUSAL, renewing(server(ca_key=ANOTHER))),
    "ca-key-missing": (REFUSAL, renewing(server(ca_key=None))),
    "ca-renewed": (NOTE, renewing(server(), Renewable.AUTHORITY, force=True)),
    "certificate-replaced": (
        NOTE,
        installing(*COMPLETE, facts=with_key(main_cf=f"{STOCK_MAIN}smtpd_tls_cert_file={OWN}\n")),
    ),
    "clock-far-ahead": (WARNING, by_the_clock(OVERFLOWN)),
    "clock-turned-back": (WARNING, by_the_clock(NOW, ledger=ledger_of(NOW + DAY))),
    "clock-wrong": (REFUSAL, by_the_clock(EPOCH)),
    "file-in-the-way": (REFUSAL, installing(*COMPLETE, facts=with_key(file(BESIDE, b"x")))),
    "issued-by-others": (REFUSAL, renewing(server(ca=ROOT.pem()))),
    "key-encrypted": (REFUSAL, installing(*COMPLETE, facts=with_key(key=ENCRYPTED))),
    "key-found": (NOTE, installing(*COMPLETE)),
    "key-kept": (NOTE, renewing(server())),
    "only-authorities": (REFUSAL, installing(*COMPLETE[1:])),
    "key-mismatch": (REFUSAL, installing(*COMPLETE, facts=with_key(key=ANOTHER))),
    "key-missing": (WARNING, renewing(server(server_key=None))),
    "key-not-found": (REFUSAL, renewing(server(server_key=None), Renewable.NEXT_KEY)),
    "key-replaced": (WARNING, renewing(server(), Renewable.SERVER_WITH_NEW_KEY)),
    "managed-by-certbot": (
        REFUSAL,
        installing(
            *COMPLETE,
            facts=with_key(main_cf=STOCK_MAIN + PAIR.replace(str(OWN), str(LIVE))),
        ),
    ),
    "next-key": (NOTE, renewing(with_next_key(), Renewable.NEXT_KEY)),
    "no-ca": (REFUSAL, renewing(server(ca=None), Renewable.AUTHORITY)),
    "no-certificate": (REFUSAL, renewing(machine())),
    "not-due": (NOTE, renewing(server(), now=NOW + DAY)),
    "not-requested": (REFUSAL, installing(*COMPLETE, server=answers().server)),
    "not-used-yet": (NOTE, installing(*COMPLETE, server=requesting())),
    "other-certificate-kept": (
        WARNING,
        installing(*COMPLETE, facts=with_key(main_cf=f"{STOCK_MAIN}smtpd_tls_eccert_file={OWN}\n")),
    ),
    "pair-would-not-fit": (REFUSAL, submission_broken()),
    "unrelated": (NOTE, installing(*COMPLETE, pki.ca(whose="stranger"))),
    "validity-shortened": (NOTE, renewing(server(server=pki.server(days=2000).pem()), force=True)),
    "wrong-order": (NOTE, installing(*reversed(COMPLETE))),
}

TRIED_ELSEWHERE = {
    "ca-due-too",
    "ca-in-a-bundle",
    "cannot-be-renewed",
    "issuer-named-by-serial",
    "key-elsewhere-too",
}
"""In test_renewal_authority, of several CAs, and of certificates that pfwizard does not make; in
test_departing_key."""


@pytest.mark.parametrize("identifier", RAISED)
def test_it_is_raised_once_and_says_why_and_what_to_do(identifier: str) -> None:
    severity, plan = RAISED[identifier]

    (finding,) = [each for each in plan.findings if each.identifier == identifier]

    assert finding.severity is severity
    assert finding.message
    assert finding.remedy.endswith(".") or (severity is NOTE and not finding.remedy)


def test_there_is_no_other_finding_in_the_source() -> None:
    in_source = {each for name in FOUND_LATER for each in identifiers_in(PLANS / name)}

    assert in_source == set(RAISED) | TRIED_ELSEWHERE

"""A second key of the server, on P-256, and its certificate beside the first."""

from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.plan import EnterInLedger, Plan
from pfwizard.plan.renewal.renewal import (
    Renewable,
    RenewalRequest,
    files_of_renewal,
    make_renewal_plan,
)
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    circumstances,
    content_of,
    file,
    guide_pki,
    identifiers,
    key,
    machine,
    main_of,
    master_of,
    plan_for,
)

ECDSA = PurePosixPath("/etc/postfix/ssl/server-ecdsa.crt")
ECDSA_KEY = PurePosixPath("/etc/postfix/ssl/private/server-ecdsa.key")
REQUEST = SERVER_KEY.with_suffix(".csr")


def plan(main_cf: str = "", *files: FileState, **overrides: object) -> Plan:
    facts = machine(STOCK_MAIN + main_cf, STOCK_MASTER, *files)
    return plan_for(facts, answers(server__ecdsa=True, **overrides))


def certificate_in(made: Plan, path: PurePosixPath) -> Certificate:
    return load_certificate(content_of(made, path))


def test_it_is_on_p256_and_of_the_same_names() -> None:
    made = plan()

    first, second = certificate_in(made, SERVER), certificate_in(made, ECDSA)
    assert (first.facts.key, second.facts.key) == ("RSA 2048", "EC P-256")
    assert first.facts.dns_names == second.facts.dns_names


def test_its_key_is_private() -> None:
    (change,) = [change for change in plan().changes if change.path == ECDSA_KEY]

    assert (change.secret, change.mode) == (True, 0o600)


def test_both_are_signed_by_the_ca() -> None:
    made = plan()

    authority = certificate_in(made, CA)
    assert certificate_in(made, SERVER).is_issued_by(authority)
    assert certificate_in(made, ECDSA).is_issued_by(authority)


def test_both_are_entered_in_the_ledger() -> None:
    entries = [each.entry for each in plan().actions if isinstance(each, EnterInLedger)]

    servers = [each for each in entries if isinstance(each, Issued) and each.role is Role.SERVER]
    assert len(servers) == 2


def test_a_request_is_made_for_the_first_key_alone() -> None:
    made = plan()

    assert REQUEST in {change.path for change in made.changes}
    assert not [change for change in made.changes if "ecdsa.csr" in str(change.path)]


def test_a_pair_has_a_parameter_for_each_type() -> None:
    main_cf = main_of(plan(server__layout="pair"))

    assert main_cf.get("smtpd_tls_cert_file") == str(SERVER)
    assert main_cf.get("smtpd_tls_key_file") == str(SERVER_KEY)
    assert main_cf.get("smtpd_tls_eccert_file") == str(ECDSA)
    assert main_cf.get("smtpd_tls_eckey_file") == str(ECDSA_KEY)


def test_a_chain_has_one_file_for_each_type() -> None:
    made = plan(server__layout="chain")

    assert main_of(made).get("smtpd_tls_chain_files") == f"{SERVER_KEY} {ECDSA_KEY}"
    second = key(2, KeyType.EC_P256).pem().reveal()
    assert content_of(made, ECDSA_KEY) == second + content_of(made, ECDSA)


@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_a_certificate_of_a_third_type_goes(layout: str) -> None:
    dsa = "smtpd_tls_dcert_file = /etc/old.crt\nsmtpd_tls_dkey_file = /etc/old.key\n"

    main_cf = main_of(plan(dsa, server__layout=layout))

    assert (main_cf.get("smtpd_tls_dcert_file"), main_cf.get("smtpd_tls_dkey_file")) == ("", "")


def test_the_first_stays_when_the_second_is_made() -> None:
    made = plan("", *guide_pki())

    written = {change.path for change in made.changes}
    assert {ECDSA, ECDSA_KEY} <= written
    assert not {SERVER, SERVER_KEY, REQUEST} & written


def test_nothing_is_issued_while_the_first_cannot_be_used() -> None:
    damaged = [state for state in guide_pki() if state.path != SERVER_KEY]
    other = file(SERVER_KEY, key(5).pem().reveal(), 0o600)

    made = plan("", *damaged, other)

    assert "server-key-mismatch" in identifiers(made)
    assert ECDSA not in {change.path for change in made.changes}


def test_two_keys_of_one_type_are_refused() -> None:
    made = plan(server__key_type="ec:p384")

    assert "one-type-twice" in {finding.identifier for finding in made.refusals}


def test_a_key_that_is_found_counts_by_what_it_is() -> None:
    found = file(SERVER_KEY, key(5, KeyType.EC_P256).pem().reveal(), 0o600)

    assert "one-type-twice" in identifiers(plan("", found))


def test_switched_off_it_is_shown_no_more() -> None:
    facts = machine(STOCK_MAIN, STOCK_MASTER)
    both = applied(facts, plan_for(facts, answers(server__ecdsa=True)))

    main_cf = main_of(plan_for(both, answers(server__ecdsa=False)))

    assert (main_cf.get("smtpd_tls_eccert_file"), main_cf.get("smtpd_tls_eckey_file")) == ("", "")


def test_a_service_with_its_own_is_told_of() -> None:
    master_cf = f"{BARE_MASTER.rstrip()} -o smtpd_tls_eccert_file=/etc/own.crt\n"

    made = plan_for(machine(STOCK_MAIN, master_cf), answers(server__ecdsa=True))

    assert "overridden-in-master" in identifiers(made)
    assert master_of(made).services


@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_a_renewal_is_one_of_both(layout: str) -> None:
    wanted = answers(server__ecdsa=True, server__layout=layout)
    facts = applied(machine(), plan_for(machine(), wanted))
    known = (CA, CA_KEY, SERVER, ECDSA)
    request = RenewalRequest(Renewable.SERVER, force=True, known_files=known)

    assert {SERVER_KEY, ECDSA_KEY} <= set(files_of_renewal(request, facts))
    renewed = make_renewal_plan(request, facts, circumstances())

    for path in (SERVER, ECDSA):
        old = load_certificate(facts.file(path).content or b"")
        assert certificate_in(renewed, path).public_key == old.public_key
    assert plan_for(applied(facts, renewed), wanted).is_empty

"""A certificate that another CA is to sign: requested, awaited, and then in use."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.answers import Answers
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.keys import load_private_key
from pfwizard.pki.requests import load_request
from pfwizard.plan.plan import EnterInLedger, Plan, Severity
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.plan.builders import (
    CA,
    CA_KEY,
    MAIN_CF,
    MASTER_CF,
    NOW,
    SERVER,
    SERVER_KEY,
    SMTPD_CONF,
    STOCK_MAIN,
    answers,
    applied,
    content_of,
    file,
    identifiers,
    main_of,
    plan_for,
    with_files,
)
from tests.plan.others import CHAIN, EC, ISSUER, LEAF, ROOT, RSA, secret, signed, with_roots

REQUEST = SERVER_KEY.with_suffix(".csr")
OWN_KEY = file(SERVER_KEY, secret(RSA), 0o600)


def plan(*files: FileState, **overrides: object) -> Plan:
    return plan_for(with_roots(*files), wanted(**overrides))


def wanted(**overrides: object) -> Answers:
    return answers(
        **{
            "ca__source": "none",
            "tls__ca_file": "",
            "server__source": "request",
            "server__layout": "auto",
            **overrides,
        }
    )


def written(of: Plan) -> set[PurePosixPath]:
    return {change.path for change in of.changes if change.is_about_a_file}


# --- awaited --------------------------------------------------------------------------------------


def test_a_key_and_a_request_for_it_are_made_and_nothing_else() -> None:
    made = plan()

    assert written(made) == {SERVER_KEY, REQUEST}
    key = load_private_key(Secret(content_of(made, SERVER_KEY)))
    assert key.matches(load_request(content_of(made, REQUEST)))


def test_a_key_that_is_found_is_used_and_left_alone() -> None:
    made = plan(OWN_KEY)

    assert written(made) == {REQUEST}
    assert RSA.matches(load_request(content_of(made, REQUEST)))


def test_postfix_is_neither_changed_nor_reloaded() -> None:
    made = plan(services__smtps=True, sasl__enabled=True)

    assert not {MAIN_CF, MASTER_CF, SMTPD_CONF} & written(made)
    assert made.actions == ()


def test_how_it_goes_on_is_told() -> None:
    (note,) = [each for each in plan().findings if each.identifier == "certificate-awaited"]

    assert note.severity is Severity.NOTE
    assert str(REQUEST) in note.remedy
    assert "pfwizard install-certificate FILE --answers ANSWERS" in note.remedy


def test_a_ca_for_clients_is_made_meanwhile_and_entered_in_the_ledger() -> None:
    made = plan(ca__source="create")

    assert {CA, CA_KEY} <= written(made)
    assert all(isinstance(action, EnterInLedger) for action in made.actions)
    assert made.actions


@pytest.mark.parametrize("there", [signed(EC).pem() + ISSUER.pem(), ROOT.pem()])
def test_a_certificate_for_another_key_is_waited_through(there: bytes) -> None:
    made = plan(OWN_KEY, file(SERVER, there))

    assert "certificate-awaited" in identifiers(made)
    assert SERVER not in written(made)


def test_one_that_was_installed_without_the_answers_is_found_again() -> None:
    main_cf = f"smtpd_tls_cert_file = /etc/ssl/came.crt\nsmtpd_tls_key_file = {SERVER_KEY}\n"
    facts = with_roots(OWN_KEY, main_cf=STOCK_MAIN + main_cf)

    (note,) = [
        each
        for each in plan_for(facts, wanted()).findings
        if each.identifier == "certificate-awaited"
    ]

    assert "pfwizard install-certificate /etc/ssl/came.crt --answers" in note.remedy


def test_a_certificate_without_its_key_is_refused() -> None:
    assert "server-incomplete" in identifiers(plan(file(SERVER, CHAIN)))


def test_a_name_that_is_not_asked_for_is_told_before_it_is_too_late() -> None:
    assert "name-not-in-certificate" in identifiers(plan(server__names=["smtp.kernel-panic.it"]))


# --- there ----------------------------------------------------------------------------------------


def test_with_the_certificate_everything_else_follows() -> None:
    made = plan(OWN_KEY, file(SERVER, CHAIN))

    assert {MAIN_CF, MASTER_CF, SMTPD_CONF, SERVER_KEY} <= written(made)
    assert main_of(made).get("smtpd_tls_chain_files") == str(SERVER_KEY)
    assert "certificate-awaited" not in identifiers(made)
    assert made.refusals == ()


def test_the_chain_file_has_the_issuers_too() -> None:
    made = plan(OWN_KEY, file(SERVER, CHAIN))

    assert content_of(made, SERVER_KEY) == secret(RSA) + CHAIN


def test_a_chain_file_without_the_issuers_is_completed() -> None:
    made = plan(file(SERVER_KEY, secret(RSA) + LEAF.pem(), 0o600), file(SERVER, CHAIN))

    assert content_of(made, SERVER_KEY) == secret(RSA) + CHAIN


@pytest.mark.parametrize("sent", [ISSUER.pem() + LEAF.pem(), ROOT.pem() + CHAIN])
def test_what_was_put_there_in_another_order_is_put_right(sent: bytes) -> None:
    made = plan(OWN_KEY, file(SERVER, sent))

    assert load_certificates(content_of(made, SERVER)) == (LEAF, ISSUER)
    assert "server-wrong-order" not in identifiers(made)


def test_a_certificate_that_stands_behind_its_key_alone_counts() -> None:
    made = plan(file(SERVER_KEY, secret(RSA) + CHAIN, 0o600))

    assert content_of(made, SERVER) == CHAIN
    assert SERVER_KEY not in written(made)


def test_of_two_for_the_key_the_one_that_lasts_longer_goes_into_both_files() -> None:
    newer = signed(days=120).pem() + ISSUER.pem()

    made = plan(file(SERVER_KEY, secret(RSA) + newer, 0o600), file(SERVER, CHAIN))

    assert content_of(made, SERVER) == newer
    assert SERVER_KEY not in written(made)


def test_of_two_for_the_key_the_later_one_counts_though_it_ends_sooner() -> None:
    older = signed(days=300, now=NOW - timedelta(days=5)).pem() + ISSUER.pem()

    made = plan(file(SERVER_KEY, secret(RSA) + CHAIN, 0o600), file(SERVER, older))

    assert content_of(made, SERVER) == CHAIN
    assert SERVER_KEY not in written(made)


def test_a_pair_leaves_the_key_alone() -> None:
    made = plan(OWN_KEY, file(SERVER, CHAIN), server__layout="pair")

    assert not {SERVER, SERVER_KEY} & written(made)
    assert main_of(made).get("smtpd_tls_cert_file") == str(SERVER)


def test_a_damaged_certificate_is_refused_by_its_name() -> None:
    made = plan(OWN_KEY, file(SERVER, b"damaged"))

    assert str(SERVER) in made.refusals[0].message


@pytest.mark.parametrize(
    ("content", "identifier"),
    [
        (LEAF.pem(), "server-missing-intermediate"),
        (signed(names=("mx.example.org",)).pem() + ISSUER.pem(), "server-name-not-covered"),
    ],
)
def test_what_was_insisted_on_with_force_is_only_warned_of(content: bytes, identifier: str) -> None:
    made = plan(OWN_KEY, file(SERVER, content))

    assert {f.identifier: f.severity for f in made.findings}[identifier] is Severity.WARNING
    assert made.refusals == ()


def test_another_host_name_is_requested_anew() -> None:
    names = [pki.HOST, "smtp.kernel-panic.it"]

    made = plan(OWN_KEY, file(SERVER, CHAIN), server__names=names)

    assert load_request(content_of(made, REQUEST)).names == tuple(names)


def test_what_is_in_order_is_not_requested_again() -> None:
    assert REQUEST not in written(plan(OWN_KEY, file(SERVER, CHAIN)))


def test_what_was_installed_is_finished_by_the_same_answers() -> None:
    facts = with_roots()
    asked = applied(facts, plan_for(facts, wanted()))
    key = load_private_key(Secret(asked.file(SERVER_KEY).content or b""))
    came = with_files(asked, file(SERVER, signed(key).pem() + ISSUER.pem()))

    done = plan_for(came, wanted())

    assert done.refusals == ()
    assert plan_for(applied(came, done), wanted()).is_empty


def test_on_a_tree_nothing_is_said_of_a_reload_where_nothing_of_postfix_changes() -> None:
    on_a_tree = replace(with_roots(), works_on_a_tree=True)

    assert identifiers(plan_for(on_a_tree, wanted())) == {"certificate-awaited"}

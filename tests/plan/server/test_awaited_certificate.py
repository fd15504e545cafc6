"""Certificates in place that are not what the answers wait for, and which of several it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.keys import load_private_key
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.requests import load_request
from pfwizard.plan.plan import EnterInLedger, Finding, Plan, Severity
from pfwizard.plan.planner import make_plan
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.plan.builders import (
    CA,
    MAIN_CF,
    MASTER_CF,
    NOW,
    SERVER,
    SERVER_KEY,
    answers,
    applied,
    circumstances,
    content_of,
    file,
    identifiers,
    machine,
    plan_for,
    with_files,
)
from tests.plan.others import CHAIN, ISSUER, LEAF, ROOTS, RSA, secret, signed, with_roots
from tests.plan.server.test_requested import OWN_KEY, REQUEST, plan, wanted, written

DAY = timedelta(days=1)
LAYOUTS = pytest.mark.parametrize("layout", ["pair", "chain"])


def there(layout: str) -> tuple[FileState, ...]:
    """A key and a certificate for it, as the layout has them."""
    behind = CHAIN if layout == "chain" else b""
    return file(SERVER_KEY, secret(RSA) + behind, 0o600), file(SERVER, CHAIN)


def in_use(layout: str, *files: FileState) -> Facts:
    """A machine that the answers have set up."""
    facts = with_roots(*there(layout), *files)
    return applied(facts, plan_for(facts, wanted(server__layout=layout)))


def later(facts: Facts, days: int, layout: str) -> Plan:
    here = replace(circumstances(), now=NOW + days * DAY)
    return make_plan(wanted(server__layout=layout), facts, here)


def found(identifier: str, of: Plan) -> Finding:
    (finding,) = (each for each in of.findings if each.identifier == identifier)
    return finding


# --- one that is of no use any more ---------------------------------------------------------------


@LAYOUTS
def test_where_one_has_expired_another_is_asked_for_and_postfix_is_left_as_it_is(
    layout: str,
) -> None:
    made = later(in_use(layout), 91, layout)

    assert made.refusals == ()
    assert found("server-expired", made).severity is Severity.WARNING
    assert "certificate-awaited" in identifiers(made)
    assert written(made) == {REQUEST}
    assert RSA.matches(load_request(content_of(made, REQUEST)))
    assert made.actions == ()


@LAYOUTS
def test_while_another_is_awaited_a_second_run_has_nothing_to_do(layout: str) -> None:
    facts = in_use(layout)

    asked = applied(facts, later(facts, 91, layout))

    assert later(asked, 91, layout).is_empty


@LAYOUTS
def test_the_other_one_takes_its_place(layout: str) -> None:
    newer = signed(now=NOW + 90 * DAY).pem() + ISSUER.pem()
    facts = with_files(in_use(layout), file(SERVER, newer))

    made = later(facts, 91, layout)

    assert made.refusals == ()
    assert "certificate-awaited" not in identifiers(made)
    assert layout == "pair" or content_of(made, SERVER_KEY) == secret(RSA) + newer


def test_one_that_still_counts_is_taken_before_a_later_one_that_has_expired() -> None:
    short = signed(days=30).pem() + ISSUER.pem()
    long = signed(now=NOW - DAY, days=200).pem() + ISSUER.pem()
    facts = with_roots(file(SERVER_KEY, secret(RSA) + short, 0o600), file(SERVER, long))

    made = later(facts, 40, "chain")

    assert made.refusals == ()
    assert content_of(made, SERVER_KEY) == secret(RSA) + long


def test_one_that_is_not_valid_yet_is_waited_for() -> None:
    made = plan(OWN_KEY, file(SERVER, signed(now=NOW + 5 * DAY).pem() + ISSUER.pem()))

    assert made.refusals == ()
    assert "server-not-yet-valid" in identifiers(made)
    assert MAIN_CF not in written(made)


# --- one of our own CA ----------------------------------------------------------------------------


def ours(layout: str, **overrides: object) -> tuple[Facts, Ledger]:
    """A machine with a CA of its own that has signed the server's certificate."""
    facts = machine()
    made = plan_for(facts, answers(server__layout=layout, **overrides))
    entries = tuple(each.entry for each in made.actions if isinstance(each, EnterInLedger))
    return with_files(applied(facts, made), ROOTS), Ledger(entries)


def asking(facts: Facts, ledger: Ledger, layout: str, **overrides: object) -> Plan:
    asked = answers(server__source="request", server__layout=layout, **overrides)
    return make_plan(asked, facts, circumstances(ledger))


WITHOUT_CA = {"ca__source": "none", "tls__ca_file": ""}


@LAYOUTS
@pytest.mark.parametrize("keeps_ca", [True, False])
@pytest.mark.parametrize("has_ledger", [True, False])
def test_one_of_our_own_ca_is_not_taken_for_the_one_of_another(
    layout: str, keeps_ca: bool, has_ledger: bool
) -> None:
    if not keeps_ca and not has_ledger:
        return  # nothing tells
    facts, ledger = ours(layout)

    made = asking(
        facts, ledger if has_ledger else Ledger(), layout, **({} if keeps_ca else WITHOUT_CA)
    )

    assert {"certificate-awaited", "own-certificate-stays"} <= identifiers(made)
    assert str(SERVER) in found("own-certificate-stays", made).message
    assert not {SERVER, SERVER_KEY, MAIN_CF, MASTER_CF} & written(made)


@LAYOUTS
def test_while_that_stays_a_second_run_has_nothing_to_do(layout: str) -> None:
    facts, ledger = ours(layout)

    after = applied(facts, asking(facts, ledger, layout))

    assert asking(after, ledger, layout).is_empty


@LAYOUTS
def test_the_one_of_the_other_ca_takes_its_place_though_it_was_issued_before(layout: str) -> None:
    facts, ledger = ours(layout)
    own = load_private_key(Secret(facts.file(SERVER_KEY).content or b""))
    came = signed(own, now=NOW - DAY).pem() + ISSUER.pem()

    made = asking(with_files(facts, file(SERVER, came)), ledger, layout)

    assert "certificate-awaited" not in identifiers(made)
    assert layout == "pair" or content_of(made, SERVER_KEY) == own.pem().reveal() + came


def test_one_of_a_company_whose_ca_is_named_but_whose_key_is_elsewhere_has_come() -> None:
    facts = with_roots(*there("chain"), file(CA, ISSUER.pem()))

    made = make_plan(
        answers(ca__source="existing", server__source="request"), facts, circumstances()
    )

    assert "certificate-awaited" not in identifiers(made)


# --- one that was put there by hand ---------------------------------------------------------------


@LAYOUTS
@pytest.mark.parametrize("age", [0 * DAY, 1 * DAY])
def test_a_newer_one_in_its_file_goes_behind_the_key(layout: str, age: timedelta) -> None:
    """Some CAs date all that they issue on a day from its first moment."""
    by_hand = signed(now=NOW + age, days=365).pem() + ISSUER.pem()
    facts = with_files(in_use(layout), file(SERVER, by_hand))

    made = later(facts, 2, layout)

    assert SERVER not in written(made)
    assert layout == "pair" or content_of(made, SERVER_KEY) == secret(RSA) + by_hand
    assert later(applied(facts, made), 2, layout).is_empty


def test_an_older_one_in_its_file_gives_way_and_this_is_told() -> None:
    by_hand = signed(now=NOW - 5 * DAY, days=365)
    facts = with_files(in_use("chain"), file(SERVER, by_hand.pem()))

    made = later(facts, 0, "chain")

    assert content_of(made, SERVER) == CHAIN
    message = found("older-certificate-replaced", made).message
    assert str(SERVER) in message
    assert f"{by_hand.facts.not_before:%Y-%m-%d}" in message


@pytest.mark.parametrize("label", ["CERTIFICATE", "X509 CERTIFICATE"])
def test_one_behind_the_key_counts_under_each_label_that_postfix_takes(label: str) -> None:
    newer = signed(now=NOW + DAY).pem() + ISSUER.pem()
    behind = newer.replace(b" CERTIFICATE-----", f" {label}-----".encode())
    facts = with_roots(file(SERVER_KEY, secret(RSA) + behind, 0o600), file(SERVER, CHAIN))

    made = later(facts, 2, "chain")

    assert content_of(made, SERVER) == newer
    assert SERVER_KEY not in written(made)


# --- a root that nobody knows ---------------------------------------------------------------------


@LAYOUTS
def test_that_a_root_is_unknown_is_said_when_the_certificate_comes_and_not_again(
    layout: str,
) -> None:
    facts = with_roots(*there(layout), roots=file(BUNDLES[0], pki.ca().pem()))
    asked = wanted(server__layout=layout)

    first = plan_for(facts, asked)
    assert "server-missing-intermediate" in identifiers(first)

    again = plan_for(applied(facts, first), asked)
    assert again.is_empty
    assert "server-missing-intermediate" not in identifiers(again)


def test_where_a_root_is_unknown_no_other_certificate_is_asked_for() -> None:
    facts = with_roots(*there("chain"), roots=file(BUNDLES[0], pki.ca().pem()))

    made = plan_for(facts, wanted())

    assert REQUEST not in written(made)
    assert "tls.ca_file" in found("server-missing-intermediate", made).remedy


# --- files that have more in them -----------------------------------------------------------------


def test_a_key_in_the_certificates_file_is_not_lost() -> None:
    newer = signed(now=NOW + DAY).pem() + ISSUER.pem()
    facts = with_roots(
        file(SERVER_KEY, secret(RSA) + newer, 0o600), file(SERVER, CHAIN + secret(RSA), 0o600)
    )

    made = later(facts, 2, "chain")

    assert content_of(made, SERVER) == secret(RSA) + newer
    assert {change.path: change.secret for change in made.changes}[SERVER]


def test_one_file_under_both_names_is_written_once() -> None:
    both = file(SERVER_KEY, secret(RSA) + LEAF.pem(), 0o600)
    facts = with_roots(both, replace(both, path=SERVER))

    made = plan_for(facts, wanted(server__layout="chain"))

    assert [change.real for change in made.changes].count(SERVER_KEY) <= 1

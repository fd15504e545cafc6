"""A CA below another one: its own certificate goes with those that it signs, up to the root."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.answers.answers import Answers
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.key_type import KeyType
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.plan.plan import Plan, Severity
from pfwizard.plan.planner import make_plan
from pfwizard.plan.renewal.renewal import Renewable, RenewalRequest, make_renewal_plan
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    circumstances,
    directory,
    file,
    identifiers,
    key,
    machine,
    with_files,
)
from tests.plan.others import ROOTS
from tests.plan.server.test_layouts import ECDSA, ECDSA_KEY

ROOT = issuing("root")
UPPER = issuing("upper", (ROOT, "root"))
LOWER = issuing("lower", (UPPER, "upper"))
"""The CA on this machine, two below the root that the others have for theirs too."""

DAY = timedelta(days=1)

ROOT_MISSING = "ca-root-unknown"
LAYOUTS = ["pair", "chain"]


NO_ROOTS = file(ROOTS.path, b"")


def with_ca(*certificates: Certificate, roots: FileState = NO_ROOTS) -> Facts:
    """The CA's file holds these, the CA's own first."""
    content = b"".join(each.pem() for each in certificates)
    own = pki.key(certificates[0].facts.subject.removeprefix("/CN=")).pem().reveal()
    return machine(
        STOCK_MAIN,
        STOCK_MASTER,
        directory("/etc/ssl/certs"),
        file(CA, content),
        file(CA_KEY, own, 0o600),
        roots,
    )


def wanted(layout: str = "pair", **overrides: object) -> Answers:
    return answers(ca__source="existing", server__layout=layout, **overrides)


def planned(facts: Facts, asked: Answers, now: datetime = NOW) -> Plan:
    return make_plan(asked, facts, replace(circumstances(), now=now))


def shown(facts: Facts, layout: str) -> tuple[Certificate, ...]:
    """What Postfix shows in this layout."""
    path = SERVER_KEY if layout == "chain" else SERVER
    return load_certificates(facts.file(path).content or b"")


def found_in(facts: Facts, layout: str) -> tuple[Certificate, tuple[Certificate, ...]]:
    """The server's own certificate, and what is sent with it."""
    leaf, *issuers = shown(facts, layout)
    return leaf, tuple(issuers)


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_ca_goes_with_the_certificate_that_it_signs(layout: str) -> None:
    facts = with_ca(LOWER)
    plan = planned(facts, wanted(layout))

    leaf, issuers = found_in(applied(facts, plan), layout)

    assert plan.refusals == ()
    assert leaf.is_issued_by(LOWER)
    assert issuers == (LOWER,)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_so_do_the_cas_above_it_that_its_file_has_but_never_the_root(layout: str) -> None:
    facts = with_ca(LOWER, ROOT, UPPER)

    _, issuers = found_in(applied(facts, planned(facts, wanted(layout))), layout)

    assert issuers == (LOWER, UPPER)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_ca_that_is_a_root_is_not_sent(layout: str) -> None:
    facts = with_ca(ROOT)

    leaf, issuers = found_in(applied(facts, planned(facts, wanted(layout))), layout)

    assert leaf.is_issued_by(ROOT)
    assert issuers == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_both_certificates_of_a_server_with_two_have_it(layout: str) -> None:
    facts = with_ca(LOWER)

    after = applied(facts, planned(facts, wanted(layout, server__ecdsa=True)))

    second = load_certificates(after.file(ECDSA_KEY if layout == "chain" else ECDSA).content or b"")
    assert second[1:] == (LOWER,)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_second_run_has_nothing_to_do(layout: str) -> None:
    for facts in (with_ca(LOWER), with_ca(LOWER, UPPER), with_ca(LOWER, UPPER, ROOT)):
        after = applied(facts, planned(facts, wanted(layout)))

        assert planned(after, wanted(layout)).is_empty


# --- what is found --------------------------------------------------------------------------------


def holding(facts: Facts, *certificates: Certificate, layout: str) -> Facts:
    """The machine with these in the file that Postfix reads, in place of what it has."""
    content = b"".join(each.pem() for each in certificates)
    own = key(0).pem().reveal()
    behind = content if layout == "chain" else b""
    return with_files(facts, file(SERVER, content), file(SERVER_KEY, own + behind, 0o600))


def leaf_of(facts: Facts) -> Certificate:
    return found_in(applied(facts, planned(facts, wanted())), "pair")[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_certificate_that_stood_alone_gets_it_and_is_not_issued_anew(layout: str) -> None:
    facts = with_ca(LOWER)
    leaf = leaf_of(facts)
    there = holding(facts, leaf, layout=layout)

    after = applied(there, planned(there, wanted(layout)))

    assert shown(after, layout) == (leaf, LOWER)
    assert planned(after, wanted(layout)).is_empty


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_the_operator_has_put_behind_it_stays(layout: str) -> None:
    facts = with_ca(LOWER)
    there = holding(facts, leaf_of(facts), LOWER, UPPER, ROOT, layout=layout)

    plan = planned(there, wanted(layout))

    assert not {SERVER, SERVER_KEY} & {change.path for change in plan.changes}
    assert ROOT_MISSING not in identifiers(plan)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_ca_that_was_issued_anew_takes_the_place_of_its_older_certificate(layout: str) -> None:
    facts = with_ca(LOWER)
    leaf = leaf_of(facts)
    older = issuing("lower", (UPPER, "upper"), days=5)
    there = holding(facts, leaf, older, UPPER, layout=layout)

    after = applied(there, planned(there, wanted(layout)))

    assert shown(after, layout) == (leaf, LOWER, UPPER)


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "tls_ca_file", "told"),
    [
        (with_ca(LOWER), None, True),
        (with_ca(LOWER, UPPER), None, True),
        (with_ca(LOWER, UPPER, ROOT), None, False),
        (with_ca(LOWER, UPPER, roots=ROOTS), None, False),
        (with_ca(UPPER, roots=ROOTS), None, False),
        (with_ca(LOWER, roots=ROOTS), None, True),
        (
            with_files(with_ca(LOWER, UPPER), file(CA.with_name("root.crt"), ROOT.pem())),
            "root",
            False,
        ),
        (with_ca(ROOT), None, False),
    ],
    ids=[
        "CA",
        "no root",
        "all",
        "root of the system",
        "straight below it",
        "a gap",
        "root that is named",
        "a root",
    ],
)
def test_that_clients_have_to_know_more_is_told_where_no_root_is_known(
    facts: Facts, tls_ca_file: str | None, told: bool
) -> None:
    asked = wanted(tls__ca_file=str(CA.with_name(f"{tls_ca_file}.crt")) if tls_ca_file else "")

    plan = planned(facts, asked)

    assert (ROOT_MISSING in identifiers(plan)) is told
    assert planned(applied(facts, plan), asked).is_empty
    assert (ROOT_MISSING in identifiers(planned(applied(facts, plan), asked))) is told


def test_it_is_told_once_whose_certificate_is_wanted_and_where() -> None:
    plan = planned(with_ca(LOWER), wanted(server__ecdsa=True))

    (finding,) = [each for each in plan.findings if each.identifier == ROOT_MISSING]
    assert finding.severity is Severity.WARNING
    assert "upper" in finding.message
    assert str(CA) in finding.message


def test_a_ca_above_ours_that_has_expired_is_refused() -> None:
    upper = issuing("upper", (ROOT, "root"), days=5)

    plan = planned(with_ca(LOWER, upper, ROOT), wanted(), NOW + 6 * DAY)

    assert [each.identifier for each in plan.refusals] == ["ca-expired"]
    assert "upper" in plan.refusals[0].message


def test_one_that_has_expired_itself_is_refused_once() -> None:
    plan = planned(with_ca(issuing("upper", (ROOT, "root"), days=5)), wanted(), NOW + 6 * DAY)

    assert [each.identifier for each in plan.refusals] == ["ca-expired"]


# --- renewed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [Renewable.SERVER, Renewable.SERVER_WITH_NEW_KEY])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_renewed_certificate_has_it_behind_it_too(layout: str, what: Renewable) -> None:
    before = with_ca(LOWER, UPPER)
    before = applied(before, planned(before, wanted(layout)))
    later = replace(
        circumstances(),
        now=NOW + timedelta(days=30),
        generate_key=lambda kind: key(9 if kind is KeyType.EC_P256 else 8, kind),
    )
    request = RenewalRequest(what, force=True, known_files=(CA, CA_KEY))

    plan = make_renewal_plan(request, before, later)
    renewed = applied(before, plan)

    assert plan.refusals == ()
    leaf, issuers = found_in(renewed, layout)
    assert leaf != found_in(before, layout)[0]
    assert leaf.is_issued_by(LOWER)
    assert issuers == (LOWER, UPPER)
    again = applied(renewed, make_plan(wanted(layout), renewed, later))
    assert shown(again, layout) == (leaf, LOWER, UPPER)
    assert load_certificates(again.file(SERVER).content or b"") == (leaf, LOWER, UPPER)
    assert make_plan(wanted(layout), again, later).is_empty


@pytest.mark.parametrize("layout", LAYOUTS)
def test_for_a_renewal_its_key_is_asked_for_where_that_is_behind_a_passphrase(layout: str) -> None:
    before = with_ca(LOWER)
    there = applied(before, planned(before, wanted(layout)))
    locked = encrypted_pem(pki.key("lower"), Secret("correct horse battery"), os.urandom)
    here = with_files(there, file(CA_KEY, locked.reveal(), 0o600))
    request = RenewalRequest(Renewable.SERVER, force=True, known_files=(CA, CA_KEY))

    with pytest.raises(PassphraseNeeded, match=str(CA_KEY)):
        make_renewal_plan(request, here, circumstances())


def test_the_ca_of_somebody_else_is_none_whose_key_is_asked_for() -> None:
    before = with_ca(LOWER)
    there = applied(before, planned(before, wanted()))
    locked = encrypted_pem(pki.key("root"), Secret("correct horse battery"), os.urandom)
    elsewhere = PurePosixPath("/root/another.key")
    here = with_files(there, file(CA_KEY, b""), file(elsewhere, locked.reveal(), 0o600))
    request = RenewalRequest(Renewable.SERVER, force=True, known_files=(CA, elsewhere))

    plan = make_renewal_plan(request, here, circumstances())

    assert [each.identifier for each in plan.refusals] == ["issued-by-others"]

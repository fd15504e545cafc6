"""The CA: found and left alone, made, never made, or none; with its key or without it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileKind, FileState
from pfwizard.pki.certificates import load_certificate
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import files_of_interest, make_plan
from tests.plan.authority_builders import (
    EVERYTHING,
    FOUND,
    WITHOUT_THE_CA_KEY,
    certificate_in,
    found,
    refusals,
    written,
)
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
    identifiers,
    machine,
    plan_for,
    with_files,
)
from tests.plan.client_builders import ANNA

sources = pytest.mark.parametrize("source", ["create", "existing"])


def plan(*files: FileState, **overrides: object) -> Plan:
    return plan_for(machine(STOCK_MAIN, STOCK_MASTER, *files), answers(**overrides))


def remedies(of: Plan) -> str:
    return "\n".join(finding.remedy for finding in of.refusals)


# --- where it comes from -------------------------------------------------------------------------


def test_a_ca_is_made_where_there_is_none() -> None:
    made = plan()

    assert {CA, CA_KEY} <= written(made)
    assert certificate_in(made, SERVER).is_issued_by(certificate_in(made, CA))


@pytest.mark.parametrize(
    ("there", "overrides", "noted"),
    [
        ((), {}, False),
        ((), {"server__source": "request"}, True),
        ((), {"server__source": "files"}, True),
        ((), {"server__source": "request", "clients__names": [ANNA]}, False),
        ((CA, CA_KEY), {"server__source": "request"}, False),
    ],
    ids=["the server's", "a request", "files of others", "a client's", "one that is found"],
)
def test_a_ca_that_is_made_and_signs_nothing_is_noted(
    there: tuple[PurePosixPath, ...], overrides: dict[str, object], noted: bool
) -> None:
    assert ("ca-unused" in identifiers(plan(*found(*there), **overrides))) is noted


@sources
def test_a_ca_that_is_found_signs_and_is_left_alone(source: str) -> None:
    issued = plan(*found(CA, CA_KEY), ca__source=source)

    assert not {CA, CA_KEY} & written(issued)
    ours = load_certificate(FOUND[CA].content or b"")
    assert certificate_in(issued, SERVER).is_issued_by(ours)


@pytest.mark.parametrize(
    "there", [(), (CA_KEY,), (SERVER, SERVER_KEY)], ids=["nothing", "its key", "the server's"]
)
def test_an_existing_ca_is_never_made(there: tuple[PurePosixPath, ...]) -> None:
    missing = plan(*found(*there), ca__source="existing")

    assert refusals(missing) == ["ca-missing"]
    assert str(CA) in missing.refusals[0].message
    assert "ca.certificate" in remedies(missing)
    assert not {CA, CA_KEY, SERVER, SERVER_KEY} & written(missing)


def test_a_key_without_its_certificate_is_refused() -> None:
    half = plan(*found(CA_KEY))

    assert refusals(half) == ["ca-incomplete"]
    assert f"Restore {CA}" in half.refusals[0].remedy


@pytest.mark.parametrize("server", ["request", "files"])
@pytest.mark.parametrize("there", [(), (CA,), (CA_KEY,)], ids=["nothing", "its file", "its key"])
def test_without_a_ca_nothing_is_made_found_or_said_of_one(
    server: str, there: tuple[PurePosixPath, ...]
) -> None:
    none = plan(
        *found(SERVER, SERVER_KEY, *there),
        ca__source="none",
        server__source=server,
        tls__ca_file="",
    )

    assert not {CA, CA_KEY} & written(none)
    assert not [each for each in identifiers(none) if each.startswith("ca-")]


def test_without_a_ca_its_files_are_of_no_interest() -> None:
    none = answers(ca__source="none", server__source="request", tls__ca_file="")

    assert not {CA, CA_KEY} & set(files_of_interest(none))
    assert {CA, CA_KEY} <= set(files_of_interest(answers()))


def test_files_of_others_need_no_request() -> None:
    request = answers().server.request

    assert request in files_of_interest(answers(server__source="request"))
    assert request not in files_of_interest(answers(server__source="files"))


# --- what is wrong with one that is found --------------------------------------------------------


@sources
def test_the_remedy_for_a_ca_says_how_to_come_by_another(source: str) -> None:
    late = replace(circumstances(), now=NOW + timedelta(days=5000))
    facts = machine(STOCK_MAIN, STOCK_MASTER, *found(*EVERYTHING))

    refused = make_plan(answers(ca__source=source), facts, late).refusals[0]

    assert refused.identifier == "ca-expired"
    made = f"Without {CA} and {CA_KEY} the next run makes another CA"
    assert (made in refused.remedy) is (source == "create")


@sources
@pytest.mark.parametrize("with_key", [True, False])
def test_a_ca_is_judged_with_its_key_and_without(source: str, with_key: bool) -> None:
    late = replace(circumstances(), now=NOW + timedelta(days=5000))
    there = EVERYTHING if with_key else WITHOUT_THE_CA_KEY
    facts = machine(STOCK_MAIN, STOCK_MASTER, *found(*there))

    judged = make_plan(answers(ca__source=source), facts, late)

    assert refusals(judged) == ["ca-expired", "server-expired"]


# --- the key elsewhere ---------------------------------------------------------------------------


@sources
def test_no_key_is_missed_while_there_is_nothing_to_sign(source: str) -> None:
    offline = plan(*found(*WITHOUT_THE_CA_KEY), ca__source=source)

    assert refusals(offline) == []
    assert not set(EVERYTHING) & written(offline)


@sources
def test_a_certificate_of_the_server_cannot_be_signed_without_the_key(source: str) -> None:
    offline = plan(*found(CA), ca__source=source)

    assert refusals(offline) == ["ca-key-elsewhere"]
    assert "the server's certificate" in offline.refusals[0].message
    assert str(CA_KEY) in offline.refusals[0].message
    assert "ca.key" in remedies(offline)


@sources
def test_a_new_client_cannot_be_signed_without_the_key(source: str) -> None:
    names = [ANNA, "relay.kernel-panic.it"]
    offline = plan(*found(*WITHOUT_THE_CA_KEY), ca__source=source, clients__names=names)

    assert refusals(offline) == ["ca-key-elsewhere"]
    assert f"a certificate for {ANNA} and relay.kernel-panic.it" in offline.refusals[0].message


def test_clients_that_have_certificates_need_no_key() -> None:
    wanted = answers(clients__names=[ANNA])
    online = applied(machine(), plan_for(machine(), wanted))
    offline = with_files(online, FileState(CA_KEY, CA_KEY, FileKind.ABSENT))

    again = plan_for(offline, wanted)

    assert again.is_empty
    assert refusals(again) == []


def test_the_remedy_for_a_lost_key_is_another_ca_where_one_may_be_made() -> None:
    made = "the next run makes another CA"

    assert made in remedies(plan(*found(CA)))
    assert made not in remedies(plan(*found(CA), ca__source="existing"))

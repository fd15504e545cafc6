"""Clients that are to relay no longer, and those that come back."""

from dataclasses import replace

import pytest

from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Reason, Revoked, Role
from pfwizard.plan.clients.client_table import clients_in
from pfwizard.plan.planner import make_plan
from tests.plan.builders import (
    answers,
    circumstances,
    content_of,
    file,
    identifiers,
)
from tests.plan.client_builders import (
    ANNA,
    BUILT,
    RELAY,
    TABLE,
    WITH_SMTPS,
    WITH_TLS,
    Machine,
    entries_of,
    ledger_after,
    revoking,
    server,
    who_may_relay,
)


def test_a_revoked_client_is_listed_no_longer_and_the_others_are() -> None:
    here = Machine([ANNA, RELAY])

    plan = revoking(ANNA, here.facts, here.ledger)

    assert [client.name for client in clients_in(content_of(plan, TABLE))] == [RELAY]
    assert content_of(plan, BUILT).endswith(content_of(plan, TABLE))
    (entry,) = entries_of(plan)
    assert isinstance(entry, Revoked)
    assert entry.reason is Reason.UNSPECIFIED


def test_a_certificate_is_revoked_by_its_serial_number_too() -> None:
    here = Machine([ANNA, RELAY])
    serial = here.ledger.entries[1].serial

    here.take(revoking(f"{serial:x}", here.facts, here.ledger))

    assert here.listed == [ANNA]
    assert here.ledger.revocation(serial)


@pytest.mark.parametrize("role", [Role.CA, Role.SERVER])
def test_what_is_no_clients_certificate_is_not_revoked_by_its_serial_number(role: Role) -> None:
    here = Machine([ANNA])
    (anna,) = (each for each in here.ledger.entries if isinstance(each, Issued))
    ledger = Ledger().with_issued(replace(anna, role=role))

    plan = revoking(f"{anna.serial:X}", server(), ledger)

    assert identifiers(plan) == {"not-of-a-client"}
    assert entries_of(plan) == []


@pytest.mark.parametrize("written", ["anna@Kernel-Panic.IT", "anna@kernel-panic.it."])
def test_the_domain_of_a_client_may_be_written_as_it_is_when_one_is_added(written: str) -> None:
    here = Machine([ANNA])

    here.take(revoking(written, here.facts, here.ledger))

    assert here.listed == []


def test_who_is_called_the_same_but_for_case_is_said_to_relay_still() -> None:
    here = Machine([ANNA, "Anna@kernel-panic.it"])

    plan = revoking(ANNA, here.facts, here.ledger)

    (told,) = [each for each in plan.findings if each.identifier == "another-may-relay"]
    assert "Anna@kernel-panic.it" in str(told.message)


def test_who_is_revoked_already_is_revoked_in_peace() -> None:
    here = Machine([ANNA])
    here.take(revoking(ANNA, here.facts, here.ledger))

    assert revoking(ANNA, here.facts, here.ledger).is_empty


def test_a_revocation_that_did_not_reach_the_table_is_made_good() -> None:
    here = Machine([ANNA])
    revoked = ledger_after(revoking(ANNA, here.facts, here.ledger), here.ledger)

    plan = revoking(ANNA, here.facts, revoked)

    assert clients_in(content_of(plan, TABLE)) == ()
    assert entries_of(plan) == []


def test_a_client_of_whom_the_ledger_knows_nothing_is_revoked_by_the_name_in_the_table() -> None:
    theirs = file(TABLE, b"AA:BB anna\nCC:DD other\n")
    facts = server(WITH_TLS + f"relay_clientcerts = hash:{TABLE}\n", WITH_SMTPS, theirs)

    assert content_of(revoking("anna", facts, Ledger()), TABLE) == b"CC:DD other\n"


def test_revoking_who_is_in_no_table_makes_no_table() -> None:
    here = Machine([ANNA])

    plan = revoking(ANNA, server(), here.ledger)

    assert plan.changes == ()
    assert len(entries_of(plan)) == 1


def test_nobody_of_that_name_can_be_revoked() -> None:
    assert "client-unknown" in identifiers(revoking("bert@kernel-panic.it", server(), Ledger()))


def test_answers_that_name_a_revoked_client_do_not_let_it_in_again() -> None:
    here = Machine([ANNA, RELAY])
    here.take(revoking(ANNA, here.facts, here.ledger))

    plan = make_plan(answers(clients__names=[ANNA, RELAY]), here.facts, circumstances(here.ledger))

    assert "client-stays-revoked" in identifiers(plan)
    assert not [entry for entry in entries_of(plan) if isinstance(entry, Issued)]
    assert who_may_relay(here.facts, plan) == [RELAY]


def test_answers_keep_a_client_that_was_added_again_after_its_revocation() -> None:
    here = Machine([ANNA])
    here.take(revoking(ANNA, here.facts, here.ledger))
    here.add(ANNA, 2)

    plan = make_plan(answers(clients__names=[ANNA]), here.facts, circumstances(here.ledger))

    assert "client-stays-revoked" not in identifiers(plan)
    assert who_may_relay(here.facts, plan) == [ANNA]


def test_a_revoked_client_may_be_added_again() -> None:
    here = Machine([ANNA])
    here.take(revoking(ANNA, here.facts, here.ledger))

    here.add(ANNA, 2)

    assert here.listed == [ANNA]
    assert len(here.ledger.entries) == 3

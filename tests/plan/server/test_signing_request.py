"""The certificate signing request: written anew when it is to ask for something else."""

from dataclasses import replace

import pytest

from pfwizard.pki.requests import load_request
from pfwizard.plan.plan import Change, Plan
from pfwizard.secret import Secret
from tests.plan.builders import SERVER, applied, content_of, file, identifiers, plan_for, with_files
from tests.plan.others import CHAIN, with_roots
from tests.plan.server.test_requested import OWN_KEY, REQUEST, wanted, written

PASSWORD = {"server__request_attributes__challenge_password": "sesame"}
COMPANY = {"server__request_attributes__company_name": "Kernel Panic Inc."}


def asked(first: dict[str, str], then: dict[str, str]) -> Plan:
    """The second plan, where the first has written a request."""
    facts = with_roots(OWN_KEY)
    after = applied(facts, plan_for(facts, wanted(**first)))
    return plan_for(after, wanted(**then))


def change_of(plan: Plan) -> Change:
    (change,) = (each for each in plan.changes if each.path == REQUEST)
    return change


@pytest.mark.parametrize(
    ("first", "then"),
    [({}, PASSWORD), (PASSWORD, {}), ({}, COMPANY), (COMPANY, {}), (COMPANY, PASSWORD)],
)
def test_an_attribute_that_comes_or_goes_is_a_new_request(
    first: dict[str, str], then: dict[str, str]
) -> None:
    request = load_request(content_of(asked(first, then), REQUEST))

    assert request.challenge_password == Secret("sesame" if then is PASSWORD else "")
    assert request.company_name == ("Kernel Panic Inc." if then is COMPANY else "")


@pytest.mark.parametrize("attributes", [{}, PASSWORD, COMPANY, PASSWORD | COMPANY])
def test_with_the_same_attributes_there_is_nothing_to_do(attributes: dict[str, str]) -> None:
    assert asked(attributes, attributes).is_empty


@pytest.mark.parametrize("then", [PASSWORD, COMPANY])
def test_a_request_that_is_there_follows_the_answers_while_the_certificate_is_good(
    then: dict[str, str],
) -> None:
    """It is for the next one, which the CA may want to have asked for otherwise."""
    facts = with_roots(OWN_KEY)
    after = with_files(applied(facts, plan_for(facts, wanted())), file(SERVER, CHAIN))
    settled = applied(after, plan_for(after, wanted()))

    made = plan_for(settled, wanted(**then))

    assert written(made) == {REQUEST}
    assert plan_for(applied(settled, made), wanted(**then)).is_empty


def test_what_is_closed_is_told() -> None:
    assert any("0600" in line for line in change_of(asked({}, PASSWORD)).summary)


def test_a_password_that_is_added_closes_the_file() -> None:
    change = change_of(asked({}, PASSWORD))

    assert change.mode == 0o600
    assert change.sets_mode


def test_a_request_without_one_leaves_the_mode_as_it_is() -> None:
    assert not change_of(asked({}, COMPANY)).sets_mode


@pytest.mark.parametrize(("first", "then"), [({}, PASSWORD), (PASSWORD, {}), (PASSWORD, COMPANY)])
def test_what_shows_a_password_before_or_after_is_not_shown(
    first: dict[str, str], then: dict[str, str]
) -> None:
    assert change_of(asked(first, then)).secret


@pytest.mark.parametrize(("mode", "is_warned_of"), [(0o644, True), (0o600, False)])
def test_a_password_that_others_can_read_is_warned_of(mode: int, is_warned_of: bool) -> None:
    facts = with_roots(OWN_KEY)
    after = applied(facts, plan_for(facts, wanted(**PASSWORD)))

    made = plan_for(with_files(after, replace(after.file(REQUEST), mode=mode)), wanted(**PASSWORD))

    assert ("request-open-to-others" in identifiers(made)) is is_warned_of


def test_a_request_that_is_damaged_is_written_anew() -> None:
    facts = with_roots(OWN_KEY)
    asks = plan_for(facts, wanted())
    damaged = content_of(asks, REQUEST).replace(b"M", b"N")

    made = plan_for(with_roots(OWN_KEY, file(REQUEST, damaged)), wanted())

    assert content_of(made, REQUEST) == content_of(asks, REQUEST)


@pytest.mark.parametrize("content", [OWN_KEY.content or b"", CHAIN, b"something"])
@pytest.mark.parametrize("source", ["ca", "request"])
def test_a_file_that_holds_something_else_is_not_overwritten(content: bytes, source: str) -> None:
    overrides = {} if source == "request" else {"ca__source": "create", "server__source": "ca"}

    made = plan_for(with_roots(file(REQUEST, content)), wanted(**overrides))

    (refusal,) = made.refusals
    assert refusal.identifier == "file-in-the-way"
    assert str(REQUEST) in refusal.message
    assert REQUEST not in written(made)


def test_an_empty_file_is_not_in_the_way() -> None:
    assert REQUEST in written(plan_for(with_roots(file(REQUEST, b"")), wanted()))

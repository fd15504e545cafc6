"""Merging into a restriction list: nothing is lost, and what is added takes effect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfwizard.cf.lists import split_list
from pfwizard.plan.relay.restrictions import merged

GUIDE = ("permit_mynetworks", "permit_sasl_authenticated")
LOGGED_IN = ("permit_sasl_authenticated",)


def test_an_empty_list_becomes_the_guides_own_line() -> None:
    assert merged("", GUIDE) == "permit_mynetworks permit_sasl_authenticated"


@pytest.mark.parametrize(
    "value",
    [
        "permit_mynetworks permit_sasl_authenticated",
        "permit_mynetworks,permit_sasl_authenticated",
        "permit_mynetworks ,  permit_sasl_authenticated,reject_unauth_destination",
    ],
)
def test_a_list_that_has_everything_is_left_as_it_is_spelled(value: str) -> None:
    assert merged(value, GUIDE) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("permit_mynetworks, reject", "permit_mynetworks, permit_sasl_authenticated, reject"),
        ("permit_mynetworks reject", "permit_mynetworks permit_sasl_authenticated reject"),
        ("permit_mynetworks,reject", "permit_mynetworks,permit_sasl_authenticated,reject"),
        ("permit_mynetworks", "permit_mynetworks permit_sasl_authenticated"),
        ("permit_mynetworks,", "permit_mynetworks, permit_sasl_authenticated"),
    ],
)
def test_an_addition_is_separated_as_the_list_separates(value: str, expected: str) -> None:
    assert merged(value, GUIDE) == expected


@pytest.mark.parametrize(
    "stop",
    [
        "reject_rbl_client zen.example.org",
        "warn_if_reject reject_rbl_client zen.example.org",
        "reject_unknown_client_hostname",
        "reject_invalid_hostname",
        "check_policy_service unix:private/policy",
        "reject_unauth_destination",
        "defer",
        "REJECT",
    ],
)
def test_a_permit_for_users_comes_before_what_would_stop_one_on_the_road(stop: str) -> None:
    assert merged(stop, LOGGED_IN) == f"permit_sasl_authenticated {stop}"


@pytest.mark.parametrize(
    "check",
    [
        "reject_unknown_sender_domain",
        "reject_sender_login_mismatch",
        "check_client_access hash:/etc/postfix/clients",
        "check_sender_access hash:/etc/postfix/senders",
    ],
)
def test_a_check_that_is_for_everyone_stays_in_front(check: str) -> None:
    assert merged(check, LOGGED_IN) == f"{check} permit_sasl_authenticated"


def test_a_new_permit_passes_a_stop_to_which_its_predecessor_is_no_help() -> None:
    value = "reject_rbl_client zen.example.org, permit_mynetworks"

    assert merged(value, GUIDE) == f"permit_sasl_authenticated, {value}"


def test_a_check_and_its_argument_stay_together() -> None:
    value = "permit_mynetworks reject_rbl_client zen.example.org"

    assert merged(value, GUIDE) == (
        "permit_mynetworks permit_sasl_authenticated reject_rbl_client zen.example.org"
    )


def test_a_wanted_check_with_an_argument_is_recognised() -> None:
    wanted = ("permit_mynetworks", "check_client_access hash:/x", "reject_unauth_destination")
    value = merged("", wanted)

    assert value == "permit_mynetworks check_client_access hash:/x reject_unauth_destination"
    assert merged(value, wanted) == value


def test_the_same_check_of_another_table_is_another_check() -> None:
    value = "check_client_access hash:/theirs"

    assert merged(value, ("check_client_access hash:/ours",)) == (
        "check_client_access hash:/theirs check_client_access hash:/ours"
    )


def test_a_wanted_refusal_comes_behind_the_permits() -> None:
    wanted = (*GUIDE, "reject_unauth_destination")

    assert merged("reject_rbl_client zen.example.org", wanted) == (
        "permit_mynetworks permit_sasl_authenticated reject_unauth_destination "
        "reject_rbl_client zen.example.org"
    )


def test_a_reference_that_would_stop_a_user_is_a_stop() -> None:
    value = "$checks, permit_mynetworks"

    result = merged(value, LOGGED_IN, read=lambda word: word.replace("$checks", "reject"))

    assert result == "permit_sasl_authenticated, $checks, permit_mynetworks"


def test_what_a_reference_holds_is_not_added_again() -> None:
    held = "permit_mynetworks, permit_sasl_authenticated"

    result = merged("$checks reject", GUIDE, read=lambda word: word.replace("$checks", held))

    assert result == "$checks reject"


WORDS = st.sampled_from(
    [
        "permit_mynetworks",
        "permit_sasl_authenticated",
        "reject_rbl_client zen.example.org",
        "warn_if_reject reject_unknown_client_hostname",
        "check_client_access hash:/x",
        "reject_unauth_destination",
        "$mua",
        "permit",
    ]
)
LISTS = st.builds(
    lambda words, separator: separator.join(words),
    st.lists(WORDS, max_size=7),
    st.sampled_from([" ", ", ", ",", " , "]),
)
WANTED = st.sampled_from([GUIDE, LOGGED_IN, (*GUIDE, "reject_unauth_destination")])


@given(LISTS, WANTED)
def test_every_word_of_the_list_survives_in_its_order(value: str, wanted: tuple[str, ...]) -> None:
    remaining = iter(split_list(merged(value, wanted)))

    assert all(word in remaining for word in split_list(value))


@given(LISTS, WANTED)
def test_everything_wanted_is_in_the_result(value: str, wanted: tuple[str, ...]) -> None:
    assert set(wanted) <= set(split_list(merged(value, wanted)))


@given(LISTS, WANTED)
def test_merging_twice_is_merging_once(value: str, wanted: tuple[str, ...]) -> None:
    once = merged(value, wanted)

    assert merged(once, wanted) == once

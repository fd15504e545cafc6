"""Key types, serial numbers, validities, quoting, errors, what a PEM file holds, name matching."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pfwizard.errors import ExitStatus, InputProblem, PfwizardError
from pfwizard.pki import pem
from pfwizard.pki.errors import KeyTypeProblem, NotAKey
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.matching import covers
from pfwizard.pki.serials import random_serial
from pfwizard.pki.validity import LONGEST_DAYS, Validity, check_days
from pfwizard.quoting import quoted, visible
from tests.pki.builders import NOW

# --- key types -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["rsa:2048", "rsa:3072", "rsa:4096", "ec:p256", "ec:p384"])
def test_the_key_types_are_written_as_in_the_answers(text: str) -> None:
    assert KeyType.parse(text) == text


def test_a_key_type_may_be_written_in_capitals() -> None:
    assert KeyType.parse("RSA:2048") is KeyType.RSA_2048


@pytest.mark.parametrize("text", ["", "rsa", "rsa:1024", "ed25519", "ec:p521", "rsa:2048\x1b"])
def test_another_key_type_is_refused_with_the_list(text: str) -> None:
    with pytest.raises(KeyTypeProblem) as caught:
        KeyType.parse(text)
    assert "rsa:2048, rsa:3072, rsa:4096, ec:p256, ec:p384" in caught.value.remedy
    assert "\x1b" not in str(caught.value)


def test_key_types_have_a_name_for_people() -> None:
    assert [kind.label for kind in KeyType] == [
        "RSA 2048",
        "RSA 3072",
        "RSA 4096",
        "EC P-256",
        "EC P-384",
    ]


# --- serial numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize("octet", [b"\x00", b"\xff"])
def test_a_serial_number_is_positive_and_fits_20_octets(octet: bytes) -> None:
    assert random_serial(lambda count: octet * count).bit_length() == 159


def test_serial_numbers_do_not_repeat() -> None:
    assert len({random_serial(os.urandom) for _ in range(1000)}) == 1000


def test_the_same_randomness_gives_the_same_serial_number() -> None:
    assert random_serial(lambda count: bytes(range(count))) == random_serial(
        lambda count: bytes(range(count))
    )


# --- validities ----------------------------------------------------------------------------------


def test_a_validity_begins_an_hour_ago_and_counts_its_days_from_now() -> None:
    assert Validity.starting(NOW, 30) == Validity(
        NOW - timedelta(hours=1), NOW + timedelta(days=30)
    )


def test_a_validity_is_in_whole_seconds_of_utc() -> None:
    in_rome = datetime(2026, 1, 15, 13, 30, 0, 999, tzinfo=timezone(timedelta(hours=1)))
    assert Validity.starting(in_rome, 1) == Validity.starting(NOW, 1)
    assert Validity.starting(in_rome, 1).not_after.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Validity.starting(NOW.replace(tzinfo=None), 1)


@pytest.mark.parametrize("days", [-1, 0, LONGEST_DAYS + 1])
def test_lifetimes_out_of_range_are_refused(days: int) -> None:
    with pytest.raises(InputProblem, match=f"{days} days"):
        check_days(days)


@pytest.mark.parametrize("days", [1, LONGEST_DAYS])
def test_lifetimes_at_the_ends_of_the_range_are_accepted(days: int) -> None:
    assert check_days(days) == days


def test_a_validity_is_cut_to_the_one_around_it() -> None:
    assert Validity.starting(NOW, 30).within(Validity.starting(NOW, 10)) == Validity.starting(
        NOW, 10
    )


def test_both_ends_of_a_validity_count() -> None:
    validity = Validity.starting(NOW, 1)
    second = timedelta(seconds=1)
    assert validity.includes(validity.not_before)
    assert validity.includes(validity.not_after)
    assert not validity.includes(validity.not_before - second)
    assert not validity.includes(validity.not_after + second)


# --- showing -------------------------------------------------------------------------------------


def test_text_from_outside_cannot_drive_the_terminal() -> None:
    assert visible("a\x1b[2J\u202e\U000e0001b") == "a\\x1b[2J\\u202e\\U000e0001b"


def test_what_is_very_long_is_shortened() -> None:
    assert quoted("x" * 5000) == '"' + "x" * 79 + '…"'


# --- errors --------------------------------------------------------------------------------------


def test_an_error_names_the_role_the_problem_and_the_remedy() -> None:
    error = NotAKey("the CA key", "is empty", "Create another.")
    assert str(error) == "the CA key is empty\n  Create another."


def test_an_error_takes_the_path_from_whoever_knows_it() -> None:
    error = NotAKey("the CA key", "is empty", "Create another.").at(Path("/etc/ssl/ca.key"))
    assert isinstance(error, NotAKey)
    assert error.message == "the CA key /etc/ssl/ca.key is empty"
    assert error.remedy == "Create another."


def test_an_error_belongs_to_the_family_and_means_failure() -> None:
    error: PfwizardError = NotAKey("the CA key", "is empty")
    assert error.exit_status is ExitStatus.FAILED


def test_a_path_in_an_error_cannot_drive_the_terminal() -> None:
    assert "\x1b" not in str(NotAKey("the key", "is empty").at("/tmp/\x1b[2J"))


# --- what a PEM file holds -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("-----BEGIN".encode("utf-16"), "is in UTF-16, and not in plain text"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hello", "is not in PEM form"),
        (b"\x30\x82\x01\x00", "is in DER form, not PEM"),
        (b"-----BEGIN PRIVATE KEY-----", "holds a private key"),
        (
            b"\xef\xbb\xbf-----BEGIN CERTIFICATE-----\r\n-----BEGIN RSA PRIVATE KEY-----\r\n",
            "holds a certificate and a private key",
        ),
        (b"-----BEGIN CERTIFICATE-----\n" * 3, "holds a certificate"),
        (b"-----BEGIN FOO BAR-----", "holds a block named FOO BAR"),
    ],
)
def test_what_a_file_holds_is_told(data: bytes, said: str) -> None:
    assert pem.contents(data) == said


# --- name matching -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("presented", "wanted"),
    [
        ("mail.example.org", "mail.example.org"),
        ("MAIL.example.ORG", "mail.example.org"),
        ("*.example.org", "mail.example.org"),
        ("*.example.org", "*.example.org"),
    ],
)
def test_a_presented_name_covers(presented: str, wanted: str) -> None:
    assert covers(["other.example.org", presented], wanted)


@pytest.mark.parametrize(
    ("presented", "wanted"),
    [
        ("mail.example.org.", "mail.example.org"),  # OpenSSL compares the dot too
        ("mail.example.org", "example.org"),
        ("example.org", "mail.example.org"),
        ("*.example.org", "example.org"),
        ("*.example.org", "a.b.example.org"),
        ("*.org", "example.org"),
        ("*", "mail"),
        ("m*.example.org", "mail.example.org"),
        ("mail.*.org", "mail.example.org"),
        ("mail.example.org", "*.example.org"),
    ],
)
def test_a_presented_name_does_not_cover(presented: str, wanted: str) -> None:
    assert not covers([presented], wanted)

"""Passphrases, new and made."""

import os
import re

import pytest

from pfwizard.pki.errors import NameProblem
from pfwizard.pki.passphrases import check_passphrase, generated_passphrase
from pfwizard.secret import Secret


@pytest.mark.parametrize("text", ["x" * 12, "x" * 128, "correct horse battery", "'\"$`\\ #%~" * 2])
def test_a_passphrase_is_of_printable_ascii(text: str) -> None:
    assert check_passphrase(Secret(text)).reveal() == text


@pytest.mark.parametrize(
    "text",
    ["", "x" * 11, "x" * 129, "pässphrase of mine", "a tab\tin between", "a line's end\n"],
)
def test_what_programs_read_differently_or_is_too_short_is_refused(text: str) -> None:
    with pytest.raises(NameProblem):
        check_passphrase(Secret(text))


@pytest.mark.parametrize("text", [" correct horse battery", "correct horse battery "])
def test_blanks_around_a_passphrase_are_refused(text: str) -> None:
    with pytest.raises(NameProblem, match="a blank"):
        check_passphrase(Secret(text))


@pytest.mark.parametrize("text", ["hunter two", "hunter\x1b two and three", "hunter" * 30])
def test_no_problem_with_a_passphrase_shows_it(text: str) -> None:
    with pytest.raises(NameProblem) as caught:
        check_passphrase(Secret(text))
    assert "hunter" not in str(caught.value)


def test_a_generated_passphrase_can_be_read_out_and_passes() -> None:
    made = generated_passphrase(os.urandom)
    assert re.fullmatch(r"[a-kmnp-z2-9]{5}(-[a-kmnp-z2-9]{5}){4}", made.reveal())
    check_passphrase(made)


@pytest.mark.parametrize("place", range(25))
def test_every_random_octet_counts(place: int) -> None:
    one_octet_differs = generated_passphrase(lambda count: bytes(i == place for i in range(count)))
    assert one_octet_differs.reveal() != generated_passphrase(bytes).reveal()


def test_generated_passphrases_do_not_repeat() -> None:
    assert len({generated_passphrase(os.urandom).reveal() for _ in range(1000)}) == 1000

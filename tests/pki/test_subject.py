"""Subjects."""

import pytest

from pfwizard.pki.names import NameProblem
from pfwizard.pki.subject import Subject
from tests.pki.builders import CA_SUBJECT


def test_the_order_is_that_of_the_guides_prompts() -> None:
    given = Subject("IT", "Italy", "Milan", "Example", "Mail", "mail.example.org", "a@example.org")
    assert [short for short, _ in given.attributes()] == [
        "C",
        "ST",
        "L",
        "O",
        "OU",
        "CN",
        "emailAddress",
    ]


def test_a_subject_is_shown_on_one_line() -> None:
    assert CA_SUBJECT.one_line() == (
        "/C=IT/ST=Italy/L=Milan/O=Kernel Panic Inc./OU=Postfix CA/CN=ca.lan.kernel-panic.it"
    )


def test_what_is_empty_is_left_out() -> None:
    assert Subject(country="IT", common_name="x").one_line() == "/C=IT/CN=x"


def test_separators_inside_a_value_are_escaped() -> None:
    assert Subject(organization="A/B + C\\D").one_line() == r"/O=A\/B \+ C\\D"


def test_a_subject_without_attributes_is_false_and_shown_as_a_slash() -> None:
    assert not Subject()
    assert Subject().one_line() == "/"


def test_checking_normalises_every_attribute() -> None:
    given = Subject(country="it", locality="Citta\u0300", email="A@EXAMPLE.org")
    assert given.checked() == Subject(country="IT", locality="Città", email="A@example.org")


def test_checking_refuses_what_a_field_refuses() -> None:
    with pytest.raises(NameProblem, match="the locality"):
        Subject(country="IT", locality="Mi\x1blan").checked()


def test_one_line_never_holds_a_control_character() -> None:
    assert Subject(locality="Mi\x1blan").one_line() == "/L=Mi\\x1blan"

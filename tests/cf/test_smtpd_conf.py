"""Cyrus SASL's smtpd.conf."""

import pytest

from pfwizard.cf.problem import Severity
from pfwizard.cf.text import UnwritableValue
from tests.cf.builders import smtpd_conf, text_of


def test_keys_are_case_insensitive() -> None:
    assert smtpd_conf("MECH_List: PLAIN\n").get("mech_list") == "PLAIN"
    assert smtpd_conf("mech_list: PLAIN\n").get("Mech_List") == "PLAIN"


def test_the_first_of_several_options_counts() -> None:
    document = smtpd_conf("a: 1\nA: 2\n")
    assert document.get("a") == "1"
    assert [option.value for option in document.options] == ["1", "2"]
    assert [problem.severity for problem in document.problems()] == [Severity.WARNING]


def test_white_space_around_the_value_does_not_count() -> None:
    assert smtpd_conf("  a:\t 1 2 \t\r\n").get("a") == "1 2"


def test_there_are_no_continuation_lines() -> None:
    document = smtpd_conf("a: 1\n  b: 2\n")
    assert (document.get("a"), document.get("b")) == ("1", "2")


def test_a_number_sign_behind_a_value_is_part_of_it() -> None:
    assert smtpd_conf("  # a: 0\na: 1 # 2\n").get("a") == "1 # 2"


@pytest.mark.parametrize("line", ["a = 1", "a:", "a: ", "a", "a b: 1", "a : 1", "ä: 1"])
def test_a_malformed_line_is_fatal(line: str) -> None:
    [problem] = smtpd_conf(f"# x\n{line}\n").problems()
    assert (problem.severity, problem.line) == (Severity.FATAL, 2)


def test_a_line_that_does_not_fit_the_library_is_fatal() -> None:
    [problem] = smtpd_conf(f"a: {'x' * 4100}\n").problems()
    assert problem.severity is Severity.FATAL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\n", "a: 2\n"),
        ("A:1\r\n", "A:2\r\n"),
        ("  a:\t1  \nb: 1\n", "  a:\t2\nb: 1\n"),
        ("a: 1\na: 1\n", "a: 2\na: 1\n"),
        ("a: 1", "a: 2"),
        ("b: 1", "b: 1\na: 2\n"),
        ("b: 1\r\n", "b: 1\r\na: 2\r\n"),
        ("", "a: 2\n"),
    ],
)
def test_an_option_is_changed_where_it_stands_or_added(before: str, after: str) -> None:
    assert text_of(smtpd_conf(before).set("a", "2")) == after


def test_the_same_value_leaves_the_document_alone() -> None:
    document = smtpd_conf("a:  PLAIN LOGIN \n")
    assert document.set("a", "PLAIN LOGIN") is document


def test_a_value_with_other_blanks_in_it_is_another_value() -> None:
    assert text_of(smtpd_conf("sql_passwd: a  b\n").set("sql_passwd", "a b")) == "sql_passwd: a b\n"


@pytest.mark.parametrize(("key", "value"), [("a", ""), ("a", " "), ("a", "1\n2"), ("a b", "1")])
def test_what_the_library_would_refuse_is_not_written(key: str, value: str) -> None:
    with pytest.raises(UnwritableValue):
        smtpd_conf("").set(key, value)

"""How master.cf is edited: the smallest change, in the style of the entry."""

import pytest

from pfwizard.cf.master_cf import NoSuchService
from pfwizard.cf.service import NewService, Option, ServiceField
from pfwizard.cf.text import UnwritableValue
from tests.cf.builders import master_cf, service_of, text_of

SMTPD = "smtp      inet  n       -       y       -       -       smtpd"


def with_option(arguments: str, name: str, value: str) -> str:
    document = master_cf(SMTPD + arguments)
    return text_of(document.with_option(service_of(document), name, value)).removeprefix(SMTPD)


# Options


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" -o x=1\n", " -o x=2\n"),
        (" -ox=1 -v\n", " -ox=2 -v\n"),
        (" -vox=1\n", " -vox=2\n"),
        (" -o {x=1}\n", " -o {x=2}\n"),
        ("\n  -o { x  =  1 } -o y=1\n", "\n  -o { x  =  2 } -o y=1\n"),
        (" -o x=1 -o x=1\n", " -o x=1 -o x=2\n"),
        (" -o x=\n", " -o x=2\n"),
        (" -o {x=}\n", " -o {x=2}\n"),
        ("\r\n  -o x=1\r\n", "\r\n  -o x=2\r\n"),
        (" -o {x =\n# why\n  1 }\n", " -o {x =\n# why\n  2 }\n"),
        (" -o {x = 1\n# why\n  3 }\n", " -o {x = 2\n# why\n }\n"),
    ],
)
def test_an_option_is_changed_in_its_own_spelling(before: str, after: str) -> None:
    assert with_option(before, "x", "2") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n  -o x=1\n", "\n  -o { x = 2 3 }\n"),
        (" -ox=1 -v\n", " -o { x = 2 3 } -v\n"),
        (" -vox=1\n", " -vo { x = 2 3 }\n"),
        (" -o {x=1}\n", " -o {x=2 3}\n"),
    ],
)
def test_a_value_with_blanks_is_put_in_braces(before: str, after: str) -> None:
    assert with_option(before, "x", "2 3") == after


def test_a_value_that_differs_by_white_space_alone_is_left_as_it_is() -> None:
    document = master_cf(f"{SMTPD} -o {{ x = 2\n   3 }}\n")
    assert document.with_option(service_of(document), "x", "2 3") is document


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n", "\n  -o x=2\n"),
        ("", "\n  -o x=2\n"),
        (" -v\n", " -v\n  -o x=2\n"),
        ("\n\t-o y=1\n# c\n", "\n\t-o y=1\n\t-o x=2\n# c\n"),
        ("\r\n    -o y=1\r\n", "\r\n    -o y=1\r\n    -o x=2\r\n"),
        ("\n  -o y=1", "\n  -o y=1\n  -o x=2\n"),
        ("\n  -o y=1\n# c\n  -o z=1\n#d\n", "\n  -o y=1\n# c\n  -o z=1\n  -o x=2\n#d\n"),
        (" argv=/z\n", " -o x=2 argv=/z\n"),
        ("\n  argv=/z\n", "\n  -o x=2\n  argv=/z\n"),
        (" -o y=1 -- z\n", " -o y=1 -o x=2 -- z\n"),
    ],
)
def test_a_new_option_comes_behind_the_others(before: str, after: str) -> None:
    assert with_option(before, "x", "2") == after


def test_a_new_option_is_indented_like_those_of_other_services() -> None:
    document = master_cf(f"{SMTPD}\nsmtps inet n - y - - smtpd\n\t-o a=b\n")
    after = document.with_option(service_of(document), "x", "2")
    assert text_of(after) == f"{SMTPD}\n\t-o x=2\nsmtps inet n - y - - smtpd\n\t-o a=b\n"


@pytest.mark.parametrize("value", ["a\nb", "{", "a } b", "\0"])
def test_an_option_that_would_not_come_back_is_refused(value: str) -> None:
    with pytest.raises(UnwritableValue):
        with_option("\n", "x", value)


@pytest.mark.parametrize("name", ["", "a b", "a=b", "{a}", "#a"])
def test_an_option_name_that_would_not_come_back_is_refused(name: str) -> None:
    with pytest.raises(UnwritableValue):
        with_option("\n", name, "1")


# Columns


def test_a_column_is_changed_in_its_place() -> None:
    document = master_cf(f"{SMTPD}\n  -o x=1\n")
    after = document.with_field(service_of(document), ServiceField.CHROOT, "n")
    assert text_of(after) == (
        "smtp      inet  n       -       n       -       -       smtpd\n  -o x=1\n"
    )


def test_the_columns_behind_a_longer_text_stay_where_they_are() -> None:
    document = master_cf(f"{SMTPD}\n")
    after = document.with_field(service_of(document), ServiceField.PROCESS_LIMIT, "100")
    assert text_of(after) == "smtp      inet  n       -       y       -       100     smtpd\n"


def test_the_columns_behind_a_shorter_text_stay_where_they_are() -> None:
    document = master_cf(f"{SMTPD}\n")
    after = document.with_field(service_of(document), ServiceField.NAME, "25")
    assert text_of(after) == "25        inet  n       -       y       -       -       smtpd\n"


def test_a_text_that_is_too_long_for_its_column_moves_the_others() -> None:
    document = master_cf("smtp inet n - y - - smtpd\n")
    after = document.with_field(service_of(document), ServiceField.NAME, "submissions")
    assert text_of(after) == "submissions inet n - y - - smtpd\n"


def test_the_same_text_changes_nothing() -> None:
    document = master_cf(SMTPD)
    assert document.with_field(service_of(document), ServiceField.CHROOT, "y") is document


@pytest.mark.parametrize("value", ["", "a b", "a\n", "{", "#"])
def test_a_column_that_would_not_come_back_is_refused(value: str) -> None:
    document = master_cf(SMTPD)
    with pytest.raises(UnwritableValue):
        document.with_field(service_of(document), ServiceField.NAME, value)


# Services


def test_a_service_is_found_again_after_edits_of_others() -> None:
    document = master_cf(f"{SMTPD}\nsmtps inet n - y - - smtpd\n")
    smtp, smtps = document.services
    after = document.with_option(smtp, "x", "1").with_option(smtps, "y", "2")
    assert text_of(after) == (f"{SMTPD}\n  -o x=1\nsmtps inet n - y - - smtpd\n  -o y=2\n")


def test_a_service_of_another_document_is_refused() -> None:
    with pytest.raises(NoSuchService):
        master_cf("").with_option(service_of(master_cf(SMTPD)), "x", "1")


def test_of_two_entries_for_an_endpoint_the_one_that_counts_is_edited() -> None:
    document = master_cf(f"{SMTPD}\n{SMTPD}\n")
    after = document.with_option(service_of(document), "x", "1")
    assert text_of(after) == f"{SMTPD}\n{SMTPD}\n  -o x=1\n"


NEW = NewService(
    "submissions",
    "inet",
    "smtpd",
    private="n",
    chroot="n",
    options=(Option("x", "1"), Option("y", "a b")),
)
NEW_TEXT = (
    "submissions inet n      -       n       -       -       smtpd\n  -o x=1\n  -o { y = a b }\n"
)


def test_a_new_service_comes_at_the_end() -> None:
    assert text_of(master_cf(f"{SMTPD}\n# c").with_new_service(NEW)) == f"{SMTPD}\n# c\n{NEW_TEXT}"


def test_a_new_service_comes_right_below_another() -> None:
    document = master_cf(f"{SMTPD}\n  -o x=1\n# c\n")
    after = document.with_new_service(NEW, after=service_of(document))
    assert text_of(after) == f"{SMTPD}\n  -o x=1\n{NEW_TEXT}# c\n"


def test_an_empty_file_gets_its_first_service() -> None:
    assert text_of(master_cf("").with_new_service(NEW)) == NEW_TEXT


def test_a_new_service_has_its_arguments_behind_its_options() -> None:
    new = NewService("p", "unix", "pipe", arguments=("flags=x", "argv=/y"), options=NEW.options)
    [service] = master_cf("").with_new_service(new).services
    assert service.option("y") == "a b"
    assert service.arguments[-2:] == ("flags=x", "argv=/y")

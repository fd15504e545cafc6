"""How set() writes: the smallest change, in the style of the file."""

import pytest

from pfwizard.cf.text import UnwritableValue
from tests.cf.builders import main_cf, text_of


def after_set(before: str, name: str, value: str) -> str:
    return text_of(main_cf(before).set(name, value))


# An existing setting


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1\n", "a = 2\n"),
        ("a=1\n", "a=2\n"),
        ("a   =\t1  \n", "a   =\t2\n"),
        ("a = 1\r\nb = 1\r\n", "a = 2\r\nb = 1\r\n"),
        ("a = 1", "a = 2"),
        ("a =\n", "a = 2\n"),
        ("a=\n", "a=2\n"),
    ],
)
def test_spacing_and_line_ends_stay_as_they_are(before: str, after: str) -> None:
    assert after_set(before, "a", "2") == after


def test_the_same_value_leaves_the_document_alone() -> None:
    document = main_cf("a =\n  1\n# x\n  2\n")
    assert document.set("a", "1 2") is document


def test_only_the_last_of_several_settings_that_differ_is_changed() -> None:
    assert after_set("a = 1\nb = 1\na = 3\n", "a", "2") == "a = 1\nb = 1\na = 2\n"


def test_settings_that_say_the_same_are_changed_together() -> None:
    # Postfix would warn of two that differ.
    assert after_set("a = 1\nb = 1\na = 1\n", "a", "2") == "a = 2\nb = 1\na = 2\n"


def test_what_postfix_warns_of_already_it_warns_of_in_the_same_words_afterwards() -> None:
    before = main_cf("a = 1\na = 3\na = 1\na = 1\n")
    words = [problem.message for problem in before.problems()]
    assert [problem.message for problem in before.set("a", "2").problems()] == words


def test_a_value_can_be_emptied() -> None:
    assert after_set("a = 1\nb=1\n", "a", "") == "a =\nb=1\n"


def test_an_unlike_value_takes_one_line_and_leaves_the_comments() -> None:
    before = "a = 1\n# why\n  2\n\n  3\nb = 1\n"
    assert after_set(before, "a", "4") == "a = 4\n# why\n\nb = 1\n"


def test_a_value_below_an_equals_sign_on_a_line_of_its_own_is_replaced_there() -> None:
    assert after_set("a\n  = 1\n", "a", "2") == "a\n  = 2\n"


# Lists over several lines


LIST = "r =\n    permit_mynetworks,\n# known users\n    permit_sasl_authenticated,\n    reject\n"


def test_an_appended_item_gets_a_line_like_those_before() -> None:
    assert (
        after_set(LIST, "r", "permit_mynetworks, permit_sasl_authenticated, reject, x")
        == "r =\n    permit_mynetworks,\n# known users\n    permit_sasl_authenticated,\n"
        "    reject,\n    x\n"
    )


def test_an_inserted_item_leaves_a_comment_with_the_item_below_it() -> None:
    assert (
        after_set(LIST, "r", "permit_mynetworks, x, permit_sasl_authenticated, reject")
        == "r =\n    permit_mynetworks,\n    x,\n# known users\n"
        "    permit_sasl_authenticated,\n    reject\n"
    )


def test_an_item_in_front_of_all_others_comes_on_a_line_of_its_own() -> None:
    assert (
        after_set(LIST, "r", "x, permit_mynetworks, permit_sasl_authenticated, reject")
        == "r =\n    x,\n    permit_mynetworks,\n# known users\n"
        "    permit_sasl_authenticated,\n    reject\n"
    )


def test_an_item_in_front_of_a_list_that_starts_on_the_first_line_takes_its_place() -> None:
    assert after_set("r = a,\n  b,\n  c\n", "r", "x, a, b, c") == "r = x,\n  a,\n  b,\n  c\n"


def test_a_removed_item_takes_its_line_with_it() -> None:
    assert (
        after_set(LIST, "r", "permit_mynetworks, reject")
        == "r =\n    permit_mynetworks,\n# known users\n    reject\n"
    )


def test_the_items_that_shared_a_line_with_a_removed_one_stay_on_it() -> None:
    assert after_set("r = a, b,\n  c, d\n", "r", "b, c, d") == "r = b,\n  c, d\n"


def test_an_exchanged_item_takes_the_line_of_the_old_one() -> None:
    assert (
        after_set(LIST, "r", "permit_mynetworks, x, reject")
        == "r =\n    permit_mynetworks,\n# known users\n    x,\n    reject\n"
    )


def test_a_restriction_and_its_argument_stay_on_one_line() -> None:
    assert (
        after_set("r =\n  a\n  b\n", "r", "a b check_client_access hash:/x warn_if_reject y")
        == "r =\n  a\n  b\n  check_client_access hash:/x\n  warn_if_reject y\n"
    )


def test_items_that_share_a_line_go_on_sharing_it() -> None:
    assert after_set("n = a b\n  c d\n", "n", "a b c x d") == "n = a b\n  c x d\n"


def test_an_appended_item_ends_the_last_line_if_it_had_no_line_feed() -> None:
    assert after_set("n = a\n  b", "n", "a b c") == "n = a\n  b\n  c\n"


def test_a_list_with_carriage_returns_gets_lines_with_carriage_returns() -> None:
    assert after_set("n = a\r\n  b\r\n", "n", "a b c") == "n = a\r\n  b\r\n  c\r\n"


def test_an_item_that_would_make_its_line_a_comment_is_not_put_on_one() -> None:
    assert after_set("n = a\n  b\n", "n", "a b #c") == "n = a b #c\n"


# A new setting


def test_a_new_setting_goes_below_its_template() -> None:
    before = "x = 1\n#\n#a = 1\n# a = 2\n#\ny = 1\n"
    assert after_set(before, "a", "3") == "x = 1\n#\n#a = 1\n# a = 2\na = 3\n#\ny = 1\n"


def test_a_new_setting_does_not_split_a_template_of_several_lines() -> None:
    before = "#a =\n#\tone\n#   two\n# prose\n"
    assert after_set(before, "a", "3") == "#a =\n#\tone\n#   two\na = 3\n# prose\n"


def test_a_new_setting_does_not_split_an_entry_with_a_template_in_it() -> None:
    assert after_set("x = 1\n#a = 2\n  2\ny = 1\n", "a", "3") == (
        "x = 1\n#a = 2\n  2\na = 3\ny = 1\n"
    )


def test_a_template_of_a_longer_name_is_another_one() -> None:
    assert after_set("#a_b = 1\nx = 1\n", "a", "3") == "#a_b = 1\nx = 1\na = 3\n"


def test_a_new_setting_without_a_template_goes_to_its_family() -> None:
    before = "smtpd_tls_a = 1\nsmtpd_tls_b =\n  2\n\nsmtpd_sasl_a = 1\nx = 1\n"
    assert after_set(before, "smtpd_tls_c", "3") == (
        "smtpd_tls_a = 1\nsmtpd_tls_b =\n  2\nsmtpd_tls_c = 3\n\nsmtpd_sasl_a = 1\nx = 1\n"
    )


def test_the_closest_family_counts() -> None:
    before = "smtpd_tls_session_cache = 1\nsmtpd_tls_key = 1\nx = 1\n"
    assert after_set(before, "smtpd_tls_session_time", "3") == (
        "smtpd_tls_session_cache = 1\nsmtpd_tls_session_time = 3\nsmtpd_tls_key = 1\nx = 1\n"
    )


def test_one_word_in_common_does_not_make_a_family() -> None:
    assert after_set("smtpd_banner = 1\nx = 1\n", "smtpd_proxy", "3") == (
        "smtpd_banner = 1\nx = 1\nsmtpd_proxy = 3\n"
    )


def test_a_last_line_without_a_line_feed_is_ended_first() -> None:
    assert after_set("x = 1", "a", "3") == "x = 1\na = 3\n"


def test_new_lines_end_like_the_lines_above_them() -> None:
    assert after_set("x = 1\r\ny = 1", "a", "3") == "x = 1\r\ny = 1\r\na = 3\r\n"


def test_an_empty_file_gets_its_first_setting() -> None:
    assert after_set("", "a", "3") == "a = 3\n"


# What cannot be written


@pytest.mark.parametrize("value", ["a\nb", "a\0", "\ud800"])
def test_a_value_that_would_not_come_back_is_refused(value: str) -> None:
    with pytest.raises(UnwritableValue):
        main_cf("").set("a", value)


@pytest.mark.parametrize("name", ["", " a", "a b", "a=b", "#a", "a\n", "a\0", "="])
def test_a_name_that_would_not_come_back_is_refused(name: str) -> None:
    with pytest.raises(UnwritableValue):
        main_cf("").set(name, "1")


def test_a_restriction_list_goes_below_the_last_of_its_kind() -> None:
    before = "smtpd_relay_restrictions = reject\nmyhostname = mail\n"

    assert after_set(before, "smtpd_recipient_restrictions", "permit") == (
        "smtpd_relay_restrictions = reject\n"
        "smtpd_recipient_restrictions = permit\n"
        "myhostname = mail\n"
    )

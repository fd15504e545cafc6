"""Lists in values."""

from pfwizard.cf.lists import items_of, split_list


def test_commas_and_white_space_separate() -> None:
    assert split_list(" a,b , c\td\re ,, ") == ("a", "b", "c", "d", "e")


def test_braces_hold_together() -> None:
    assert split_list("a {b, c {d e}} f") == ("a", "{b, c {d e}}", "f")


def test_form_feeds_and_other_spaces_do_not_separate() -> None:
    assert split_list("a\fb\u00a0c") == ("a\fb\u00a0c",)


def test_an_empty_list_has_no_words() -> None:
    assert split_list(" , ") == ()


def test_words_are_grouped_with_their_arguments() -> None:
    words = ["reject_rbl_client", "zen.example", "a,", "{", "b", "}", "sleep", "1"]
    assert list(items_of(words)) == [
        ("reject_rbl_client", "zen.example"),
        ("a,",),
        ("{", "b", "}"),
        ("sleep", "1"),
    ]

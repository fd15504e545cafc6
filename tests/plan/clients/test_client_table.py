"""The text of a table of clients: entries come and go, and all else stays as it is."""

from pfwizard.plan.clients.client_table import (
    INTRODUCTION,
    ListedClient,
    clients_in,
    with_client,
    without,
)

ANNA, BERT = ListedClient("AA:01", "anna"), ListedClient("BB:02", "bert")


def test_an_entry_is_a_fingerprint_and_whose_it_is() -> None:
    assert clients_in(b"AA:01 anna\nBB:02\tbert\n") == (ANNA, BERT)


def test_comments_and_empty_lines_are_no_entries() -> None:
    assert clients_in(b"# AA:01 anna\n\n  # more\nBB:02 bert\n") == (BERT,)


def test_a_line_that_begins_with_a_blank_goes_on_with_the_entry() -> None:
    assert clients_in(b"AA:01\n  anna\nBB:02 bert\n") == (ANNA, BERT)


def test_a_fingerprint_is_known_in_either_case() -> None:
    assert ANNA.is_one_of(["aa:01"])


def test_a_new_table_says_what_it_is_for() -> None:
    assert with_client(b"", ANNA) == INTRODUCTION + b"AA:01 anna\n"


def test_an_entry_is_added_to_a_text_that_lacks_its_last_line_end() -> None:
    assert with_client(b"AA:01 anna", BERT) == b"AA:01 anna\nBB:02 bert\n"


def test_an_entry_is_removed_with_the_lines_that_continue_it_and_comments_stay() -> None:
    text = b"# first\nAA:01\n# between\n  anna\n# last\nBB:02 bert\n"

    assert without(text, [ANNA]) == b"# first\n# between\n# last\nBB:02 bert\n"


def test_bytes_that_are_no_utf_8_stay_as_they_are() -> None:
    text = b"# caf\xe9\x85\nAA:01 anna\nBB:02 bert\n"

    assert without(text, [BERT]) == b"# caf\xe9\x85\nAA:01 anna\n"

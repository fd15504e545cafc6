"""The line at the top says on which machine and at which step one is."""

import pytest

from pfwizard.wizard.title import title

HOST = "mail.example.org"
STEP = "Step 3 of 11: Server certificate"


def test_the_whole_name_of_the_machine_is_there_where_it_fits() -> None:
    assert title(STEP, HOST, 80) == f"pfwizard on {HOST}  {STEP}"


def test_a_narrow_line_has_its_first_label() -> None:
    assert title(STEP, HOST, 55) == f"pfwizard on mail  {STEP}"


def test_a_long_label_is_cut() -> None:
    assert title(STEP, "a" * 60, 50) == f"pfwizard on aaaa  {STEP}"


def test_a_name_of_which_too_little_would_be_left_is_left_out() -> None:
    assert title(STEP, "mail", 49) == f"pfwizard on mai  {STEP}"
    assert title(STEP, "mail", 48) == f"pfwizard  {STEP}"


def test_the_step_is_never_cut_for_the_name() -> None:
    assert title(STEP, HOST, 42) == f"pfwizard  {STEP}"


def test_the_name_of_the_program_goes_before_a_note_does() -> None:
    narrow = len(f"pfwizard (demonstration)  {STEP}") - 1

    assert title(STEP, HOST, narrow, ("demonstration",)) == f"(demonstration)  {STEP}"


def test_notes_stand_in_brackets() -> None:
    said = title(STEP, "mail", 80, ("preview", "demonstration"))

    assert said == f"pfwizard on mail (preview) (demonstration)  {STEP}"


@pytest.mark.parametrize("host", ["", "localhost"])
def test_a_machine_may_have_no_domain_and_no_name(host: str) -> None:
    assert title(STEP, host, 80).endswith(STEP)

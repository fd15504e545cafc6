"""How a change of main.cf is taken back out of a file that was edited since."""

import pytest

from pfwizard.cf.merge import Conflict, Merged, merge_main_cf
from pfwizard.cf.text import encode

OURS = """\
# The name of this machine.
myhostname = mail.example.org
mynetworks = 127.0.0.0/8

# TLS
smtpd_tls_security_level = none
# The end.
"""
BASE = """\
# The name of this machine.
myhostname = mail.example.org
mynetworks = 127.0.0.0/8

# TLS
smtpd_tls_security_level = may
smtpd_tls_cert_file = /etc/ssl/mail.pem
smtpd_tls_loglevel = 1
# The end.
"""


def merge(base: str, ours: str, theirs: str) -> Merged:
    return merge_main_cf(encode(base), encode(ours), encode(theirs))


def merged(base: str, ours: str, theirs: str) -> str:
    result = merge(base, ours, theirs)
    assert result.conflicts == ()
    assert result.content is not None
    return result.content.decode("utf-8", "surrogateescape")


def conflicts(base: str, ours: str, theirs: str) -> tuple[Conflict, ...]:
    result = merge(base, ours, theirs)
    assert result.content is None
    return result.conflicts


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


# What somebody else does elsewhere stays


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# The end.\n", "# The end.\nrelayhost = [smarthost]\n"),
        ("mynetworks = 127.0.0.0/8\n", "mynetworks = 127.0.0.0/8 10.0.0.0/8\n"),
        ("mynetworks = 127.0.0.0/8\n", ""),
        ("# The name of this machine.\n", "#\n# Who we are.\n"),
        ("# TLS\n", "# TLS, as pfwizard has set it\n"),
        ("# The end.\n", "# The end, really.\n"),
        ("# The end.\n", "# The end."),
        ("mynetworks =", "mynetworks\t="),
    ],
)
def test_an_edit_of_something_else_is_all_that_stays(old: str, new: str) -> None:
    assert merged(BASE, OURS, edited(BASE, old, new)) == edited(OURS, old, new)


def test_a_setting_among_ours_stays_where_it_was_put() -> None:
    theirs = edited(BASE, "smtpd_tls_loglevel", "relayhost = [x]\nsmtpd_tls_loglevel")
    assert merged(BASE, OURS, theirs) == edited(OURS, "# The end", "relayhost = [x]\n# The end")


def test_a_comment_among_ours_stays() -> None:
    theirs = edited(BASE, "smtpd_tls_loglevel", "# Not too much.\nsmtpd_tls_loglevel")
    assert merged(BASE, OURS, theirs) == edited(OURS, "# The end", "# Not too much.\n# The end")


def test_what_somebody_took_out_already_stays_out() -> None:
    theirs = edited(BASE, "smtpd_tls_loglevel = 1\n", "")
    assert merged(BASE, OURS, theirs) == OURS


def test_what_somebody_put_back_already_stays_as_they_wrote_it() -> None:
    theirs = edited(BASE, "level = may\n", "level=none\n")
    assert merged(BASE, OURS, theirs) == edited(OURS, "level = none", "level=none")


def test_a_file_in_which_everything_is_put_back_already_is_left_alone() -> None:
    theirs = edited(OURS, "# TLS\n", "# Tls\n")
    assert merged(edited(BASE, "# The end.", "# Our end."), OURS, theirs) == theirs
    theirs = edited(theirs, "# The end.", "# Our end.")
    assert merged(edited(BASE, "# The end.", "# Our end."), OURS, theirs) == theirs


def test_our_settings_are_found_where_somebody_has_moved_them() -> None:
    lines = BASE.splitlines(keepends=True)
    assert merged(BASE, OURS, "".join(sorted(lines))) == "".join(sorted(OURS.splitlines(True)))


def test_a_removed_setting_comes_back() -> None:
    theirs = edited(OURS, "# TLS\n", "# tls\n")
    assert merged(OURS, BASE, theirs) == edited(BASE, "# TLS\n", "# tls\n")


def test_a_removed_setting_comes_back_although_its_surroundings_are_gone() -> None:
    assert (
        merged("a = 1\n# x\n# y\n", "a = 1\n# x\nb = 2\n# y\n", "a = 1\n# z\n")
        == "a = 1\n# z\nb = 2\n"
    )


# Conflicts


def test_our_own_setting_with_another_value_is_a_conflict() -> None:
    theirs = edited(BASE, "level = may", "level = encrypt")
    assert conflicts(BASE, OURS, theirs) == (
        Conflict("smtpd_tls_security_level", 6, "encrypt", "none", base="may"),
    )


def test_a_setting_that_we_changed_and_somebody_took_out_is_a_conflict() -> None:
    theirs = edited(BASE, "smtpd_tls_security_level = may\n", "")
    assert conflicts(BASE, OURS, theirs) == (
        Conflict("smtpd_tls_security_level", 0, None, "none", base="may"),
    )


def test_a_setting_that_we_added_and_somebody_changed_is_a_conflict() -> None:
    theirs = edited(BASE, "loglevel = 1", "loglevel = 2")
    assert conflicts(BASE, OURS, theirs) == (
        Conflict("smtpd_tls_loglevel", 8, "2", None, base="1"),
    )


def test_all_conflicts_are_told_by_line() -> None:
    theirs = edited(edited(BASE, "loglevel = 1", "loglevel = 2"), "level = may", "level = x")
    theirs = "smtpd_tls_cert_file = x\n" + edited(theirs, "smtpd_tls_cert_file", "#")
    assert [conflict.line for conflict in conflicts(BASE, OURS, theirs)] == [1, 7, 9]


def test_a_setting_of_ours_that_can_no_longer_be_read_is_a_conflict() -> None:
    theirs = edited(BASE, "loglevel = 1", "loglevel 2")
    assert conflicts(BASE, OURS, theirs) == (
        Conflict("smtpd_tls_loglevel", 8, "smtpd_tls_loglevel 2", None, base="1"),
    )


def test_somebody_elses_unreadable_line_stays() -> None:
    assert merged(BASE, OURS, f"{BASE}relayhost [x]\n") == f"{OURS}relayhost [x]\n"


def test_a_line_that_was_unreadable_before_us_is_no_conflict() -> None:
    broken = "smtpd_tls_loglevel 2\n"
    assert merged(broken + BASE, broken + OURS, f"{broken}{BASE}a = 1\n") == (
        f"{broken}{OURS}a = 1\n"
    )


# Several entries for one parameter


def test_the_last_entry_is_the_one_that_goes_back() -> None:
    assert merged("a = 1\na = 3\n", "a = 1\na = 2\n", "a = 1\n#\na = 3\nb = 1") == (
        "a = 1\n#\na = 2\nb = 1"
    )


def test_an_overriding_entry_with_another_value_is_a_conflict() -> None:
    assert conflicts(BASE, OURS, f"{BASE}smtpd_tls_loglevel = 2\n") == (
        Conflict("smtpd_tls_loglevel", 10, "2", None, base="1"),
    )


def test_an_overriding_entry_with_our_value_goes_back_with_ours() -> None:
    assert merged(BASE, OURS, f"{BASE}smtpd_tls_loglevel = 1\n") == OURS


def test_an_entry_of_theirs_that_ours_hides_is_not_lost() -> None:
    assert conflicts(BASE, OURS, f"smtpd_tls_loglevel = 4\n{BASE}") == (
        Conflict("smtpd_tls_loglevel", 9, "1", None, base="1"),
    )


# Layout


LIST_BEFORE = "r =\n  permit_mynetworks,\n# known\n    reject\n"
LIST_WRITTEN = "r =\n  permit_mynetworks,\n  permit_sasl_authenticated,\n# known\n    reject\n"


def test_a_list_over_several_lines_gets_its_old_lines_back() -> None:
    theirs = f"# first\n{LIST_WRITTEN}# last\n"
    assert merged(LIST_WRITTEN, LIST_BEFORE, theirs) == f"# first\n{LIST_BEFORE}# last\n"


def test_an_edited_comment_within_a_list_stays() -> None:
    theirs = edited(LIST_WRITTEN, "# known", "# well known")
    assert merged(LIST_WRITTEN, LIST_BEFORE, theirs) == edited(LIST_BEFORE, "# k", "# well k")


def test_a_list_that_somebody_has_laid_out_anew_gets_its_old_value_back() -> None:
    theirs = "r = permit_mynetworks, permit_sasl_authenticated, reject\n"
    assert merged(LIST_WRITTEN, LIST_BEFORE, theirs) == "r = permit_mynetworks, reject\n"


def test_a_list_in_a_file_with_other_line_ends_gets_its_old_lines_back() -> None:
    assert merged(LIST_WRITTEN, LIST_BEFORE, LIST_WRITTEN.replace("\n", "\r\n")) == (
        LIST_BEFORE.replace("\n", "\r\n")
    )


def test_a_list_of_which_hardly_anything_was_left_gets_its_old_lines_back() -> None:
    assert merged("r = a\n# x\n", f"{LIST_BEFORE}# x\n", "r = a\r\n# x\r\n") == (
        f"{LIST_BEFORE}# x\n".replace("\n", "\r\n")
    )


def test_carriage_returns_stay() -> None:
    base, ours = BASE.replace("\n", "\r\n"), OURS.replace("\n", "\r\n")
    assert merged(base, ours, f"a = 1\r\n{base}") == f"a = 1\r\n{ours}"


def test_a_file_that_somebody_gave_carriage_returns_keeps_them() -> None:
    assert merged(BASE, OURS, BASE.replace("\n", "\r\n")) == OURS.replace("\n", "\r\n")


def test_a_file_without_a_final_line_feed_is_as_it_was() -> None:
    assert merged("#\na = 1\nb = 2\n", "#\na = 1", "# x\na = 1\nb = 2\n") == "# x\na = 1"


def test_a_line_feed_stays_where_something_follows_now() -> None:
    assert merged("a = 1\nb = 2\n", "a = 1", "a = 1\nb = 2\nc = 3\n") == "a = 1\nc = 3\n"


def test_a_comment_without_a_line_feed_does_not_run_into_theirs() -> None:
    assert merged("# a\n# b\nx = 1\n", "# a\n# b", "# a\n# b\nx = 1\n# c\n") == "# a\n# b\n# c\n"


def test_bytes_that_are_no_text_stay() -> None:
    base, ours = BASE.encode(), OURS.encode()
    assert merge_main_cf(base, ours, base + b"x = \xff\xfe\n").content == ours + b"x = \xff\xfe\n"


def test_text_at_the_start_of_the_file_does_not_become_part_of_a_setting() -> None:
    theirs = "  ignored\nb = 2\n"
    assert merged("b = 2\n", "b = 1\n", theirs) == "  ignored\nb = 1\n"

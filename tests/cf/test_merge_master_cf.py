"""How a change of master.cf is taken back out of a file that was edited since."""

import pytest

from pfwizard.cf.endpoint import SUBMISSIONS
from pfwizard.cf.merge import Conflict, Merged, merge_master_cf
from pfwizard.cf.service import NewService, ServiceField
from pfwizard.cf.text import encode
from tests.cf.builders import master_cf, service_of, text_of

OURS = """\
# service type  private unpriv  chroot  wakeup  maxproc command + args
smtp      inet  n       -       y       -       -       smtpd
#smtps     inet  n       -       y       -       -       smtpd
#  -o syslog_name=postfix/smtps
#     Some words in between.
#  -o smtpd_tls_wrappermode=yes
#628       inet  n       -       y       -       -       qmqpd
pickup    unix  n       -       y       60      1       pickup
"""
SMTP_LINE = "smtp      inet  n       -       y       -       -       smtpd\n"
SMTPS_TEMPLATE = OURS[OURS.index("#smtps") : OURS.index("#628")]
NEW = NewService("submissions", "inet", "smtpd", private="n", chroot="n")
ADDED = "submissions inet n - n - - smtpd"


def with_smtps(text: str) -> str:
    """smtps switched on, and one more option set."""
    document = master_cf(text)
    commented = document.find_commented(SUBMISSIONS)
    assert commented is not None
    document = document.uncommented(commented)
    service = service_of(document, 465)
    return text_of(document.with_option(service, "smtpd_sasl_auth_enable", "yes"))


def with_option(text: str, name: str, value: str, port: int = 25) -> str:
    document = master_cf(text)
    return text_of(document.with_option(service_of(document, port), name, value))


def with_chroot(text: str, value: str, port: int = 25) -> str:
    document = master_cf(text)
    return text_of(document.with_field(service_of(document, port), ServiceField.CHROOT, value))


BASE = with_smtps(OURS)
SMTPS_LINES = BASE[BASE.index("smtps ") : BASE.index("#628")]


def merge(base: str, ours: str, theirs: str) -> Merged:
    return merge_master_cf(encode(base), encode(ours), encode(theirs))


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


def test_the_examples_are_what_they_should_be() -> None:
    assert SMTPS_LINES == (
        "smtps     inet  n       -       y       -       -       smtpd\n"
        "  -o syslog_name=postfix/smtps\n"
        "#     Some words in between.\n"
        "  -o smtpd_tls_wrappermode=yes\n"
        "  -o smtpd_sasl_auth_enable=yes\n"
    )


# A service that we switched on


def test_the_column_of_another_service_stays_and_the_template_comes_back() -> None:
    assert merged(BASE, OURS, with_chroot(BASE, "n")) == with_chroot(OURS, "n")


def test_an_edit_right_above_the_template_stays() -> None:
    theirs = with_option(BASE, "smtpd_banner", "x")
    assert merged(BASE, OURS, theirs) == with_option(OURS, "smtpd_banner", "x")


def test_an_edit_right_below_the_template_stays() -> None:
    theirs = edited(BASE, "#628", "# What is this?\n#628")
    assert merged(BASE, OURS, theirs) == edited(OURS, "#628", "# What is this?\n#628")


def test_a_new_service_stays() -> None:
    assert merged(BASE, OURS, f"{BASE}x unix - - - - - y\n") == f"{OURS}x unix - - - - - y\n"


def test_a_template_comes_back_in_a_file_with_other_line_ends() -> None:
    assert merged(BASE, OURS, BASE.replace("\n", "\r\n")) == OURS.replace("\n", "\r\n")


def test_a_template_comes_back_where_somebody_has_moved_the_service() -> None:
    theirs = SMTPS_LINES + edited(BASE, SMTPS_LINES, "")
    assert merged(BASE, OURS, theirs) == SMTPS_TEMPLATE + edited(OURS, SMTPS_TEMPLATE, "")


def test_a_template_comes_back_from_an_entry_that_was_laid_out_anew() -> None:
    entry = (
        "smtps inet n - y - - smtpd -o smtpd_tls_wrappermode=yes -o syslog_name=postfix/smtps\n"
        "# Why?\n -o smtpd_sasl_auth_enable=yes\n"
    )
    signed = edited(SMTPS_TEMPLATE, "#     Some words in between.\n", "")
    assert merged(BASE, OURS, edited(BASE, SMTPS_LINES, entry)) == (
        edited(OURS, SMTPS_TEMPLATE, f"{signed}# Why?\n")
    )


def test_a_service_that_somebody_switched_off_in_their_own_way_stays_so() -> None:
    theirs = edited(BASE, SMTPS_LINES, "##smtps\n")
    assert merged(BASE, OURS, theirs) == theirs


def test_a_file_in_which_everything_is_put_back_already_is_left_alone() -> None:
    base = edited(BASE, "# service type", "# Service type")
    theirs = edited(edited(OURS, "pickup\n", "pickup -v\n"), "# service type", "# Service type")
    assert merged(base, OURS, theirs) == theirs


def test_an_option_added_to_the_service_that_we_switched_on_is_a_conflict() -> None:
    theirs = with_option(BASE, "smtpd_banner", "x", port=465)
    assert conflicts(BASE, OURS, theirs) == (
        Conflict("smtps/inet -o smtpd_banner", 8, "x", None, base=None),
    )


def test_a_column_of_the_service_that_we_switched_on_is_a_conflict_of_that_column() -> None:
    theirs = with_chroot(BASE, "n", port=465)
    assert conflicts(BASE, OURS, theirs) == (Conflict("smtps/inet chroot", 3, "n", None, base="y"),)


# A service that we added


def with_new_service(text: str) -> str:
    document = master_cf(text)
    return text_of(document.with_new_service(NEW, after=service_of(document)))


def test_an_added_service_goes_and_its_surroundings_stay() -> None:
    base = with_new_service(OURS)
    theirs = edited(with_chroot(base, "n"), "#smtps", "# Choose one.\n#smtps")
    assert merged(base, OURS, theirs) == (
        edited(with_chroot(OURS, "n"), "#smtps", "# Choose one.\n#smtps")
    )


def test_an_added_service_by_another_name_for_its_port_is_the_same_service() -> None:
    base = with_new_service(OURS)
    [conflict] = conflicts(base, OURS, edited(base, "submissions", "465        "))
    assert (conflict.name, conflict.line) == ("465/inet service", 3)


def test_a_second_entry_for_the_service_that_we_added_is_a_conflict() -> None:
    base = with_new_service(OURS)
    second = "smtps inet n - y - - smtpd\n"
    assert conflicts(base, OURS, base + second) == (
        Conflict("smtps/inet", 10, "smtps inet n - y - - smtpd", None, base=ADDED),
    )


def test_a_service_that_we_added_in_a_line_that_cannot_be_read_now_is_a_conflict() -> None:
    base = with_new_service(OURS)
    theirs = edited(
        base, "submissions inet n      -       n       -       -       smtpd", "465 inet"
    )
    assert conflicts(base, OURS, theirs) == (
        Conflict("submissions/inet", 3, "465 inet", None, base=ADDED),
    )


def test_somebody_elses_unreadable_line_stays() -> None:
    assert merged(BASE, OURS, f"{BASE}x unix\n") == f"{OURS}x unix\n"


# A service that we removed


def test_a_removed_service_comes_back_below_its_old_neighbour() -> None:
    ours = with_new_service(OURS)
    assert merged(OURS, ours, edited(OURS, SMTP_LINE, f"{SMTP_LINE}  -o x=y\n# z\n")) == (
        edited(ours, SMTP_LINE, f"{SMTP_LINE}  -o x=y\n").replace("#smtps", "# z\n#smtps")
    )


def test_a_removed_service_comes_back_into_an_empty_file() -> None:
    assert merged("# x\n", f"# x\n{SMTP_LINE}", "") == SMTP_LINE


# A service that we changed

CHANGED = with_option(with_chroot(OURS, "n"), "smtpd_sasl_auth_enable", "yes")


def test_our_option_and_column_go_back_and_their_option_stays() -> None:
    theirs = with_option(CHANGED, "smtpd_banner", "x")
    assert merged(CHANGED, OURS, theirs) == with_option(OURS, "smtpd_banner", "x")


def test_our_option_goes_from_the_midst_of_theirs() -> None:
    theirs = edited(
        CHANGED,
        "smtpd\n  -o smtpd_sasl_auth_enable=yes\n",
        "smtpd -v -o a=1 -o smtpd_sasl_auth_enable=yes -o b=2\n",
    )
    assert merged(CHANGED, OURS, theirs) == (
        edited(OURS, SMTP_LINE, f"{SMTP_LINE[:-1]} -v -o a=1 -o b=2\n")
    )


@pytest.mark.parametrize(
    ("present", "left"),
    [
        ("\n  -o a=1\n  -o x=yes\n", "\n  -o a=1\n"),
        ("\n  -o a=1 -o x=yes\n", "\n  -o a=1\n"),
        ("\n  -o x=yes -o a=1\n", "\n  -o a=1\n"),
        ("\n  -o\n    x=yes -o a=1\n", "\n -o a=1\n"),
        ("\n  -vo x=yes -o a=1\n", "\n  -v -o a=1\n"),
        (" -o {x=yes} -o a=1\n", " -o a=1\n"),
        (" -o { x =\n# why\n   yes }\n -o a=1\n", "\n# why\n -o a=1\n"),
        ("\r\n  -o x=yes\r\n  -o a=1\r\n", "\r\n  -o a=1\r\n"),
        ("\n  -o a=1\n  -o x=yes", "\n  -o a=1\n"),
    ],
)
def test_an_option_goes_in_all_its_spellings(present: str, left: str) -> None:
    head = "smtp inet n - y - - smtpd"
    cluster = " -v" if "-v" in present else ""
    assert (
        merged(f"{head}{cluster} -o x=yes\n", f"{head}{cluster}\n", head + present) == head + left
    )


def test_an_option_with_a_blank_in_its_value_goes_back() -> None:
    base, ours = with_option(OURS, "x", "a b"), with_option(OURS, "x", "a c")
    theirs = with_option(base, "y", "1").replace("-o { x = a b }", "-o {x=a b}")
    assert merged(base, ours, theirs).count("  -o {x=a c}\n  -o y=1\n") == 1


def test_the_same_option_with_another_value_is_a_conflict() -> None:
    theirs = edited(CHANGED, "auth_enable=yes", "auth_enable=$x")
    assert conflicts(CHANGED, OURS, theirs) == (
        Conflict("smtp/inet -o smtpd_sasl_auth_enable", 3, "$x", None, base="yes"),
    )


def test_an_option_that_we_changed_and_somebody_took_out_is_a_conflict() -> None:
    ours, base = with_option(OURS, "x", "1"), with_option(OURS, "x", "2")
    assert conflicts(base, ours, OURS) == (Conflict("smtp/inet -o x", 0, None, "1", base="2"),)


def test_the_same_option_a_second_time_is_a_conflict() -> None:
    theirs = edited(CHANGED, "smtpd\n  -o", "smtpd -o smtpd_sasl_auth_enable=no\n  -o")
    assert conflicts(CHANGED, OURS, theirs) == (
        Conflict("smtp/inet -o smtpd_sasl_auth_enable", 3, "yes", None, base="yes"),
    )


def test_the_same_column_with_another_value_is_a_conflict() -> None:
    assert conflicts(CHANGED, OURS, with_chroot(CHANGED, "-")) == (
        Conflict("smtp/inet chroot", 2, "-", "y", base="n"),
    )


def test_other_arguments_on_both_sides_are_a_conflict() -> None:
    head = "smtp inet n - y - - smtpd"
    assert conflicts(f"{head} -v\n", f"{head}\n", f"{head} -D\n") == (
        Conflict("smtp/inet arguments", 1, "-D", None, base="-v"),
    )


def test_our_arguments_go_back_and_their_column_stays() -> None:
    pipe = "x unix - n n - - pipe\n  flags=R user=y argv=/z\n"
    base = pipe.replace("flags=R", "flags=RD")
    assert merged(base, pipe, base.replace("- n n", "- n -")) == pipe.replace("- n n", "- n -")


def test_our_arguments_go_back_in_a_file_with_other_line_ends() -> None:
    base, ours = "x unix - n n - - pipe argv=/z\n", "x unix - n n - - pipe\n  argv=/y\n"
    assert merged(base, ours, base.replace("\n", "\r\n")) == ours.replace("\n", "\r\n")


def test_our_arguments_in_an_entry_that_was_laid_out_anew_are_a_conflict() -> None:
    base, ours = "x unix - n n - - pipe argv=/z\n", "x unix - n n - - pipe argv=/y\n"
    assert conflicts(base, ours, "x  unix - n y - - pipe argv=/z\n") == (
        Conflict(
            "x/unix",
            1,
            "x unix - n y - - pipe argv=/z",
            "x unix - n n - - pipe argv=/y",
            base="x unix - n n - - pipe argv=/z",
        ),
    )


def test_a_service_that_we_changed_and_somebody_took_out_is_a_conflict() -> None:
    theirs = edited(CHANGED, CHANGED[CHANGED.index("smtp ") : CHANGED.index("#smtps")], "")
    assert conflicts(CHANGED, OURS, theirs) == (
        Conflict(
            "smtp/inet",
            0,
            None,
            "smtp inet n - y - - smtpd",
            base="smtp inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes",
        ),
    )


def test_a_service_that_we_changed_and_nobody_can_run_now_is_a_conflict() -> None:
    [conflict] = conflicts(
        CHANGED, OURS, edited(CHANGED, "  -o smtpd_sasl", "  -o {x\n  -o smtpd_sasl")
    )
    assert (conflict.name, conflict.line) == ("smtp/inet", 2)


def test_a_service_that_somebody_else_took_out_stays_out() -> None:
    pickup = OURS[OURS.index("pickup") :]
    assert merged(BASE, OURS, edited(BASE, pickup, "")) == edited(OURS, pickup, "")


# Several entries for one endpoint

TWICE = f"{OURS}{SMTP_LINE}"
TWICE_CHANGED = with_chroot(TWICE, "n")


def test_an_entry_that_hides_another_goes_back_while_somebody_edits_elsewhere() -> None:
    theirs = edited(TWICE_CHANGED, "#628", "# z\n#628")
    assert merged(TWICE_CHANGED, TWICE, theirs) == edited(TWICE, "#628", "# z\n#628")


def test_an_entry_that_hides_another_goes_back_in_a_file_with_other_line_ends() -> None:
    theirs = TWICE_CHANGED.replace("\n", "\r\n")
    assert merged(TWICE_CHANGED, TWICE, theirs) == TWICE.replace("\n", "\r\n")


def test_all_entries_that_we_added_for_an_endpoint_go() -> None:
    theirs = f"{OURS}{SMTPS_LINES}{SMTPS_LINES}{SMTPS_LINES}".replace("\n", "\r\n")
    base = theirs.replace("\r\n", "\n")
    without_comments = OURS + "#     Some words in between.\n" * 3
    assert merged(base, OURS, theirs) == without_comments.replace("\n", "\r\n")


def test_entries_that_hide_one_another_cannot_be_merged() -> None:
    theirs = TWICE_CHANGED.replace(SMTP_LINE, f"{SMTP_LINE}  -o x=1\n", 1)
    [conflict] = conflicts(TWICE_CHANGED, TWICE, theirs)
    assert (conflict.name, conflict.line) == ("smtp/inet", 10)


def test_one_of_several_entries_that_we_took_out_comes_back_with_its_lines() -> None:
    assert merged(OURS, TWICE, f"# z\n{OURS}") == f"# z\n{TWICE}"


def test_one_of_several_entries_that_we_took_out_does_not_come_back_by_a_guess() -> None:
    ours = edited(OURS, "#628", f"{SMTP_LINE}#628")
    [conflict] = conflicts(OURS, ours, OURS.replace("\n", "\r\n"))
    assert (conflict.name, conflict.line) == ("smtp/inet", 2)


def test_a_second_entry_for_a_service_that_we_left_alone_stays() -> None:
    assert merged(BASE, OURS, BASE + SMTP_LINE) == OURS + SMTP_LINE


# The end of the file


def test_a_file_without_a_final_line_feed_is_as_it_was() -> None:
    ours = OURS.removesuffix("\n")
    base = text_of(master_cf(ours).with_new_service(NEW))
    assert merged(base, ours, with_chroot(base, "n")) == with_chroot(ours, "n")


def test_a_line_feed_stays_where_something_follows_now() -> None:
    ours = OURS.removesuffix("\n")
    base = text_of(master_cf(ours).with_new_service(NEW))
    assert merged(base, ours, f"{base}# x") == f"{OURS}# x"

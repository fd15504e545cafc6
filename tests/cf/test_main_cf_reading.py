"""main.cf as Postfix reads it."""

from pfwizard.cf.main_cf import Setting
from pfwizard.cf.problem import Severity
from tests.cf.builders import main_cf


def test_a_setting_has_a_name_a_value_and_a_line() -> None:
    assert main_cf("# x\n\nmyorigin = a\n").settings == (Setting("myorigin", "a", 3),)


def test_blanks_around_name_and_value_do_not_count() -> None:
    assert main_cf("myorigin\t =  a  b \t\r\n").get("myorigin") == "a  b"


def test_an_empty_value_is_not_an_absent_one() -> None:
    document = main_cf("relayhost =\n")
    assert document.get("relayhost") == ""
    assert document.get("myorigin") is None


def test_continuation_lines_are_joined_without_a_separator_of_their_own() -> None:
    assert main_cf("mydestination =\n  a,\n# x\n\n\tb\n").get("mydestination") == "a,\tb"


def test_the_last_of_several_settings_counts() -> None:
    document = main_cf("myorigin = a\nmyorigin = b\n")
    assert document.get("myorigin") == "b"
    assert [setting.value for setting in document.settings] == ["a", "b"]


def test_names_are_case_sensitive() -> None:
    assert main_cf("smtpd_tls_cafile = a\n").get("smtpd_tls_CAfile") is None


def test_a_comment_behind_a_value_is_part_of_the_value() -> None:
    assert main_cf("myorigin = a # b\n").get("myorigin") == "a # b"


def test_any_byte_survives_in_a_value() -> None:
    document = main_cf("myorigin = caf\udce9\n")
    assert document.get("myorigin") == "caf\udce9"
    assert document.render() == b"myorigin = caf\xe9\n"


def test_text_that_continues_nothing_is_ignored_with_a_warning() -> None:
    document = main_cf(" myorigin = a\n  b\nrelayhost = c\n")
    assert [setting.name for setting in document.settings] == ["relayhost"]
    [problem] = document.problems()
    assert problem.severity is Severity.WARNING
    assert problem.line == 1
    assert problem.message == 'logical line must not start with whitespace: " myorigin = a  b"'


def test_a_line_without_an_equals_sign_is_fatal() -> None:
    [problem] = main_cf("myorigin = a\n\nfoo\n bar\n").problems()
    assert problem.severity is Severity.FATAL
    assert problem.line == 3
    assert problem.message == "missing '=' after attribute name: \"foo bar\""


def test_a_line_without_a_name_is_fatal() -> None:
    [problem] = main_cf("= x\n").problems()
    assert problem.message == 'missing attribute name: "= x"'


def test_a_setting_that_comes_again_with_another_value_is_worth_a_warning() -> None:
    [problem] = main_cf("a = 1\na = 1\na = 2\n").problems()
    assert problem.severity is Severity.WARNING
    assert problem.line == 3
    assert problem.message == "overriding earlier entry: a=1"


def test_a_null_byte_is_worth_a_warning() -> None:
    document = main_cf("a = 1\0 2\n")
    assert document.get("a") == "1"
    assert [p.message for p in document.problems()] == ["text after null byte may be ignored"]


def test_a_macro_without_an_end_is_worth_a_warning() -> None:
    [problem] = main_cf("a = 1\nmyorigin = ${x\n").problems()
    assert problem.severity is Severity.WARNING
    assert problem.line == 2
    assert problem.message == 'truncated macro reference: "${x"'

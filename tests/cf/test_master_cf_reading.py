"""master.cf as the master and the daemons read it."""

import pytest

from pfwizard.cf.endpoint import SUBMISSIONS, Endpoint
from pfwizard.cf.problem import Severity
from pfwizard.cf.service import Option, ServiceField
from tests.cf.builders import master_cf, only_service, service_of

SMTPD = "smtp inet n - y - - smtpd"


def problems(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in master_cf(text).problems()]


def test_a_service_has_its_columns_as_written() -> None:
    service = only_service("# x\nsmtp  inet\tn - - 60? 10 smtpd -v\n")
    assert [service.field(field) for field in ServiceField] == [
        *("smtp", "inet", "n", "-", "-", "60?", "10", "smtpd")
    ]
    assert service.arguments == ("-v",)
    assert service.line == 2


@pytest.mark.parametrize(
    "arguments",
    [
        "-o x=y",
        "-ox=y",
        "-vo x=y",
        "-vox=y",
        "-v -o x=y",
        "-o {x=y}",
        "-o { x = y }",
        "-o { x\n = y }",
        "\n  -o\n  x=y",
        "-o x=z -o x=y",
        "-n name -o x=y",
    ],
)
def test_an_option_is_the_same_in_every_spelling(arguments: str) -> None:
    assert only_service(f"{SMTPD} {arguments}\n").option("x") == "y"


def test_several_options_may_stand_on_one_line() -> None:
    service = only_service(f"{SMTPD}\n  -o a=b -o {{ c = d e }}\n  -o f=\n")
    assert service.options == (Option("a", "b"), Option("c", "d e"), Option("f", ""))


def test_options_end_at_the_first_other_argument() -> None:
    assert only_service("p unix - n n - - pipe -o a=b argv=/x -o c=d\n").options == (
        Option("a", "b"),
    )


def test_an_option_that_is_not_there_has_no_value() -> None:
    assert only_service(SMTPD).option("x") is None


def test_the_last_service_of_an_endpoint_counts() -> None:
    document = master_cf("smtps inet n - y - - smtpd\n465 inet n - n - - smtpd\n")
    found = document.find(SUBMISSIONS)
    assert found is not None
    assert found.chroot == "n"
    assert [service.key.occurrence for service in document.services] == [0, 1]


def test_a_service_that_is_not_there_is_not_found() -> None:
    assert master_cf(SMTPD).find(Endpoint("", 587)) is None


def test_options_below_a_commented_service_belong_to_the_one_above() -> None:
    document = master_cf(f"{SMTPD}\n#smtps inet n - y - - smtpd\n  -o x=y\n")
    assert service_of(document).option("x") == "y"
    [problem] = document.problems()
    assert problem.severity is Severity.WARNING
    assert problem.line == 2
    assert '"-o x=y" in line 3 belongs to smtp/inet' in problem.message


def test_of_several_commented_services_the_one_right_above_the_options_is_half_commented() -> None:
    commented = "#smtpd pass - - y - - smtpd\n#smtps inet n - y - - smtpd\n# words\n"
    [problem] = master_cf(f"{SMTPD}\n{commented}  -o x=y\n").problems()
    assert problem.line == 3


def test_a_commented_alternative_of_the_same_service_is_no_reason_to_warn() -> None:
    text = "127.0.0.1:465 inet n - y - - smtpd\n#smtps inet n - y - - smtpd\n  -o x=y\n"
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smtp", 'missing "transport type" field'),
        ("smtp inet n - y - -", 'missing "command" field'),
        ("smtp - n - y - - smtpd", 'field "transport type" has no default value'),
        ("smtp tcp n - y - - smtpd", "bad transport type: tcp"),
        ("smtp inet no - y - - smtpd", 'field "private": bad value: "no"'),
        ("smtp inet n Y y - - smtpd", 'field "unprivileged": bad value: "Y"'),
        ("smtp inet n - 1 - - smtpd", 'field "chroot": bad value: "1"'),
        ("smtp inet y - y - - smtpd", "inet service cannot be private"),
        ("smtp inet n - y 1m - smtpd", 'field "wakeup_time": bad value: "1m"'),
        ("smtp inet n - y - 1? smtpd", 'field "max_proc": bad value: "1?"'),
        (f"{SMTPD} {{a b", "missing '}' in \"{a b\""),
        (f"{SMTPD} -o {{a=b}}c", "syntax error after '}' in \"{a=b}c\""),
        (f"{SMTPD} -o a", "invalid \"-o a\" option value: missing '=' after attribute name"),
        (f"{SMTPD} -o", "invalid option: o"),
        (f"{SMTPD} -o a=b reject", "unexpected command-line argument: reject"),
    ],
)
def test_what_postfix_refuses_is_fatal(text: str, message: str) -> None:
    [problem, *_] = master_cf(text + "\n").problems()
    assert problem.severity is Severity.FATAL
    assert (problem.line, problem.message.partition(" in ")[0]) in [
        (1, message.partition(" in ")[0])
    ]


def test_blanks_around_the_equals_sign_of_an_option_are_two_mistakes() -> None:
    assert problems(f"{SMTPD}\n  -o a = b\n") == [
        (2, "invalid \"-o a\" option value: missing '=' after attribute name"),
        (2, "unexpected command-line argument: ="),
    ]


def test_pipe_may_have_arguments() -> None:
    assert problems("p unix - n n - - pipe flags=x user=y argv=/z\n") == []


def test_the_same_endpoint_twice_is_worth_a_warning() -> None:
    text = "smtps inet n - y - - smtpd\n\n465 inet n - y - - smtpd\n"
    assert problems(text) == [
        (3, 'duplicate master.cf entry for service "smtps" (465) -- using the last entry')
    ]


def test_a_public_and_a_private_socket_are_no_duplicates() -> None:
    assert problems("x unix n - n - - smtp\nx unix - - n - - smtp\n") == []


def test_options_before_any_service_are_worth_a_warning() -> None:
    assert problems(f"  -o a=b\n{SMTPD}\n") == [
        (1, 'logical line must not start with whitespace: "  -o a=b"')
    ]

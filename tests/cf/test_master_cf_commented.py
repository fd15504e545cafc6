"""Services that number signs switch off, and switching them on."""

import pytest

from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS, Endpoint
from pfwizard.cf.master_cf import MasterCf, NoSuchService
from pfwizard.cf.service import CommentedService
from tests.cf.builders import master_cf, text_of

STOCK_STYLE = """\
smtp      inet  n       -       y       -       -       smtpd
# Choose one.
#127.0.0.1:submission inet n -   y       -       -       smtpd
#submission inet n       -       y       -       -       smtpd
#  -o syslog_name=postfix/submission
#     Some words about what follows,
#     (in "two" lines).
#  -o smtpd_tls_security_level=encrypt
# Choose one.
#smtps     inet  n       -       y       -       -       smtpd
#  -o smtpd_tls_wrappermode=yes

#628       inet  n       -       y       -       -       qmqpd
pickup    unix  n       -       y       60      1       pickup
"""


def commented(document: MasterCf, endpoint: Endpoint) -> CommentedService:
    found = document.find_commented(endpoint)
    assert found is not None
    return found


def switched_on(text: str, endpoint: Endpoint) -> str:
    document = master_cf(text)
    return text_of(document.uncommented(commented(document, endpoint)))


def test_commented_services_are_found_with_their_options() -> None:
    found = master_cf(STOCK_STYLE).commented_services
    assert [(c.service.name, [o.name for o in c.service.options]) for c in found] == [
        ("127.0.0.1:submission", ["syslog_name", "smtpd_tls_security_level"]),
        ("submission", ["syslog_name", "smtpd_tls_security_level"]),
        ("smtps", ["smtpd_tls_wrappermode"]),
        ("628", []),
    ]


def test_a_commented_service_knows_its_lines() -> None:
    assert commented(master_cf(STOCK_STYLE), SUBMISSION).lines == (4, 5, 8)


def test_switching_on_takes_the_header_and_exactly_its_options() -> None:
    assert switched_on(STOCK_STYLE, SUBMISSION) == STOCK_STYLE.replace(
        """\
#submission inet n       -       y       -       -       smtpd
#  -o syslog_name=postfix/submission
#     Some words about what follows,
#     (in "two" lines).
#  -o smtpd_tls_security_level=encrypt
""",
        """\
submission inet n       -       y       -       -       smtpd
  -o syslog_name=postfix/submission
#     Some words about what follows,
#     (in "two" lines).
  -o smtpd_tls_security_level=encrypt
""",
    )


def test_an_alternative_takes_the_options_that_both_are_meant_to_have() -> None:
    document = master_cf(STOCK_STYLE)
    after = document.uncommented(commented(document, Endpoint("127.0.0.1", 587)))
    service = after.find(Endpoint("127.0.0.1", 587))
    assert service is not None
    assert service.option("smtpd_tls_security_level") == "encrypt"
    assert after.problems() == ()


def test_one_service_after_the_other_can_be_switched_on() -> None:
    document = master_cf(STOCK_STYLE)
    first, second = commented(document, SUBMISSION), commented(document, SUBMISSIONS)
    after = document.uncommented(first).uncommented(second)
    assert [service.name for service in after.services] == [
        *("smtp", "submission", "smtps", "pickup")
    ]
    assert after.problems() == ()


def test_a_service_is_switched_on_only_once() -> None:
    document = master_cf(STOCK_STYLE)
    with pytest.raises(NoSuchService):
        document.uncommented(commented(document, SUBMISSIONS)).uncommented(
            commented(document, SUBMISSIONS)
        )


def test_blanks_behind_the_number_sign_of_a_header_go_with_it() -> None:
    text = "#  smtps inet n - y - - smtpd\n#\t-o x=y\n"
    assert switched_on(text, SUBMISSIONS) == "smtps inet n - y - - smtpd\n\t-o x=y\n"


def test_the_arguments_of_a_commented_pipe_are_taken_along() -> None:
    text = "#x unix - n n - - pipe\n#  flags=R user=y argv=/z -f ${sender}\n# Prose = x.\n"
    [found] = master_cf(text).commented_services
    assert found.service.arguments == ("flags=R", "user=y", "argv=/z", "-f", "${sender}")


def test_carriage_returns_stay() -> None:
    text = "#smtps inet n - y - - smtpd\r\n#  -o x=y\r\n"
    assert switched_on(text, SUBMISSIONS) == "smtps inet n - y - - smtpd\r\n  -o x=y\r\n"


@pytest.mark.parametrize(
    "prose",
    [
        "# service type  private unpriv  chroot  wakeup  maxproc command + args\n",
        "#               (yes)   (yes)   (no)    (never) (100)\n",
        "# smtp inet is the service for mail from other hosts\n",
        "##smtps inet n - y - - smtpd\n",
        "#  -o x=y\n",
    ],
)
def test_prose_is_no_service(prose: str) -> None:
    assert master_cf(prose).commented_services == ()


@pytest.mark.parametrize(
    "between", ["\n", "#\n", "#628 inet n - y - - qmqpd\n", "x unix - - - - - y\n"]
)
def test_options_end_at_a_blank_line_or_another_service(between: str) -> None:
    text = f"#smtps inet n - y - - smtpd\n{between}#  -o x=y\n"
    assert commented(master_cf(text), SUBMISSIONS).service.options == ()


@pytest.mark.parametrize(
    "entry",
    [
        "#smtps inet n - y - - smtpd # nobody uses it\n#  -o smtpd_tls_wrappermode=yes\n",
        "#smtps inet n - y - - smtpd\n#  -o smtpd_tls_wrappermode=yes  # RFC 8314\n",
        "#smtps inet n - y - - smtpd\n#  -o smtpd_tls_wrappermode = yes\n",
        "#smtps inet n - y - - smtpd\n#  -o smtpd_client_restrictions=permit_mynetworks, reject\n",
        "#smtps inet y - y - - smtpd\n#  -o smtpd_tls_wrappermode=yes\n",
    ],
)
def test_what_postfix_would_refuse_without_the_signs_is_no_service(entry: str) -> None:
    assert master_cf(entry).commented_services == ()

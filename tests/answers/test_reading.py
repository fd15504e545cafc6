"""An answers file becomes typed answers; the forms that a value may have."""

from pathlib import PurePosixPath

import pytest

from pfwizard.answers.answers import CertificateLayout
from pfwizard.answers.question import Kind, Question, Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import InvalidAnswers, parse
from pfwizard.answers.sasl_answers import SaslBackend, SaslScope
from pfwizard.answers.tls_answers import SecurityLevel
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.subject import Subject
from tests import guide
from tests.answers.builders import answers_file, mistakes_in, the_mistake_in, the_mistake_with


def test_the_guides_answers_are_read_as_they_stand() -> None:
    answers = parse(guide.ANSWERS.encode())
    assert answers.ca.certificate == PurePosixPath("/etc/ssl/ca.crt")
    assert answers.ca.key_type is KeyType.RSA_2048
    assert answers.ca.subject == Subject(
        "IT", "Italy", "Milan", "Kernel Panic Inc.", "Postfix CA", "ca.lan.kernel-panic.it"
    )
    assert answers.server.layout is CertificateLayout.PAIR
    assert answers.server.names == ("mail.kernel-panic.it",)
    assert answers.server.days == 3650
    assert answers.tls.security_level is SecurityLevel.MAY
    assert answers.services.smtps
    assert not answers.services.submission
    assert answers.sasl.scope is SaslScope.EVERYWHERE
    assert answers.sasl.socket == PurePosixPath("/var/run/courier-auth/socket")
    assert answers.sasl.recipient_restrictions == ("permit_mynetworks", "permit_sasl_authenticated")


def test_what_is_not_answered_has_its_default() -> None:
    defaults = {question.key: question.default for question in QUESTIONS}
    answers = parse(answers_file())
    assert answers.server.days == defaults["server.days"]
    assert str(answers.ca.key) == defaults["ca.key"]
    assert answers.sasl.mechanisms == defaults["sasl.mechanisms"]


def test_what_is_usual_on_the_machine_counts_where_nothing_is_answered_and_only_there() -> None:
    def usual() -> dict[str, Value]:
        return {"sasl.backend": "saslauthd", "server.key": "/usr/local/etc/server.key"}

    answers = parse(answers_file({"server.key": '"/srv/server.key"'}), usual=usual)

    assert answers.sasl.backend is SaslBackend.SASLAUTHD
    assert answers.server.key == PurePosixPath("/srv/server.key")


def test_the_machine_is_not_asked_while_the_file_is_wrong() -> None:
    def usual() -> dict[str, Value]:
        raise AssertionError("nobody should look at the machine")

    with pytest.raises(InvalidAnswers):
        parse(answers_file({"server.days": '"many"'}), usual=usual)


def test_an_optional_file_that_is_left_empty_is_none() -> None:
    assert parse(answers_file({"tls.ca_file": '""'})).tls.ca_file is None


def test_the_challenge_password_does_not_print() -> None:
    answers = parse(answers_file({"server.request_attributes.challenge_password": '"canary1"'}))
    assert "canary1" not in repr(answers)
    assert answers.server.request_attributes.challenge_password.reveal() == "canary1"


def test_a_list_forgets_what_it_says_twice() -> None:
    names = '["mail.example.org", "MAIL.example.org.", "imap.example.org"]'
    answers = parse(answers_file({"server.names": names}))
    assert answers.server.names == ("mail.example.org", "imap.example.org")


WRONG_FORMS = {
    Kind.TEXT: ["1", "true", '["x"]', "{}"],
    Kind.SECRET: ["1", "true", '["x"]', "{}"],
    Kind.PATH: ["1", "true", '["/x"]', "{}"],
    Kind.INTEGER: ['"1"', "true", "1.0", "[1]", "{}", "1979-05-27"],
    Kind.BOOLEAN: ['"true"', "1", "0", "[true]", "{}"],
    Kind.CHOICE: ["1", "true", '["pair"]', "{}"],
    Kind.TEXTS: ['"PLAIN"', "1", "[1]", '[true, "PLAIN"]', '[["PLAIN"]]', "{}"],
}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_a_value_of_the_wrong_form_is_refused_and_told_the_right_one(question: Question) -> None:
    for value in WRONG_FORMS[question.kind]:
        mistake = the_mistake_with(question.key, value)
        assert mistake.key == question.key
        assert "is not" in mistake.message
        assert mistake.remedy.endswith(".")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("{ password = 'canary' }", "a table is not"),
        ("['canary']", "a list is not"),
        ("1979-05-27", "a date or time is not"),
        ("true", "true is not"),
        ("1.5", "1.5 is not"),
    ],
)
def test_a_value_of_the_wrong_form_is_named_and_what_it_holds_is_not(
    value: str, shown: str
) -> None:
    message = the_mistake_with("ca.key", value).message
    assert message.startswith(shown)
    assert "canary" not in message


@pytest.mark.parametrize("value", ["1", "['canary']", "{ a = 'canary' }", '"canary\\u0007"', "'c'"])
def test_no_mistake_quotes_a_secret(value: str) -> None:
    key = "server.request_attributes.challenge_password"
    mistake = the_mistake_with(key, value)
    assert "canary" not in mistake.message + mistake.remedy


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [("ca.days", 0, 36501), ("server.days", 0, 36501), ("tls.log_level", -1, 5)],
)
def test_a_number_out_of_range_is_told_the_range(key: str, low: int, high: int) -> None:
    for number in (low, high):
        mistake = the_mistake_with(key, str(number))
        assert str(number) in mistake.message
        assert f"from {low + 1} to {high - 1}" in mistake.remedy


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000, "0o" + "7" * 9000], ids=len)
def test_a_number_too_long_to_print_is_a_mistake_like_any_other(number: str) -> None:
    mistake = the_mistake_with("ca.days", number)
    assert len(mistake.message) < 200


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("ca.days", '"3650"', "Write a whole number without quotes, such as 3650."),
        ("sasl.enabled", '"yes"', "Write true or false without quotes."),
        ("ca.key", "1", 'Write an absolute path in quotes, such as "/etc/ssl/private/ca.key".'),
        ("server.names", '"mail"', 'Write a list of texts in quotes, such as ["...", "..."].'),
        (
            "sasl.mechanisms",
            '"PLAIN"',
            'Write a list of texts in quotes, such as ["...", "..."].',
        ),
        ("server.layout", "1", 'Use "auto", "pair" or "chain".'),
    ],
)
def test_the_right_form_is_shown_by_an_example(key: str, value: str, remedy: str) -> None:
    assert the_mistake_with(key, value).remedy == remedy


def test_a_word_that_is_no_choice_is_told_the_choices() -> None:
    mistake = the_mistake_with("server.layout", '"both"')
    assert '"both"' in mistake.message
    assert '"pair" or "chain"' in mistake.remedy


def test_an_element_that_is_no_choice_is_told_the_choices() -> None:
    mistake = the_mistake_with("sasl.mechanisms", '["PLAIN", "CRAM-MD-5"]')
    assert '"CRAM-MD-5"' in mistake.message
    assert 'Use "PLAIN", "LOGIN", ' in mistake.remedy


@pytest.mark.parametrize(
    "key",
    [
        "ca.certificate",
        "ca.key",
        "ca.subject.common_name",
        "server.certificate",
        "server.key",
        "server.request",
        "server.subject.common_name",
    ],
)
def test_what_cannot_be_left_out_cannot_be_left_empty(key: str) -> None:
    mistake = the_mistake_with(key, '""')
    assert (mistake.key, mistake.message) == (key, "must not be empty")
    assert mistake.remedy.startswith(("Give one. ", "Leave the line out"))


def test_the_names_of_the_server_cannot_be_left_empty() -> None:
    assert the_mistake_with("server.names", "[]").key == "server.names"


@pytest.mark.parametrize(
    "key", ["ca.subject.common_name", "server.names", "server.subject.common_name"]
)
def test_an_answer_that_must_be_given_and_is_not_is_a_mistake(key: str) -> None:
    mistake = the_mistake_in(answers_file(without=key))
    section, _, name = key.rpartition(".")
    assert (mistake.key, mistake.message) == (key, "is missing")
    assert f"[{section}]" in mistake.remedy
    assert f"{name} = " in mistake.remedy


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = """\
format = 2
[ca]
days = "many"
subject.common_name = "Example CA"
[server]
names = ["mail"]
surname = "x"
"""
    found = [(mistake.line, mistake.key) for mistake in mistakes_in(text)]
    assert found == [
        (1, "format"),
        (3, "ca.days"),
        (5, "server.subject.common_name"),
        (6, "server.names"),
        (7, "server.surname"),
    ]


def test_an_empty_file_is_told_every_required_answer() -> None:
    missing = {mistake.key for mistake in mistakes_in("")}
    assert missing == {
        "format",
        "ca.subject.common_name",
        "server.names",
        "server.subject.common_name",
    }


@pytest.mark.parametrize("value", ["2", '"1"', "true", "1.0", "[1]", "{}", "0"])
def test_a_format_other_than_the_number_1_is_refused(value: str) -> None:
    mistake = the_mistake_with("format", value)
    assert mistake.key == "format"
    assert "format = 1" in mistake.remedy


def test_a_file_without_format_is_refused_in_its_first_line() -> None:
    mistake = the_mistake_in(answers_file(without="format"))
    assert (mistake.key, mistake.line, mistake.message) == ("format", 1, "is missing")

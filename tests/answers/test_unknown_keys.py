"""A key or a table that nobody asks for is refused, with the one that was probably meant."""

import pytest

from tests.answers.builders import answers_file, the_mistake_in, the_mistake_with


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("server.certficate", "server.certificate"),
        ("ca.subject.commonname", "ca.subject.common_name"),
        ("sasl.recipient_restriction", "sasl.recipient_restrictions"),
        ("tls.loglevel", "tls.log_level"),
        ("submission", "services.submission"),
        ("challenge_password", "server.request_attributes.challenge_password"),
        ("formt", "format"),
    ],
)
def test_a_mistyped_key_is_asked_whether_another_was_meant(written: str, meant: str) -> None:
    mistake = the_mistake_with(written, '"x"')
    assert mistake.key == written
    assert mistake.remedy == f"Did you mean {meant}?"


def test_a_key_like_no_other_is_told_the_keys_of_its_table() -> None:
    remedy = the_mistake_with("services.qqq", "true").remedy
    assert "[services]" in remedy
    assert "smtps, smtps_client_certificates, submission" in remedy


def test_a_mistyped_table_is_one_mistake_and_not_one_for_each_of_its_keys() -> None:
    text = answers_file().decode() + "[servces]\nsmtps = true\nsubmission = true\n"
    mistake = the_mistake_in(text)
    assert mistake.message == "there is no such table"
    assert mistake.remedy == "Did you mean [services]?"


def test_a_table_like_no_other_is_told_the_tables() -> None:
    remedy = the_mistake_in(answers_file().decode() + "[zzz]\n").remedy
    assert "ca, ca.subject, clients, outgoing, sasl, sasl.dovecot" in remedy


@pytest.mark.parametrize("value", ["5", '"x"', "[]", "[{}]"])
def test_a_table_that_is_no_table_is_told_to_be_one(value: str) -> None:
    mistake = the_mistake_with("services", value)
    assert mistake.key == "services"
    assert mistake.message.endswith("is not a table")
    assert "[services]" in mistake.remedy


def test_a_quoted_key_with_dots_is_not_taken_for_a_key_in_a_table() -> None:
    mistake = the_mistake_with('"ca.days"', "5")
    assert mistake.key == '"ca.days"'
    assert mistake.message == "there is no such key"


def test_a_quoted_key_without_need_of_quotes_is_the_same_key() -> None:
    assert the_mistake_with('ca."days"', "0").key == "ca.days"


def test_a_key_cannot_drive_the_terminal() -> None:
    mistake = the_mistake_with('"\\u001b[31m\\u009b"', "1")
    assert (mistake.key + mistake.message + mistake.remedy).isprintable()


def test_a_very_long_key_is_shortened() -> None:
    assert len(the_mistake_with("k" * 10000, "1").key) < 200

"""Answers that are right one by one and wrong together."""

import pytest

from tests.answers.builders import answers_file, mistakes_in, the_mistake_in


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ca.certificate", "ca.key"),
        ("ca.key", "server.key"),
        ("ca.certificate", "server.certificate"),
        ("server.key", "server.request"),
    ],
)
def test_two_files_cannot_have_one_path(first: str, second: str) -> None:
    mistake = the_mistake_in(answers_file({first: '"/etc/one"', second: '"/etc//one"'}))
    assert mistake.key == second
    assert first in mistake.message


def test_a_file_cannot_lie_below_another() -> None:
    mistake = the_mistake_in(answers_file({"ca.key": '"/etc/a"', "server.key": '"/etc/a/b"'}))
    assert mistake.key == "server.key"
    assert "ca.key" in mistake.message


@pytest.mark.parametrize("key", ["ca.key", "server.key", "server.request"])
def test_the_ca_file_of_tls_cannot_be_a_key_or_a_request(key: str) -> None:
    mistake = the_mistake_in(answers_file({key: '"/etc/one"', "tls.ca_file": '"/etc/one"'}))
    assert mistake.key == "tls.ca_file"
    assert key in mistake.message


def test_the_ca_and_the_server_cannot_have_one_subject() -> None:
    mistake = the_mistake_in(answers_file({"ca.subject.common_name": '"mail.example.org"'}))
    assert mistake.key == "server.subject"
    assert mistake.line == 4


def test_logins_on_submission_only_need_a_submission_service() -> None:
    changes = {"services.smtps": "false", "services.submission": "false"}
    mistake = the_mistake_in(answers_file({**changes, "sasl.scope": '"submission"'}))
    assert mistake.key == "sasl.scope"
    assert "Switch one" in mistake.remedy


def test_logins_need_a_mechanism() -> None:
    mistake = the_mistake_in(answers_file({"sasl.mechanisms": "[]"}))
    assert mistake.key == "sasl.mechanisms"
    assert "sasl.enabled = false" in mistake.remedy


def test_a_contradiction_is_reported_together_with_other_mistakes() -> None:
    found = mistakes_in(answers_file({"sasl.mechanisms": "[]", "ca.days": "0"}))
    assert {mistake.key for mistake in found} == {"sasl.mechanisms", "ca.days"}


def test_what_depends_on_a_wrong_answer_is_not_judged() -> None:
    changes = {"services.smtps": "false", "services.submission": "0", "ca.key": '"x"'}
    found = mistakes_in(answers_file({**changes, "sasl.scope": '"submission"'}))
    assert {mistake.key for mistake in found} == {"services.submission", "ca.key"}

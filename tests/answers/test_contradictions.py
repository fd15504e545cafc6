"""Answers that are right one by one and wrong together."""

import pytest

from pfwizard.answers.reading import parse
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


def test_a_contradiction_is_reported_together_with_other_mistakes() -> None:
    found = mistakes_in(
        answers_file({"server.ecdsa": "true", "server.source": '"request"', "ca.days": "0"})
    )
    assert {mistake.key for mistake in found} == {"server.ecdsa", "ca.days"}


def test_what_depends_on_a_wrong_answer_is_not_judged() -> None:
    changes = {"services.smtps": "false", "services.submission": "0", "ca.key": '"x"'}
    found = mistakes_in(answers_file({**changes, "sasl.scope": '"submission"'}))
    assert {mistake.key for mistake in found} == {"services.submission", "ca.key"}


WITHOUT_A_CA = {"ca.source": '"none"'}


def test_without_a_ca_none_can_sign_for_the_server() -> None:
    mistake = the_mistake_in(answers_file(WITHOUT_A_CA))
    assert mistake.key == "server.source"
    assert "ca.source" in mistake.message


def test_without_a_ca_none_can_sign_for_clients() -> None:
    changes = {**WITHOUT_A_CA, "server.source": '"files"', "clients.names": '["a@example.org"]'}
    assert the_mistake_in(answers_file(changes)).key == "clients.names"


def test_one_certificate_is_requested_and_not_two() -> None:
    changes = {"server.source": '"request"', "server.ecdsa": "true"}
    mistake = the_mistake_in(answers_file(changes))
    assert (mistake.key, mistake.remedy) == (
        "server.ecdsa",
        "Set server.ecdsa = false; one key is requested for.",
    )


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("server.names", "mail.example.com"),
        ("server.names", "*.example.com"),
        ("server.names", "badexample.org"),
        ("clients.names", "a@example.com"),
    ],
)
def test_a_name_must_lie_within_the_domains_of_the_ca(key: str, name: str) -> None:
    mistake = the_mistake_in(answers_file({"ca.domains": '["example.org"]', key: f'["{name}"]'}))
    assert mistake.key == key
    assert name in mistake.message
    assert "ca.domains" in mistake.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"server.names": '["example.org", "*.mail.example.org", "192.0.2.1"]'},
        {"server.names": '["mail.example.com"]', "ca.name_constraints": "false"},
        {"server.names": '["mail.example.com"]', "ca.source": '"existing"'},
        {"server.names": '["mail.example.com"]', "ca.domains": "[]"},
        {"server.names": '["mail.example.com"]', "server.source": '"request"'},
        {"server.names": '["mail.example.com"]', "server.source": '"files"'},
    ],
)
def test_a_name_within_the_domains_or_without_limits_is_right(changes: dict[str, str]) -> None:
    parse(answers_file({"ca.domains": '["example.org"]', **changes}))


def test_somebody_elses_certificate_and_key_may_be_in_one_file() -> None:
    one = {"server.certificate": '"/etc/one.pem"', "server.key": '"/etc/one.pem"'}
    parse(answers_file({**one, "server.source": '"files"'}))
    assert the_mistake_in(answers_file(one)).key == "server.key"


def test_a_file_that_nobody_asks_for_is_in_nobodys_way() -> None:
    changes = {
        "server.source": '"files"',
        "server.key": '"/etc/one"',
        "server.request": '"/etc/one"',
    }
    parse(answers_file(changes))

"""The answers about outgoing mail: hosts with ports, logins, and what they need of each other."""

import pytest

from pfwizard.answers.outgoing_checks import relay_host, relay_user
from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.relevance import is_relevant
from pfwizard.errors import InputProblem
from tests.answers.builders import answers_file, the_mistake_in


@pytest.mark.parametrize(
    "text",
    [
        "[smtp.example.org]:587",
        "[smtp.example.org]",
        "[192.0.2.1]:25",
        "[2001:db8::1]:submission",
        "example.org",
        "example.org:465",
    ],
)
def test_a_relay_host_is_a_host_or_a_domain_with_or_without_a_port(text: str) -> None:
    assert relay_host(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "[smtp.example.org",
        "smtp.example.org]",
        "[]:587",
        "a b.org",
        "host:",
        "[x.org]:a:b",
        "-.org",
    ],
)
def test_what_postfix_would_read_as_something_else_is_refused(text: str) -> None:
    with pytest.raises(InputProblem):
        relay_host(text)


@pytest.mark.parametrize("text", ["anna:x", "anna smith", "anna\n"])
def test_a_login_that_the_table_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(InputProblem):
        relay_user(text)


LOGIN = {"outgoing.relay_host": '"[smtp.example.org]:587"', "outgoing.relay_user": '"anna"'}


def test_a_login_needs_a_host() -> None:
    mistake = the_mistake_in(answers_file({"outgoing.relay_user": '"anna"'}))

    assert mistake.key == "outgoing.relay_user"
    assert "outgoing.relay_host" in mistake.message


@pytest.mark.parametrize("level", ["may", "dane"])
def test_a_login_needs_a_level_that_insists_on_tls(level: str) -> None:
    mistake = the_mistake_in(answers_file({**LOGIN, "outgoing.tls_security_level": f'"{level}"'}))

    assert mistake.key == "outgoing.tls_security_level"


def asked(**answers: Value) -> set[str]:
    values = {
        question.key: question.default for question in QUESTIONS if question.default is not None
    }
    values.update({f"outgoing.{name}": value for name, value in answers.items()})
    found = {question.key for question in QUESTIONS if is_relevant(question, values)}
    return {key.removeprefix("outgoing.relay_") for key in found if "outgoing.relay_" in key}


def test_a_login_is_asked_for_where_there_is_a_host_and_a_password_where_there_is_a_login() -> None:
    assert asked() == {"host"}
    assert asked(relay_host="example.org") == {"host", "user"}
    assert asked(relay_host="example.org", relay_user="anna") == {"host", "user", "password_file"}
    assert asked(relay_user="anna") == {"host"}

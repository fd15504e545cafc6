"""The choices that are offered: those that the other answers leave possible."""

from pfwizard.answers.questions import QUESTIONS
from pfwizard.wizard.offered import offered_choices

BY_KEY = {question.key: question for question in QUESTIONS}
MECHANISMS = BY_KEY["sasl.mechanisms"]


def offered(backend: str, text: str = "") -> tuple[str, ...]:
    return offered_choices(MECHANISMS, {"sasl.backend": backend}, text)


def test_a_daemon_that_only_says_yes_or_no_is_offered_no_challenge() -> None:
    assert offered("authdaemond") == ("PLAIN", "LOGIN")


def test_a_store_of_passwords_is_offered_more() -> None:
    assert {"SCRAM-SHA-256", "CRAM-MD5"} < set(offered("sasldb"))
    assert "XOAUTH2" not in offered("sasldb")
    assert "XOAUTH2" in offered("dovecot")


def test_what_is_chosen_already_stays_to_be_seen_and_taken_out() -> None:
    assert offered("authdaemond", "PLAIN, CRAM-MD5") == ("PLAIN", "LOGIN", "CRAM-MD5")


def test_without_a_checker_that_can_be_used_all_are_offered() -> None:
    assert offered_choices(MECHANISMS, {}, "") == MECHANISMS.choices
    assert offered("none of them") == MECHANISMS.choices


def test_every_other_question_keeps_its_choices() -> None:
    for question in QUESTIONS:
        if question is not MECHANISMS:
            assert offered_choices(question, {"sasl.backend": "dovecot"}, "") == question.choices

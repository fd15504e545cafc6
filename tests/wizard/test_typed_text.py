"""Answers as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfwizard.answers.question import Question, Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.errors import InputProblem
from pfwizard.wizard.typed_text import typed_text, value_of

BY_KEY = {question.key: question for question in QUESTIONS}

every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.key)


@every_question
def test_a_default_that_is_shown_is_read_as_the_same(question: Question) -> None:
    if question.default is not None:
        assert value_of(question, typed_text(question, question.default)) == question.default


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("services.smtps", True),
        ("services.smtps", False),
        ("tls.log_level", ""),
        ("tls.log_level", 1),
        ("tls.minimum_version", "TLSv1.2"),
        ("server.names", ("mail.example.org", "*.example.org")),
        ("sasl.mechanisms", ("PLAIN",)),
        ("sasl.recipient_restrictions", ("check_policy_service unix:private/x", "permit")),
        ("sasl.recipient_restrictions", ("check_policy_service {inet:h:1, timeout=10s}", "permit")),
    ],
)
def test_a_value_that_is_shown_is_read_as_the_same(key: str, value: Value) -> None:
    assert value_of(BY_KEY[key], typed_text(BY_KEY[key], value)) == value


@pytest.mark.parametrize("text", ["yes", "Y", "true", "ON"])
def test_many_words_mean_yes(text: str) -> None:
    assert value_of(BY_KEY["services.smtps"], text) is True


@pytest.mark.parametrize("text", ["no", "n", "False", "off"])
def test_many_words_mean_no(text: str) -> None:
    assert value_of(BY_KEY["services.smtps"], text) is False


def test_names_may_be_separated_by_blanks_or_commas() -> None:
    assert value_of(BY_KEY["server.names"], "a.example, b.example c.example") == (
        "a.example",
        "b.example",
        "c.example",
    )


def test_the_empty_one_of_several_choices_has_a_name() -> None:
    assert value_of(BY_KEY["tls.minimum_version"], "default") == ""


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("ca.certificate", "a path is needed, such as /etc/ssl/ca.crt"),
        ("ca.days", "a number from 1 to 36500 is needed, such as 3650"),
        ("ca.subject.common_name", "an answer is needed"),
        ("server.names", "a name is needed"),
    ],
)
def test_an_empty_field_says_what_is_needed(key: str, words: str) -> None:
    with pytest.raises(InputProblem) as problem:
        value_of(BY_KEY[key], "  ")

    assert problem.value.message == words


@pytest.mark.parametrize("text", ["-1", "1.5", "ten", "9" * 30])
def test_what_is_no_number_is_told_the_numbers_that_may_be(text: str) -> None:
    with pytest.raises(InputProblem) as problem:
        value_of(BY_KEY["ca.days"], text)

    assert problem.value.message == f'"{text}" is not a number from 1 to 36500'


@pytest.mark.parametrize("question", [each for each in QUESTIONS if "" in each.choices])
def test_nothing_is_left_empty_at_a_choice(question: Question) -> None:
    assert "empty" not in question.help


@every_question
@given(text=st.text(max_size=40))
def test_rubbish_is_explained_and_never_more_than_that(question: Question, text: str) -> None:
    try:
        value_of(question, text)
    except InputProblem as problem:
        assert problem.message
        assert problem.remedy

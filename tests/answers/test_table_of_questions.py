"""The table of questions is the only description of a field, and describes every one of them."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, get_type_hints

import pytest

from pfwizard.answers.answers import Answers
from pfwizard.answers.explanations import EXPLANATIONS, explanation_of
from pfwizard.answers.question import Kind, Question
from pfwizard.answers.questions import QUESTIONS, SECTIONS

EVERY_QUESTION = pytest.mark.parametrize("question", QUESTIONS, ids=lambda asked: asked.key)


def fields_of(kind: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys of all answers, and their types."""
    types = get_type_hints(kind)
    for field in fields(kind):
        key = f"{above}{field.name}"
        if is_dataclass(types[field.name]):
            yield from fields_of(types[field.name], f"{key}.")
        else:
            yield key, types[field.name]


FIELDS = dict(fields_of(Answers))


def test_every_answer_has_a_question_and_every_question_an_answer() -> None:
    assert {question.key for question in QUESTIONS} == set(FIELDS)


def test_no_question_is_asked_twice() -> None:
    assert len({question.key for question in QUESTIONS}) == len(QUESTIONS)


def test_no_label_stands_for_two_questions_of_a_section() -> None:
    assert len({(question.section, question.label) for question in QUESTIONS}) == len(QUESTIONS)


@EVERY_QUESTION
def test_a_label_fits_into_the_column_of_a_small_terminal(question: Question) -> None:
    assert len(question.label) <= 24


@EVERY_QUESTION
def test_every_question_is_explained_at_length(question: Question) -> None:
    assert len(explanation_of(question).split()) > len(question.help.split())


def test_nothing_is_explained_that_is_not_asked() -> None:
    assert set(EXPLANATIONS) == {question.key for question in QUESTIONS}


@pytest.mark.parametrize(
    ("key", "parameter"),
    [
        ("tls.security_level", "smtpd_tls_security_level"),
        ("tls.log_level", "smtpd_tls_loglevel"),
        ("tls.ca_file", "smtpd_tls_CAfile"),
        ("tls.random_source", "tls_random_source"),
        ("tls.minimum_version", "smtpd_tls_mandatory_protocols"),
        ("tls.auth_only", "smtpd_tls_auth_only"),
        ("services.smtps", "smtpd_tls_wrappermode"),
        ("sasl.enabled", "smtpd_sasl_auth_enable"),
        ("sasl.local_domain", "smtpd_sasl_local_domain"),
        ("sasl.broken_clients", "broken_sasl_auth_clients"),
        ("sasl.recipient_restrictions", "smtpd_recipient_restrictions"),
    ],
)
def test_an_explanation_says_which_parameter_the_answer_becomes(key: str, parameter: str) -> None:
    assert parameter in EXPLANATIONS[key]


def test_the_tables_are_those_of_the_typed_answers() -> None:
    assert {key.rpartition(".")[0] for key in FIELDS} == SECTIONS


@EVERY_QUESTION
def test_a_question_has_a_label_and_a_help_in_whole_sentences(question: Question) -> None:
    assert question.label[0].isupper()
    assert not question.label.endswith(".")
    assert question.help.endswith(".")


@EVERY_QUESTION
def test_a_default_is_valid_and_in_its_normal_form(question: Question) -> None:
    assert question.is_required or question.validated(question.default) == question.default


@EVERY_QUESTION
def test_what_may_be_left_empty_says_so_or_says_what_happens_then(question: Question) -> None:
    words = ("May be left empty.", "Without a choice, " if question.choices else "Left empty, ")
    says_so = any(each in question.help for each in words)
    assert says_so == question.may_be_empty


@EVERY_QUESTION
def test_a_choice_has_choices_and_nothing_else_but_a_list_has(question: Question) -> None:
    assert bool(question.choices) == (question.kind is Kind.CHOICE) or question.kind is Kind.TEXTS


@EVERY_QUESTION
def test_the_choices_are_those_of_the_answers_enumeration(question: Question) -> None:
    kind = FIELDS[question.key]
    if isinstance(kind, type) and issubclass(kind, Enum):
        assert set(question.choices) == {member.value for member in kind}
    else:
        assert not question.choices or kind in (str, tuple[str, ...])


@EVERY_QUESTION
def test_a_number_has_a_range_that_holds_its_default(question: Question) -> None:
    if question.kind is Kind.INTEGER:
        assert question.minimum < question.maximum
        if not question.may_be_empty:
            assert isinstance(question.default, int)
            assert question.minimum <= question.default <= question.maximum
    else:
        assert (question.minimum, question.maximum) == (0, 0)


def test_the_explanation_of_a_profile_says_that_mail_going_out_is_concerned() -> None:
    assert "mail that goes out" in EXPLANATIONS["tls.profile"]

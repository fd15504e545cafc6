"""What the other answers leave nothing to say about need not be answered."""

import pytest

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import parse
from pfwizard.answers.relevance import CONDITIONS, is_relevant
from tests.answers.builders import answers_file, mistakes_in

DEFAULTS: dict[str, Value] = {
    question.key: question.default for question in QUESTIONS if question.default is not None
}


def relevant(**answers: Value) -> set[str]:
    given = {name.replace("__", "."): value for name, value in answers.items()}
    values = {**DEFAULTS, **given}
    return {question.key for question in QUESTIONS if is_relevant(question, values)}


def test_every_condition_is_about_a_question_and_a_possible_answer() -> None:
    by_key = {question.key: question for question in QUESTIONS}
    for condition in (each for conditions in CONDITIONS.values() for each in conditions):
        asked = by_key[condition.key]
        assert [asked.validated(value) for value in condition.values] == [*condition.values]


def test_without_a_ca_nothing_is_asked_of_it() -> None:
    asked = {key for key in relevant(ca__source="none") if key.startswith("ca.")}
    assert asked == {"ca.source"}


def test_of_an_existing_ca_only_its_files_are_asked() -> None:
    asked = {key for key in relevant(ca__source="existing") if key.startswith("ca.")}
    assert asked == {"ca.source", "ca.certificate", "ca.key"}


def test_a_ca_without_limits_has_no_domains() -> None:
    assert "ca.domains" in relevant()
    assert "ca.domains" not in relevant(ca__name_constraints=False)


def test_of_files_that_others_make_only_their_names_are_asked() -> None:
    asked = {key for key in relevant(server__source="files") if key.startswith("server.")}
    assert asked == {
        "server.source",
        "server.layout",
        "server.certificate",
        "server.key",
        "server.names",
        "server.ecdsa",
    }


def test_how_long_it_lasts_is_up_to_the_ca_that_is_asked() -> None:
    assert "server.days" not in relevant(server__source="request")


def test_without_logins_nothing_is_asked_of_them() -> None:
    asked = {key for key in relevant(sasl__enabled=False) if key.startswith("sasl.")}
    assert asked == {"sasl.enabled"}


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"ca.source": '"existing"'}, "ca.subject.common_name"),
        ({"server.source": '"files"'}, "server.subject.common_name"),
    ],
)
def test_an_answer_that_nobody_asks_for_may_be_missing(
    changes: dict[str, str], left_out: str
) -> None:
    parse(answers_file(changes, without=left_out))
    assert [mistake.key for mistake in mistakes_in(answers_file(without=left_out))] == [left_out]

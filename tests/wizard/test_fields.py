"""Whoever walks through the steps is told of fields, and not of keys of an answers file."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pfwizard
from pfwizard.answers.questions import QUESTIONS, SECTIONS
from pfwizard.answers.wording import Named, Wording
from pfwizard.plan.plan import warning
from pfwizard.wizard.fields import by_field
from pfwizard.wizard.review import finding_lines
from pfwizard.wizard.sheet import AnswerSheet

KEYS = {question.key for question in QUESTIONS} | {each for each in SECTIONS if "." in each}

PACKAGE = Path(pfwizard.__file__).parent
SPEAKING = [*sorted((PACKAGE / "plan").rglob("*.py")), PACKAGE / "answers/consistency.py"]
"""Where findings and contradictions are put into words."""

AUTH_ONLY = Wording("Set ", Named("tls.auth_only", True), ", so that AUTH waits for TLS.")


def texts_of(source: Path) -> Iterator[str]:
    """The strings of a module, without those that only say what the code is for."""
    tree = ast.parse(source.read_text())
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = {node for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for node in constants - docstrings:
        if isinstance(node.value, str):
            yield node.value


def names(text: str, key: str) -> bool:
    """Whether the key stands there by itself; a file may be called ca.key."""
    return re.search(rf"(?<![\w/.]){re.escape(key)}(?![\w.]*\w)", text) is not None


@pytest.mark.parametrize("source", SPEAKING, ids=lambda path: path.stem)
def test_no_sentence_has_a_key_that_could_not_be_told_from_its_words(source: Path) -> None:
    hidden = [
        text for text in texts_of(source) for key in KEYS if text not in KEYS and names(text, key)
    ]

    assert not hidden


def test_an_answer_has_its_key_in_the_text_that_an_unattended_run_prints() -> None:
    assert AUTH_ONLY == "Set tls.auth_only = true, so that AUTH waits for TLS."


def test_an_answer_has_its_label_and_its_step_in_the_walk() -> None:
    assert by_field(AUTH_ONLY) == (
        'Set "Log in over TLS only" = yes (step 7, Logins), so that AUTH waits for TLS.'
    )


def test_a_table_of_answers_has_its_step() -> None:
    assert by_field(Wording("as ", Named("ca.subject"))) == "as the subject in step 2, CA"


def test_a_text_that_names_no_answer_stays_as_it_is() -> None:
    assert by_field("tls.auth_only") == "tls.auth_only"


def test_the_review_names_the_field() -> None:
    lines = list(finding_lines(warning("auth-in-clear", "passwords can be read", AUTH_ONLY)))

    assert '"Log in over TLS only" = yes (step 7, Logins)' in lines[1].text


def test_a_contradiction_names_the_other_field() -> None:
    sheet = AnswerSheet()
    sheet.fill("ca.key", "/etc/ssl/ca.crt")

    problem = sheet.problems()["ca.key"]

    assert (
        problem.message
        == '"/etc/ssl/ca.crt" is the file of "Certificate file" (step 2, CA) already'
    )


def test_an_answer_can_still_be_told_after_the_way_to_another_process() -> None:
    assert by_field(pickle.loads(pickle.dumps(AUTH_ONLY))) == by_field(AUTH_ONLY)  # noqa: S301

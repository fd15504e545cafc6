"""Every choice that the table of questions offers is implemented: each has a plan of its own."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pfwizard.answers.question import Kind, Question, in_toml
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.reading import parse
from pfwizard.engine import Job, plan_job
from pfwizard.plan.plan import Plan
from pfwizard.secret import Secret
from tests.answers.builders import answers_file
from tests.cli.program import STOCK
from tests.pki import builders as pki

EVERYWHERE = {"sasl.scope": '"everywhere"'}
"""So that logins do not depend on a submission service."""

GOES_WITH: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("ca.source", '"none"'): {"server.source": '"request"'},
}
"""What else is to be answered where a choice leaves something out that is needed otherwise."""

FOUND_THERE = {("ca.source", '"existing"'), ("server.source", '"files"')}
"""Choices for a machine on which the files of the CA and the server are already."""

DEPENDING = {"server.layout": '"auto"'}
"""Choices that are one of the others, depending on the machine."""

PASSPHRASE = Secret("correct horse battery")
"""For a CA's key that is to be encrypted."""

PlanWith = Callable[[str, str], Plan]


def files_of_a_server() -> Mapping[str, bytes]:
    """A CA and a certificate of it, where the answers have theirs unless told otherwise."""
    now = datetime.now(UTC)
    authority = pki.ca(now=now)
    leaf = pki.server(authority, names=("mail.example.org",), now=now)
    return {
        "etc/ssl/ca.crt": authority.pem(),
        "etc/ssl/private/ca.key": pki.key("ca").pem().reveal(),
        "etc/postfix/ssl/server.crt": leaf.pem(),
        "etc/postfix/ssl/private/server.key": pki.key("server").pem().reveal(),
    }


@pytest.fixture(scope="module")
def plan_with(tmp_path_factory: pytest.TempPathFactory) -> PlanWith:
    """The plan for the shortest answers with this one in them."""
    furnished = tmp_path_factory.mktemp("machine") / "root"
    shutil.copytree(STOCK, furnished)
    for name, content in files_of_a_server().items():
        put(furnished / name, content)

    @cache
    def planned(key: str, toml: str) -> Plan:
        root = furnished if (key, toml) in FOUND_THERE else STOCK
        wanted = {**EVERYWHERE, **GOES_WITH.get((key, toml), {}), key: toml}
        return plan_job(Job.on(root, None, None), parse(answers_file(wanted)), PASSPHRASE).plan

    return planned


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o600)


def traits(plan: Plan) -> tuple[object, ...]:
    """What two plans differ in besides chance: no keys, and no fingerprints."""
    return (
        plan.main_cf,
        plan.master_cf,
        *(
            (change.path, *(line for line in change.summary if "SHA-256" not in line))
            for change in plan.changes
        ),
        *(change.after for change in plan.changes if not change.summary),
    )


OFFERING = [question for question in QUESTIONS if question.choices]


def values_of(question: Question) -> list[str]:
    as_list = question.kind is Kind.TEXTS
    return [in_toml((choice,) if as_list else choice) for choice in question.choices]


@pytest.mark.parametrize("question", OFFERING, ids=lambda question: question.key)
def test_every_choice_can_be_planned(question: Question, plan_with: PlanWith) -> None:
    for value in values_of(question):
        plan = plan_with(question.key, value)
        assert plan.changes
        assert plan.refusals == ()


@pytest.mark.parametrize("question", OFFERING, ids=lambda question: question.key)
def test_no_two_choices_lead_to_the_same_plan(question: Question, plan_with: PlanWith) -> None:
    values = [each for each in values_of(question) if each != DEPENDING.get(question.key)]
    plans = [traits(plan_with(question.key, value)) for value in values]
    assert all(plan not in plans[:index] for index, plan in enumerate(plans))


SWITCHES = [question for question in QUESTIONS if question.kind is Kind.BOOLEAN]


@pytest.mark.parametrize("question", SWITCHES, ids=lambda question: question.key)
def test_every_switch_makes_a_difference(question: Question, plan_with: PlanWith) -> None:
    assert traits(plan_with(question.key, "true")) != traits(plan_with(question.key, "false"))

"""A CA that is there already: what is asked of it, what is said, and what stays as answered."""

from pathlib import Path, PurePosixPath

import pytest

from pfwizard.answers.question import Value
from pfwizard.machine.tree import Tree
from pfwizard.pki.name_constraints import limited_to
from pfwizard.wizard.authority_look import authority_at
from pfwizard.wizard.existing_authority import ExistingAuthority
from pfwizard.wizard.introductions import introduction_of
from pfwizard.wizard.sheet import AnswerSheet
from pfwizard.wizard.steps import StepName, step_of
from tests.pki import builders as pki

HERE, ELSEWHERE = "/etc/ssl/ca.crt", "/srv/ca/ca.crt"
STEP = step_of(StepName.AUTHORITY)
SUGGESTED: dict[str, Value] = {
    "server.names": ("mail.example.org",),
    "ca.subject.common_name": "Our CA",
}
FILES = ["ca.source", "ca.certificate", "ca.key"]


def sheet(**typed: str) -> AnswerSheet:
    """On a machine with a CA in the usual file, and none elsewhere."""
    made = AnswerSheet(SUGGESTED)
    made.learn_of_authority(HERE, ExistingAuthority(HERE, "CN=Our CA"))
    for key, text in typed.items():
        made.fill(key, text)
    return made


def asked(answers: AnswerSheet) -> list[str]:
    return [question.key for question in answers.relevant(STEP)]


def said(answers: AnswerSheet) -> str:
    return introduction_of(STEP, answers.values(), answers.existing_authority)


def test_of_a_ca_that_would_be_made_but_is_there_only_the_files_are_asked() -> None:
    assert asked(sheet()) == FILES


def test_the_page_says_that_it_is_used_as_it_is_and_how_to_come_by_another() -> None:
    assert said(sheet()) == (
        "There is a CA in /etc/ssl/ca.crt already: it is used as it is, and none is made. Its "
        "name is CN=Our CA. For a new one, name other files."
    )


def test_where_the_answers_name_other_files_a_new_one_is_asked_about() -> None:
    answers = sheet(**{"ca.certificate": ELSEWHERE})
    answers.learn_of_authority(ELSEWHERE, None)

    assert "ca.days" in asked(answers)
    assert "is made once" in said(answers)


def test_nothing_changes_in_what_is_saved() -> None:
    found, missing = sheet(**{"ca.days": "100"}), AnswerSheet(SUGGESTED)
    missing.fill("ca.days", "100")

    assert found.to_be_saved() == missing.to_be_saved()
    assert found.answers() == missing.answers()


@pytest.mark.parametrize("source", ["existing", "none"])
def test_what_was_not_to_be_made_is_introduced_as_ever(source: str) -> None:
    answers = sheet(**{"ca.source": source, "server.source": "request"})

    assert "used as it is" not in said(answers)


def test_what_is_wrong_is_asked_for_all_the_same() -> None:
    answers = sheet(**{"ca.days": "ten"})

    assert asked(answers) == ["ca.source", "ca.days", *FILES[1:]]


def test_what_a_problem_says_can_be_mended_is_asked_for_all_the_same() -> None:
    answers = sheet(**{"ca.domains": "example.org", "server.names": "mail.example.com"})

    assert "Your domains" in answers.problems()["server.names"].remedy
    assert asked(answers) == ["ca.source", "ca.domains", *FILES[1:]]


def test_only_a_file_of_a_ca_that_nobody_has_looked_at_is_to_be_looked_at() -> None:
    assert sheet().unknown_authority == ""
    assert sheet(**{"ca.certificate": ELSEWHERE}).unknown_authority == ELSEWHERE
    assert sheet(**{"ca.certificate": "no path"}).unknown_authority == ""
    assert sheet(**{"ca.certificate": ELSEWHERE, "ca.source": "none"}).unknown_authority == ""


def test_the_limits_of_a_ca_elsewhere_hold_as_soon_as_they_are_known(tmp_path: Path) -> None:
    place = tmp_path / ELSEWHERE.removeprefix("/")
    place.parent.mkdir(parents=True)
    place.write_bytes(pki.ca(limits=limited_to(["example.org"])).pem())
    answers = sheet(**{"ca.certificate": ELSEWHERE, "server.names": "mail.example.com"})
    assert not answers.problems()

    answers.learn_of_authority(ELSEWHERE, authority_at(Tree(tmp_path), ELSEWHERE))

    assert f"the CA in {ELSEWHERE} cannot sign" in answers.problems()["server.names"].message


@pytest.mark.parametrize("content", [b"rubbish", pki.server().pem()], ids=["rubbish", "a server's"])
def test_what_is_there_and_no_ca_is_not_called_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.crt").write_bytes(content)
    answers = sheet(**{"ca.certificate": "/ca.crt"})

    answers.learn_of_authority("/ca.crt", authority_at(Tree(tmp_path), "/ca.crt"))

    assert asked(answers) == FILES
    assert said(answers) == (
        "/ca.crt is there already, and holds no certificate of a CA. Name another file."
    )


@pytest.mark.parametrize("path", ["/missing", "/directory", "/directory/below", "/loop"])
def test_there_is_no_ca_where_there_is_no_file(tmp_path: Path, path: str) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "loop").symlink_to("loop")

    assert authority_at(Tree(tmp_path), str(PurePosixPath(path))) is None

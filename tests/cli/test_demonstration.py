"""``--demo``: everything without Postfix, without privilege, in a tree of its own."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pfwizard.cli import walk
from pfwizard.cli.arguments import parse_arguments
from pfwizard.cli.interruption import Interruption
from pfwizard.errors import ExitStatus
from pfwizard.wizard.outcome import Outcome
from tests.cli.program import ANSWERS, STOCK, contents, pfwizard_process, the_object_in


class Demonstrations:
    """Runs demonstrations whose temporary trees come to lie in one place."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, *arguments: str | Path) -> CompletedProcess[str]:
        return pfwizard_process(
            "--demo", *arguments, environment={"TMPDIR": str(self.directory), "HOME": "/nowhere"}
        )

    def trees(self) -> list[Path]:
        return sorted(self.directory.iterdir())


@pytest.fixture
def demonstrations(tmp_path: Path) -> Iterator[Demonstrations]:
    before = contents(STOCK)
    (tmp_path / "trees").mkdir()
    yield Demonstrations(tmp_path / "trees")
    assert contents(STOCK) == before


def test_it_shows_the_diffs_applies_them_and_says_where(demonstrations: Demonstrations) -> None:
    done = demonstrations.run()
    (tree,) = demonstrations.trees()
    assert done.returncode == 0
    assert "+smtpd_tls_security_level = may" in done.stdout
    assert str(tree) in done.stderr
    assert re.search(r"^ +0600 etc/ssl/private/ca.key$", done.stderr, re.MULTILINE)
    assert (tree / "etc/ssl/private/ca.key").exists()


def test_a_dry_run_leaves_nothing_behind(demonstrations: Demonstrations) -> None:
    done = demonstrations.run("--dry-run")
    assert done.returncode == 3
    assert "+smtpd_tls_security_level = may" in done.stdout
    assert demonstrations.trees() == []


def test_for_programs_it_is_one_object_and_people_are_told_where(
    demonstrations: Demonstrations,
) -> None:
    done = demonstrations.run("--json")
    (tree,) = demonstrations.trees()
    assert the_object_in(done)["result"] == "applied"
    assert str(tree) in done.stderr


def test_a_dry_run_for_programs_is_pending(demonstrations: Demonstrations) -> None:
    done = demonstrations.run("--json", "--dry-run")
    assert (done.returncode, the_object_in(done)["result"]) == (3, "pending")


def test_it_takes_other_answers(demonstrations: Demonstrations, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS.replace('security_level = "may"', 'security_level = "encrypt"'))
    done = demonstrations.run("--dry-run", "--answers", answers)
    assert "+smtpd_tls_security_level = encrypt" in done.stdout


def test_wrong_answers_leave_nothing_behind(demonstrations: Demonstrations, tmp_path: Path) -> None:
    (tmp_path / "answers.toml").write_text("format = 2\n")
    assert demonstrations.run("--answers", tmp_path / "answers.toml").returncode == 2
    assert demonstrations.trees() == []


def test_a_refused_plan_leaves_nothing_behind(
    demonstrations: Demonstrations, tmp_path: Path
) -> None:
    (tmp_path / "answers.toml").write_text(ANSWERS.replace("/etc/ssl/ca.crt", "/etc/passwd"))
    assert demonstrations.run("--answers", tmp_path / "answers.toml").returncode == 1
    assert demonstrations.trees() == []


def test_a_walk_has_shown_its_changes_and_they_are_not_printed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(walk, "_walked", lambda *_: Outcome(ExitStatus.DONE))

    report = walk.walk(parse_arguments(["--demo", "--plain"]), Interruption())

    assert report.plan_was_shown
    assert [report.demonstration] == list(tmp_path.iterdir())

"""Each plan applied to a tree: a second run has nothing to do, and a rollback leaves no trace."""

from pathlib import Path

import pytest

from pfwizard.engine import Application, plan_job
from pfwizard.errors import Refused
from tests.cli.program import contents, pfwizard_process, the_object_in
from tests.corpus.answers import Asked
from tests.corpus.applying import applied, job_on
from tests.corpus.configuration import APPLICABLE, READABLE, REFUSED, Case

each_applicable = pytest.mark.parametrize(("case", "asked"), APPLICABLE, ids=str)


@each_applicable
def test_the_files_become_what_was_planned(case: Case, asked: Asked) -> None:
    done = applied(case, asked)

    assert (done.main_cf, done.master_cf) == (done.plan.main_cf, done.plan.master_cf)


@each_applicable
def test_a_second_run_has_nothing_to_do(case: Case, asked: Asked) -> None:
    assert applied(case, asked).again.is_empty


@each_applicable
def test_a_rollback_restores_every_byte_and_mode(case: Case, asked: Asked) -> None:
    done = applied(case, asked)

    assert done.after != done.before
    assert done.taken_back == done.before


@pytest.mark.parametrize(("case", "asked"), REFUSED, ids=str)
def test_where_the_plan_is_refused_nothing_is_touched(
    case: Case, asked: Asked, tmp_path: Path
) -> None:
    job = job_on(case, tmp_path / "root")
    before = contents(job.tree.root)
    application = Application(job, plan_job(job, asked.answers), announce=lambda words: None)

    with pytest.raises(Refused):
        application.carry_out()

    assert contents(job.tree.root) == before


ODD = [case for case in READABLE if case.configuration.name in ("crlf", "latin1_comments")]


@pytest.mark.parametrize("case", ODD, ids=str)
def test_the_program_itself_applies_it_once_and_takes_it_back(case: Case, tmp_path: Path) -> None:
    root = job_on(case, tmp_path / "root").tree.root
    answers = tmp_path / "answers.toml"
    answers.write_text(Asked.GUIDE.text)
    before = contents(root)

    first, second = (
        pfwizard_process("--json", "--answers", answers, "--root", root) for _ in range(2)
    )
    back = pfwizard_process("--json", "rollback", "--root", root)

    results = [the_object_in(done)["result"] for done in (first, second, back)]
    assert results == ["applied", "unchanged", "applied"]
    assert contents(root) == before

"""A run that was killed is noticed by the next one, whatever it finds in the files."""

import os
from pathlib import Path

import pytest

from pfwizard.apply.lock import locked
from pfwizard.apply.unfinished import refuse_unfinished
from pfwizard.errors import Busy, ExitStatus, NeedsHuman
from tests.apply.builders import ObedientMailSystem, plan_of, small_tree, transaction


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state directory of a run that died before the new files were in place."""
    tree = small_tree(tmp_path)
    process = os.fork()
    if process == 0:
        mail_system = ObedientMailSystem(tmp_path)
        monkeypatch.setattr(mail_system, "rejects", lambda *files: os._exit(9))
        transaction(tree, mail_system).apply(plan_of())
        os._exit(0)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    return tmp_path / "var/lib/pfwizard"


def test_a_killed_run_is_put_before_a_person(state: Path) -> None:
    with pytest.raises(NeedsHuman) as caught:
        refuse_unfinished(state)

    assert caught.value.exit_status is ExitStatus.NEEDS_HUMAN
    assert str(state / "history/t1") in caught.value.remedy


def test_a_run_that_is_at_work_is_not_taken_for_a_killed_one(state: Path) -> None:
    with locked(state), pytest.raises(Busy):
        refuse_unfinished(state)


def test_after_its_directory_is_removed_the_way_is_free(state: Path) -> None:
    for file in (state / "history/t1").iterdir():
        file.unlink()
    (state / "history/t1").rmdir()

    refuse_unfinished(state)

    assert list((state / "history").iterdir()) == []


def test_a_completed_run_is_no_reason_to_stop(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    transaction(tree, ObedientMailSystem(tmp_path)).apply(plan_of())

    refuse_unfinished(tmp_path / "var/lib/pfwizard")

    assert (tmp_path / "var/lib/pfwizard/history/t1/result").exists()


def test_a_machine_that_never_saw_pfwizard_is_left_as_it_is(tmp_path: Path) -> None:
    refuse_unfinished(tmp_path / "var/lib/pfwizard")

    assert list(tmp_path.iterdir()) == []

"""What keeps a plan from being applied is told before it is rehearsed."""

import pytest

from pfwizard.apply.recovery import OnProbation
from pfwizard.engine import Job, refuse_stale
from pfwizard.errors import Failed
from pfwizard.machine.tree import Tree
from tests.apply.builders import (
    KEY_DIRECTORY,
    MAIN,
    ObedientMailSystem,
    mkdir,
    plan_of,
    transaction,
)


@pytest.fixture
def job(tree: Tree) -> Job:
    return Job.on(tree.root, None, None)


def test_a_plan_that_is_true_still_may_be_rehearsed(job: Job) -> None:
    refuse_stale(job, plan_of())


def test_another_change_on_probation_comes_first(tree: Tree, job: Job) -> None:
    transaction(tree, ObedientMailSystem(tree.root), probation=600).apply(plan_of())

    with pytest.raises(OnProbation, match="is on probation for another"):
        refuse_stale(job, plan_of())


def test_a_directory_that_is_there_by_now_is_told(tree: Tree, job: Job) -> None:
    tree.outside(KEY_DIRECTORY).mkdir()

    with pytest.raises(Failed, match=f"{KEY_DIRECTORY}: was changed by somebody else"):
        refuse_stale(job, plan_of([mkdir(KEY_DIRECTORY)]))


def test_a_file_that_was_edited_meanwhile_is_told(tree: Tree, job: Job) -> None:
    tree.outside(MAIN).write_bytes(b"by = hand\n")

    with pytest.raises(Failed, match=f"{MAIN}: was changed by somebody else"):
        refuse_stale(job, plan_of())

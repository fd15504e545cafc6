"""Plans applied to trees, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pfwizard.apply.live.instance import instance_of
from pfwizard.apply.transaction import Transaction
from pfwizard.engine import Job, Planned, plan_job, plan_rollback
from pfwizard.plan.plan import Plan
from tests.cli.program import contents
from tests.corpus.answers import Asked
from tests.corpus.configuration import Case

CONFIG_DIRECTORY = PurePosixPath("/etc/postfix")
MODES = {"main.cf": 0o640, "master.cf": 0o600}
"""Others than the usual, so that they can be lost."""

Contents = Mapping[str, tuple[int, bytes | None]]
"""Modes and bytes by path."""


@dataclass(frozen=True)
class Applied:
    """A plan, the plan for the same answers after it, and the tree at each time."""

    plan: Plan
    again: Plan
    before: Contents
    after: Contents
    taken_back: Contents
    main_cf: bytes
    master_cf: bytes


@cache
def applied(case: Case, asked: Asked) -> Applied:
    """Apply the plan, plan once more, and roll back, on a tree that is gone again."""
    with TemporaryDirectory() as place:
        job = job_on(case, Path(place) / "root")
        before = contents(job.tree.root)
        first = plan_job(job, asked.answers)
        apply(job, first)
        after = contents(job.tree.root)
        main_cf, master_cf = (
            job.tree.look(CONFIG_DIRECTORY / name).content or b"" for name in MODES
        )
        again = plan_job(job, asked.answers)
        apply(job, plan_rollback(job, None))
        back = contents(job.tree.root)
    return Applied(first.plan, again.plan, before, after, back, main_cf, master_cf)


def job_on(case: Case, root: Path) -> Job:
    """A run on a tree with this configuration, made for it."""
    tree = case.configuration.tree_in(root, case.postfix)
    for name, mode in MODES.items():
        tree.outside(tree.resolve(CONFIG_DIRECTORY / name)).chmod(mode)
    return Job.on(tree.root, None, None)


def apply(job: Job, planned: Planned) -> None:
    """What the engine's process does, in this one."""
    facts = planned.facts
    queue = PurePosixPath(facts.effective.value("queue_directory"))
    Transaction(
        ending=job.ending(lambda words: None),
        instance=instance_of(job.tree.root, facts.postfix.config_directory, queue),
        now=datetime.now(UTC),
        announce=lambda words: None,
        undoes=planned.undoes,
    ).apply(planned.plan)

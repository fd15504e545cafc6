"""The walk from answers to a changed machine; every face follows it and shows its events."""

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pfwizard.answers.answers import Answers
from pfwizard.apply.unfinished import refuse_unfinished
from pfwizard.errors import Refused
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.tree import Tree
from pfwizard.pki.key_type import KeyType
from pfwizard.plan.draft import Circumstances
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import files_of_interest, make_plan

if TYPE_CHECKING:
    from pfwizard.apply.mail_system import MailSystem
    from pfwizard.pki.keys import PrivateKey

STATE_DIRECTORY = PurePosixPath("/var/lib/pfwizard")

Announce = Callable[[str], None]
"""Called with each step as it begins, in a few words for a person."""


@dataclass(frozen=True)
class Job:
    """One run: the tree it works on, the Postfix instance in it, and where its own state is."""

    tree: Tree
    config_directory: PurePosixPath | None
    state_directory: Path

    @classmethod
    def on(cls, root: Path, config_directory: PurePosixPath | None, state: Path | None) -> "Job":
        """A job on this machine or on a tree, whose state is in that tree unless named."""
        tree = Tree(root)
        return cls(tree, config_directory, state or tree.outside(tree.resolve(STATE_DIRECTORY)))


@dataclass(frozen=True)
class Planned:
    """A plan, and the facts it was made from."""

    facts: Facts
    plan: Plan


def plan_job(job: Job, answers: Answers) -> Planned:
    """Look at the machine and make the plan; nothing is changed.

    Raises Failed when the machine cannot be read, NeedsHuman when an earlier run was killed.
    """
    refuse_unfinished(job.state_directory)
    facts = gather(job.tree, job.config_directory, files_of_interest(answers))
    circumstances = Circumstances(datetime.now(UTC), os.urandom, _generate_key)
    return Planned(facts, make_plan(answers, facts, circumstances))


def apply_job(job: Job, planned: Planned, announce: Announce) -> str:
    """Apply the plan as one change; returns the transaction's identifier.

    Raises Refused when the plan would do harm, and whatever a transaction raises.
    """
    from pfwizard.apply.transaction import Transaction

    refusals = planned.plan.refusals
    if refusals:
        raise Refused(refusals[0].message, refusals[0].remedy)
    identifier = uuid.uuid4().hex
    Transaction(
        tree=job.tree,
        state_directory=job.state_directory,
        mail_system=_mail_system(job, planned, announce),
        identifier=identifier,
        now=datetime.now(UTC),
        announce=announce,
    ).apply(planned.plan)
    return identifier


def _mail_system(job: Job, planned: Planned, announce: Announce) -> "MailSystem":
    from pfwizard.apply.mail_system import LivePostfix, ResultingTree

    if not job.tree.is_this_machine:
        return ResultingTree(job.tree.root)
    facts = planned.facts
    queue_directory = PurePosixPath(facts.effective.value("queue_directory"))
    return LivePostfix(facts.postfix.config_directory, queue_directory, announce)


def _generate_key(key_type: KeyType) -> "PrivateKey":
    from pfwizard.pki.keys import generate

    return generate(key_type)

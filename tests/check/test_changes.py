"""What an earlier run of pfwizard has left: half a change, or one that waits."""

from dataclasses import replace
from pathlib import Path

import pytest

from pfwizard.apply.journal import StateDirectory
from pfwizard.apply.recovery import OnProbation
from pfwizard.check.checking import check
from pfwizard.check.gathering import inspect_machine
from pfwizard.check.inspection import Inspection
from pfwizard.check.rule import PlacedFinding
from pfwizard.errors import NeedsHuman, PfwizardError
from pfwizard.machine.tree import Tree
from tests.apply.builders import small_tree, state_of
from tests.apply.dead_runs import died_while_live
from tests.check.builders import main_cf
from tests.plan.builders import NOW

UNFINISHED = NeedsHuman("transaction 0001 is unfinished: its run was killed", "pfwizard recover")
WAITING = OnProbation("transaction 0001 is on probation for another 60 s", "pfwizard confirm")

OF_CHANGES = {"change-unfinished", "change-on-probation"}


def told(inspection: Inspection) -> list[PlacedFinding]:
    return [each for each in check(inspection).findings if each.identifier in OF_CHANGES]


@pytest.mark.parametrize(
    ("left", "identifier"), [(UNFINISHED, "change-unfinished"), (WAITING, "change-on-probation")]
)
def test_it_is_told_in_the_words_of_a_run_that_is_refused(
    left: PfwizardError, identifier: str
) -> None:
    (finding,) = told(replace(Inspection(main_cf(""), NOW), under_way=left))

    assert (finding.identifier, finding.message) == (identifier, left.message)
    assert finding.remedy == left.remedy


def test_a_run_that_was_killed_is_found_in_its_journal(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    assert told(looked_at(tree)) == []

    died_while_live(tree)

    (finding,) = told(looked_at(tree))
    assert finding.identifier == "change-unfinished"
    assert "its run was killed" in finding.message


def looked_at(tree: Tree) -> Inspection:
    return inspect_machine(tree, None, NOW, state_of(tree).path)


def test_a_journal_that_only_root_can_see_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(state: StateDirectory) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pfwizard.check.gathering.refuse_unfinished", closed)

    findings = check(looked_at(small_tree(tmp_path))).findings

    (hidden,) = (each for each in findings if each.identifier == "not-root")
    assert f"{tmp_path}/var/lib/pfwizard" in hidden.message

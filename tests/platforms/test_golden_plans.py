"""The plans for every platform as text, in its directory: read by eye, and then kept.

PFWIZARD_DRAW=1 writes them anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import ChangeKind, EnterInLedger, Plan
from tests.platforms.planning import AnswersOn, default, guide, plan_for
from tests.platforms.trees import FIXTURES, HERE, Fixture


@pytest.mark.parametrize("fixture", FIXTURES, ids=str)
@pytest.mark.parametrize(
    ("answers", "name"), [(guide, "plan-of-the-guide"), (default, "plan-by-default")]
)
def test_the_plan_is_the_one_that_was_read(
    fixture: Fixture, answers: AnswersOn, name: str, tmp_path: Path
) -> None:
    file = HERE / fixture.name / name
    drawn = "".join(f"{line}\n" for line in shown(plan_for(fixture, tmp_path, answers)))
    if os.environ.get("PFWIZARD_DRAW"):
        file.write_text(drawn)

    assert drawn == file.read_text()


def shown(plan: Plan) -> Iterator[str]:
    for finding in plan.findings:
        yield f"{finding.severity.value} {finding.identifier}: {finding.remedy}".rstrip(": ")
    for action in plan.actions:
        if not isinstance(action, EnterInLedger):
            yield str(action)
    for change in plan.changes:
        mode = "" if change.kind is ChangeKind.REPLACE else f" {change.mode:04o}"
        yield f"{change.kind.value} {change.path}{mode}"
    for change in plan.changes:
        if change.path.suffix in (".cf", ".conf"):
            yield unified_diff(change) or ""

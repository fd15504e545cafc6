"""The stage is not waited for without end, and seen to be gone when it is."""

from pathlib import Path

import pytest

from pfwizard.prove.rehearsing import performance
from pfwizard.prove.rehearsing.performance import Performance
from pfwizard.prove.rehearsing.score import CannotRehearse
from tests.plan import builders
from tests.prove.rehearsing.scores import MACHINE, score
from tests.waiting import wait_until

ORDER = score(builders.plan_for(MACHINE)).order

STAGES = "tests.prove.rehearsing.stages"


def running(stage: str) -> list[str]:
    """The processes that have the name of this stage among their arguments."""
    found = []
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if stage.encode() in arguments.read_bytes():
                found.append(arguments.parent.name)
        except OSError:
            continue  # it has ended
    return found


def test_one_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = f"{STAGES}.hangs"
    monkeypatch.setattr(performance, "STAGE", stage)
    monkeypatch.setattr(performance, "ANSWER_LIMIT", 0.1)
    monkeypatch.setattr(performance, "END_LIMIT", 0.1)

    with pytest.raises(CannotRehearse, match="has not answered"), Performance(ORDER):
        pass

    assert running(stage) == []


def test_one_that_is_gone_leaves_no_hope_and_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance, "STAGE", f"{STAGES}.leaves")

    with Performance(ORDER) as stage:
        wait_until(lambda: stage.is_hopeless(40025))

        with pytest.raises(CannotRehearse, match="has ended without a word"):
            stage.end()


def test_why_one_has_collapsed_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance, "STAGE", f"{STAGES}.collapses")

    with pytest.raises(CannotRehearse, match="has ended: KeyError: 'who'"), Performance(ORDER):
        pass

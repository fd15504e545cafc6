"""What finds a mutant out: the model of lost power, or a call that fails."""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial

from tests.apply.faults import Calls, failing_with
from tests.apply.scenarios import outcome, quietly
from tests.torture.cases import CASES, Case
from tests.torture.power_cut import number_of_calls
from tests.torture.power_loss import (
    EXCHANGING,
    MODES,
    Asked,
    Mode,
    Recording,
    both_trees,
    place_in_memory,
    recording,
)
from tests.torture.settling import tree_verdict
from tests.torture.steps import Swapped


@contextmanager
def recordings(mode: Mode) -> Iterator[list[Recording]]:
    """Every case, gone through on a file system of this mode."""
    with ExitStack() as life:
        life.enter_context(mode.in_force())
        yield [life.enter_context(recording(case)) for case in CASES]


def sites_of(recorded: list[Recording]) -> set[str]:
    """Where fsync(2) is called in any of them."""
    return {site for each in recorded for site in each.sites}


def sites_that_are_missed(recorded: list[Recording], sites: set[str]) -> set[str]:
    """Those of the places where something is lost when fsync(2) is left out there alone."""
    return {site for site in sites if _is_missed(site, recorded)}


def _is_missed(site: str, recorded: list[Recording]) -> bool:
    concerned = (each for each in recorded if site in each.sites)
    return any(next(each.violations(without=site), None) is not None for each in concerned)


STRUCK = ("applying", "abandoning", "taking back", "recovering", "confirming", "rolling back")
"""The cases in which calls fail: what they tell of the steps, the other ones do not add to."""


def trouble_with(mutant: Swapped) -> str:
    """How the mutant is found out; empty when it is not."""
    judged = [(mode, _lost_power, case) for mode in MODES for case in CASES]
    struck = [case for case in CASES if str(case) in STRUCK]
    judged += [(EXCHANGING, _failing_calls, case) for case in struck]
    for mode, judge, case in judged:
        with mode.in_force():
            asked = _asked_in_peace(case, mode)
            with mutant.in_force():
                trouble = judge(case, asked)
        if trouble:
            return f"{case}, {mode}: {trouble}"
    return ""


@cache
def _asked_in_peace(case: Case, mode: Mode) -> list[Asked]:
    both_trees(case.changes)
    with recording(case) as recorded:
        return recorded.asked


def _lost_power(case: Case, asked: list[Asked]) -> str:
    try:
        with recording(case) as recorded:
            if recorded.asked != asked:
                return "Postfix is asked for something else, or at another time"
            violation = next(recorded.violations(), None)
    except Exception as error:
        return repr(error)
    return "" if violation is None else f"after {violation.after} events: {violation.found}"


def _failing_calls(case: Case, asked: list[Asked]) -> str:
    for number in range(number_of_calls(case)):
        with place_in_memory() as place:
            root = place / "struck"
            action = case.scenario.prepare(root)
            with Calls(number, failing_with(errno.EIO)).watched():
                failure = outcome(partial(action, quietly))
            found = tree_verdict(case, root, both_trees(case.changes))
            allowed = {case.goal} if failure == "" else case.on_the_way | {case.goal}
            if found not in allowed:
                return f"call {number} fails: {found}"
    return ""

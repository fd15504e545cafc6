"""Other programs that write the configuration, and what becomes of the change then."""

from pfwizard.machine.managed import Habit, Managed, managers_of
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, note, refusal, warning


def judge_managers(draft: Draft) -> Draft:
    """Tell of everybody else who has main.cf and master.cf in hand."""
    found = {managed.manager: managed for managed in managers_of(draft.facts)}
    for managed in found.values():
        draft = draft.with_finding(_finding(managed))
    return draft


def _finding(managed: Managed) -> Finding:
    manager, place = managed.manager, str(managed)
    if manager.habit is Habit.CANNOT_BE_CHANGED:
        return refusal(
            "configuration-generated",
            f"{place}: {manager.name} has generated this file, and it cannot be written",
            manager.advice,
        )
    if manager.habit is Habit.OVERWRITES:
        return warning(
            "configuration-managed",
            f"{place}: {manager.name} writes the configuration, and this change is lost when it "
            "does so again",
            manager.advice,
        )
    return note(
        "configuration-shared",
        f"{place}: {manager.name} is there too, and has to do with the configuration",
        manager.advice,
    )

"""A machine with the guide's servers in which the batteries run, and what they report."""

import json
from collections.abc import Mapping
from dataclasses import asdict

from tests.machines.machine import Machine
from tests.real.guide_machine import ANSWERS_FILE, GuideMachine
from tests.torture.strace_selection import Outcome, Selection, Violation

BATTERY = ["python3", "-m", "tests.torture.strace_battery", ANSWERS_FILE]

TIME_LIMIT = 4 * 3600.0
"""Seconds. A call costs about half a second, ten faults of several hundred calls accordingly."""


def outcomes(machine: Machine, selections: Mapping[str, Selection]) -> dict[str, Outcome]:
    """Strike what is selected, by the names of the scenarios, in a machine that was just booted."""
    GuideMachine.prepare(machine)
    asked = {name: asdict(selection) for name, selection in selections.items()}
    done = machine.run(
        BATTERY, input=json.dumps(asked), env=machine.python_paths(), timeout=TIME_LIMIT
    )
    return {name: _outcome(**found) for name, found in json.loads(done.stdout).items()}


def _outcome(
    calls: int,
    struck: int,
    seconds: float,
    missed: list[str],
    violations: list[dict[str, object]],
) -> Outcome:
    found = [Violation.from_json(each) for each in violations]
    return Outcome(calls, struck, seconds, missed, found)


def assert_nothing_is_mixed_up(found: Mapping[str, Outcome], fewest: Mapping[str, int]) -> None:
    """Every fault came to pass, enough calls were there, and after none was anything wrong."""
    violations = [
        f"{name}: {violation}"
        for name, outcome in found.items()
        for violation in outcome.violations
    ]
    assert not violations, "\n\n".join(violations)
    missed = {name: outcome.missed for name, outcome in found.items() if outcome.missed}
    assert not missed, missed
    too_few = {name: found[name].calls for name in fewest if found[name].calls < fewest[name]}
    assert not too_few, too_few

"""Strikes one system call after another in a machine, and judges what is left of it each time.

This runs in the machine: ``python3 -m tests.torture.strace_battery ANSWERS``, with the selections
by their scenario's names as JSON on standard input; it prints the outcomes in the same way.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pfwizard.errors import ExitStatus
from tests.torture.strace_calls import (
    TRACED,
    Call,
    has_struck,
    mutating_calls,
    options,
    struck_line,
)
from tests.torture.strace_scenarios import Scenario, Stage, command, make_live
from tests.torture.strace_selection import Outcome, Selection, Violation
from tests.torture.strace_state import (
    SMTPS,
    State,
    comes_to_listen,
    complaints,
    difference,
    greeting,
    state,
)
from tests.torture.strace_tracing import LOG, SAID, untraced


@dataclass(frozen=True)
class Battery:
    """One scenario, again and again."""

    stage: Stage
    scenario: Scenario

    def run(self, selection: Selection) -> Outcome:
        calls = self.counted()
        outcome = Outcome(len(calls))
        begin = time.monotonic()
        for call, fault in selection.chosen(calls):
            self._strike(call, fault, outcome)
        outcome.seconds = round(time.monotonic() - begin, 1)
        return outcome

    def counted(self) -> list[Call]:
        """The mutating calls of a run in which nothing goes wrong."""
        self._start()
        status = self.scenario.act(["-e", TRACED])
        assert status == 0, SAID.read_text()
        assert state() == self._goal(), difference(state(), self._goal())
        return mutating_calls(LOG.read_text(), without=self.scenario.left_out)

    def _start(self) -> None:
        self.scenario.start.put_back()
        make_live(new=self.scenario.starts_new)

    @property
    def _states(self) -> tuple[State, State]:
        """The old one and the new one."""
        return self.scenario.between or (self.stage.old, self.stage.new)

    def _goal(self) -> State:
        return self._states[self.scenario.ends_new]

    def _trouble_with_ledger(self) -> list[str]:
        return list(self.scenario.hands_out.trouble()) if self.scenario.hands_out else []

    def _strike(self, call: Call, fault: str, outcome: Outcome) -> None:
        self._start()
        status = self.scenario.act(options(call, fault))
        trace, said = LOG.read_text(), SAID.read_text()
        if not has_struck(trace, fault):
            outcome.missed.append(f"{fault} at {call}")
        else:
            outcome.struck += 1
        wrong = self._wrong(status)
        if wrong:
            outcome.violations.append(
                Violation(str(call), fault, struck_line(trace), status, said, wrong)
            )

    def _wrong(self, status: int) -> list[str]:
        """What is wrong after the next start of pfwizard."""
        wrong = [*self._trouble_with_ledger(), *settled(), *self._trouble_with_ledger()]
        now, (old, new) = state(), self._states
        if now not in (old, new):
            wrong += ["neither old nor new; unlike the old:", *difference(old, now)]
            wrong += ["unlike the new:", *difference(new, now)]
        elif status == 0 and now != self._goal():
            wrong.append("it said that all went well, and it has not reached its end")
        wrong += [words for words in (complaints(), greeting()) if words]
        if not comes_to_listen(SMTPS, wanted=now != self.stage.old):
            wrong.append("Postfix does not work with the configuration that is in place")
        return wrong


def settled() -> Iterator[str]:
    """Recover, and end a probation that nobody has confirmed; yields what is wrong with that."""
    status = untraced(command("recover"))
    if status == ExitStatus.BUSY:
        status = untraced(command("rollback"))
    if status != 0:
        yield f"pfwizard recover: status {status}: {SAID.read_text()}"


def main(answers: str, selections: dict[str, Selection]) -> dict[str, Outcome]:
    """Every scenario that is selected, one after the other, on one stage."""
    stage = Stage.set_up(Path(answers))
    return {
        name: Battery(stage, stage.scenario(name)).run(selection)
        for name, selection in selections.items()
    }


if __name__ == "__main__":
    asked = {name: Selection(**values) for name, values in json.load(sys.stdin).items()}
    outcomes = main(sys.argv[1], asked)
    print(json.dumps({name: asdict(outcome) for name, outcome in outcomes.items()}))

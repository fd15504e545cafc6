"""The way through the steps: where a move leads, and how every step stands.

An ordinary state without a face, so that it can be walked in a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from pfwizard.errors import InputProblem
from pfwizard.wizard.sheet import AnswerSheet
from pfwizard.wizard.steps import OPEN_TO_ALL, STEPS, Step, StepName, step_of


class Move(Enum):
    NEXT = "next"
    BACK = "back"


class Standing(Enum):
    """How a step stands; the values are the marks in the list of steps."""

    HERE = ">"
    AHEAD = " "
    COMPLETE = "+"
    PROBLEM = "!"


@dataclass
class Course:
    """Where the operator is, and where they have been."""

    sheet: AnswerSheet
    here: StepName = StepName.WELCOME
    seen: set[StepName] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    """The questions whose fields somebody has been in and has left."""

    @property
    def step(self) -> Step:
        return step_of(self.here)

    @property
    def number(self) -> int:
        """The place of this step, counted from 1."""
        return STEPS.index(self.step) + 1

    def see_everything(self) -> None:
        """Count every step as seen: its answers came from a file."""
        self.seen = {step.name for step in OPEN_TO_ALL}

    def move(self, move: Move) -> StepName:
        """Go one step on or back; returns where that leads. At either end one stays."""
        names = [step.name for step in STEPS]
        offset = 1 if move is Move.NEXT else -1
        place = min(max(names.index(self.here) + offset, 0), len(names) - 1)
        return self.go(names[place])

    def go(self, name: StepName) -> StepName:
        """Go to a step; the one that is left counts as seen."""
        self.seen.add(self.here)
        self.here = name
        return name

    def touch(self, key: str) -> None:
        """The field of this question was left."""
        self.answered.add(key)

    def see_all_of_this(self) -> None:
        """Count this step as seen without leaving it."""
        self.seen.add(self.here)

    def problems_to_show(self) -> Mapping[str, InputProblem]:
        """What is wrong on this step, without what nobody has come to yet."""
        problems = self.sheet.problems_of(self.step)
        if self.here in self.seen:
            return problems
        return {key: problem for key, problem in problems.items() if key in self.answered}

    def standing(self, step: Step) -> Standing:
        """How a step stands. What nobody has seen yet has no problem yet."""
        if step.name not in self.seen:
            return Standing.HERE if step.name is self.here else Standing.AHEAD
        if self.sheet.problems_of(step):
            return Standing.PROBLEM
        return Standing.HERE if step.name is self.here else Standing.COMPLETE

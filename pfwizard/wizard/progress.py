"""The steps of an application as they come, with the time that each took."""

from dataclasses import dataclass, field, replace
from enum import Enum

from pfwizard.wizard.lines import Style


class StepState(Enum):
    """The values are the marks in front of a step."""

    RUNNING = ".."
    DONE = "ok"
    FAILED = "!!"
    SKIPPED = "--"


STYLES = {
    StepState.RUNNING: Style.PLAIN,
    StepState.DONE: Style.ADDED,
    StepState.FAILED: Style.REFUSAL,
    StepState.SKIPPED: Style.WARNING,
}


@dataclass(frozen=True)
class ProgressStep:
    """One step; ``seconds`` is None while it runs."""

    words: str
    started: float
    state: StepState = StepState.RUNNING
    seconds: float | None = None

    @property
    def line(self) -> str:
        took = "" if self.seconds is None else f"  {self.seconds:.1f} s"
        return f"{self.state.value} {self.words}{took}"

    @property
    def style(self) -> Style:
        return STYLES[self.state]


@dataclass
class Progress:
    """All steps so far. Times are seconds of whatever clock the caller has."""

    steps: list[ProgressStep] = field(default_factory=list)

    def start(self, words: str, now: float) -> None:
        """A step begins, and so the one before it has ended."""
        self.end(now)
        self.steps.append(ProgressStep(words, now))

    def end(self, now: float) -> None:
        """The step that runs, if any, is done."""
        self._close(StepState.DONE, now)

    def fail(self, now: float) -> None:
        """The step that runs, if any, has failed."""
        self._close(StepState.FAILED, now)

    def skip(self, now: float) -> None:
        """The step that runs, if any, was not possible."""
        self._close(StepState.SKIPPED, now)

    def _close(self, state: StepState, now: float) -> None:
        if self.steps and self.steps[-1].state is StepState.RUNNING:
            last = self.steps[-1]
            self.steps[-1] = replace(last, state=state, seconds=now - last.started)

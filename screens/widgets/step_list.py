"""All steps at the side: which are complete, which have a problem, and where we are."""

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from pfwizard.wizard.course import Course, Standing
from pfwizard.wizard.steps import STEPS, Step

STYLES = {
    Standing.HERE: Style(bold=True),
    Standing.AHEAD: Style(dim=True),
    Standing.COMPLETE: Style(),
    Standing.PROBLEM: Style(foreground=None, bold=True),
}


class StepList(Static):
    """One line for each step, with a mark."""

    def __init__(self, course: Course) -> None:
        self._course = course
        super().__init__(self._lines(), id="steps")

    def show(self) -> None:
        """Show how the steps stand now."""
        self.update(self._lines())

    def _lines(self) -> Content:
        return Content("\n").join(self._line(step) for step in STEPS)

    def _line(self, step: Step) -> Content:
        standing = self._course.standing(step)
        here = ">" if step.name is self._course.here else " "
        mark = standing.value if standing is not Standing.HERE else " "
        return Content(f"{here}{mark} {step.short}").stylize(STYLES[standing])

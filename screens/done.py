"""The last page: what was done, how to try it, what to publish, and the answers to keep."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from pfwizard.screens.leaving import no_news, save_answers
from pfwizard.screens.page import Choice, Page, main_button
from pfwizard.screens.results import Jump
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.wizard.lines import Line, Style
from pfwizard.wizard.session import Session

if TYPE_CHECKING:
    from pfwizard.engine import Planned


class Done(Page):
    """Everything stays here until the operator has read it."""

    KEYS = ("F1 Help", "F10 Quit", "F2 Save answers", "F3 History")
    HELP = (
        "Try the commands from another machine: what works here may be blocked on the way. Save "
        "the answers (F2): pfwizard --answers FILE does the same again, here or on another server, "
        "without asking. What was there before is kept; the history (F3) takes it back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        ("f3", "history", "History"),
    ]

    def __init__(self, session: Session, planned: "Planned") -> None:
        super().__init__(session)
        self._planned = planned

    @property
    def heading(self) -> str:
        undoes = self._planned.undoes
        return super().heading if undoes is None else f"Take back transaction {undoes}"

    def choices(self) -> Sequence[Choice]:
        return (
            Choice("History", "history"),
            Choice("Save answers", "save"),
            Choice("Finish", "next"),
        )

    def body(self) -> ComposeResult:
        yield LinesView(tuple(self._lines()), id="after")
        yield no_news()

    def on_mount(self) -> None:
        main_button(self).focus()

    def _lines(self) -> Iterator[Line]:
        yield Line(f"Done, as transaction {self.session.outcome.transaction}.", Style.ADDED)
        yield Line("")
        for section in self.session.aftermath(self._planned):
            yield Line(section.title, Style.HEADING)
            for text in section.lines:
                yield Line(f"  {text}")
            yield Line("")

    def action_back(self) -> None:
        """What is done is not gone back to; the history takes it back."""

    def action_next(self) -> None:
        if self.session.has_unsaved_answers:
            self.action_leave()
        else:
            self.leave_for(Jump.FINISH)

    def action_save(self) -> None:
        save_answers(self)

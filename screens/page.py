"""What all pages are: a heading, the list of steps, a body, the keys; and a typed result."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button

from pfwizard.screens.leaving import Leaving, agrees_to_leave, save_answers
from pfwizard.screens.results import Going, Jump
from pfwizard.screens.widgets.key_line import KeyLine
from pfwizard.screens.widgets.lines_view import LinesView
from pfwizard.screens.widgets.out_of_sight import OutOfSight
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.screens.widgets.step_list import StepList
from pfwizard.screens.widgets.text_button import TextButton
from pfwizard.wizard.course import Course, Move
from pfwizard.wizard.session import Session
from pfwizard.wizard.steps import STEPS
from pfwizard.wizard.title import title

PADDING = 2
"""Columns of the first line that hold no text (wizard.tcss)."""

TO_THE_EDGE = 10000
"""Screenfuls; more than anybody has to read."""

TOO_SMALL = "This terminal is too small: pfwizard needs 60x18. F10 quits; --plain needs no room."


@dataclass(frozen=True)
class Choice:
    """A button at the foot of a page; the action of the page's that it calls."""

    label: str
    action: str
    is_enabled: bool = True

    @property
    def identifier(self) -> str:
        return f"do-{self.action.replace('_', '-')}"


class Page(Screen[None]):
    """One page of the walk; it knows no other, and ends with where the operator wants to go."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual has it, but that the rest of the page is not painted again."""

    KEYS: ClassVar[tuple[str, ...]] = ("F1 Help", "F10 Quit", "Esc Back", "F8 Next", "^P Steps")
    """What the line at the bottom says."""

    HELP = ""
    """What F1 shows where no field has anything better to say."""

    AUTO_FOCUS = None

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "explain", "Help", id="help"),
        Binding("escape,f7", "back", "Back", id="back"),
        Binding("f8", "next", "Next", id="next"),
        Binding("f2", "save_answers", "Save answers", id="save"),
        Binding("f10,ctrl+c", "leave", "Quit", id="quit", priority=True),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("pagedown", "scroll(1)", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("home", f"scroll(-{TO_THE_EDGE})", show=False),
        Binding("end", f"scroll({TO_THE_EDGE})", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._going: Going | None = None
        self._ending: asyncio.Future[Going] = asyncio.Future()

    @property
    def course(self) -> Course:
        return self.session.course

    @property
    def heading(self) -> str:
        course = self.course
        return f"Step {course.number} of {len(STEPS)}: {course.step.title}"

    @property
    def is_hidden_by_notice(self) -> bool:
        """Whether nothing is seen but that the terminal is too small (wizard.tcss)."""
        return self.has_class("-tiny") or self.has_class("-flat")

    @property
    def may_jump(self) -> bool:
        """Whether one may go to any step from here."""
        return True

    def compose(self) -> ComposeResult:
        yield PlainText(self._title(), id="title")
        with Horizontal(id="middle"):
            yield StepList(self.course)
            with Vertical(id="page"):
                yield from self.body()
                with Horizontal(id="buttons"):
                    yield OutOfSight()
                    for choice in self.choices():
                        yield TextButton(
                            choice.label,
                            id=choice.identifier,
                            action=f"screen.{choice.action}",
                            is_enabled=choice.is_enabled,
                        )
        yield KeyLine(self.KEYS, id="keys")
        yield PlainText(TOO_SMALL, id="too-small")

    def body(self) -> ComposeResult:
        """The page's own widgets."""
        raise NotImplementedError

    def choices(self) -> Sequence[Choice]:
        """The buttons at its foot."""
        return (Choice("Back", "back"), Choice("Next", "next"))

    def _title(self) -> str:
        place = self.session.place
        notes = {"preview": not self.session.may_apply, "demonstration": place.is_demonstration}
        said = tuple(note for note, is_so in notes.items() if is_so)
        return title(self.heading, place.host, self.app.size.width - PADDING, said)

    def say_where_we_are(self) -> None:
        """Bring the heading and the list of steps up to date."""
        self.query_one("#title", PlainText).show(self._title())
        self.query_one(StepList).show()

    def on_mount(self) -> None:
        for view in self.query("LinesView, #fields").results(Widget):
            self.query_one(OutOfSight).watch_over(view)

    def on_resize(self) -> None:
        for line in self.query("#title").results(PlainText):
            line.show(self._title())

    def leave_for(self, going: Going) -> None:
        """End this page, once. What stands in its fields stays.

        Where a dialog is open, the page ends when that is closed: the one that follows takes the
        place of whatever is on top.
        """
        if self._going is None:
            self.before_leaving()
            self._going = going
            self._end_if_on_top()

    def on_screen_resume(self) -> None:
        self._end_if_on_top()

    def _end_if_on_top(self) -> None:
        if self._going is not None and self.app.screen is self and not self.is_over:
            self._ending.set_result(self._going)

    @property
    def is_over(self) -> bool:
        """Whether another page is about to follow."""
        return self._ending.done()

    async def ended(self) -> Going:
        """Wait for the end; returns where the operator wants to go."""
        return await self._ending

    def before_leaving(self) -> None:
        """Keep what the page holds; called however it is left."""

    def action_back(self) -> None:
        self.leave_for(Move.BACK)

    def action_next(self) -> None:
        self.leave_for(Move.NEXT)

    def leaving(self) -> Leaving:
        """What leaving would mean just now."""
        return Leaving.AT_EASE

    @work(exclusive=True, group="leaving")
    async def action_leave(self) -> None:
        self.before_leaving()
        if await agrees_to_leave(self, self.leaving()):
            self.leave_for(Jump.LEAVE)

    def action_save_answers(self) -> None:
        self.before_leaving()
        save_answers(self)

    def action_history(self) -> None:
        self.leave_for(Jump.HISTORY)

    def action_explain(self) -> None:
        from pfwizard.screens.dialogs.help import Help  # no page needs it to be seen

        self.app.push_screen(Help(self.heading, self.HELP))

    def action_scroll(self, pages: int) -> None:
        """The page keys scroll what there is to read, wherever the focus is."""
        for view in self.query(LinesView):
            view.scroll_relative(y=pages * view.size.height, animate=False)

    def enable(self, action: str, is_enabled: bool) -> None:
        """Make a button usable or not."""
        for button in self.buttons_of(action):
            button.disabled = not is_enabled

    def buttons_of(self, action: str) -> Iterator[Button]:
        """The one that does this, if the page has it."""
        return self.query(f"#{Choice('', action).identifier}").results(Button)

    @on(Button.Pressed)
    def _ignore(self, event: Button.Pressed) -> None:
        """Every button has its action; nobody listens to the message."""
        event.stop()


def main_button(page: Widget) -> Button:
    """The one that leads on: the last of the row."""
    return page.query("#buttons TextButton").last(Button)

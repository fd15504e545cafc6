"""Driving the wizard in a test: keys go in, and what is on the screen comes out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button

from pfwizard.screens.app import Wizard
from pfwizard.screens.apply import Applying
from pfwizard.screens.dialogs.question import AskWhich
from pfwizard.screens.page import Page
from pfwizard.screens.widgets.editor import id_of
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.session import Session
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import at_rest, text_of

SIZE = (80, 24)

PAUSE, TURNS = 0.02, 500
"""Seconds between two looks, and how many there are before a test gives up."""


@asynccontextmanager
async def wizard(
    session: Session, size: tuple[int, int] = SIZE, *, ascii_only: bool = False
) -> AsyncIterator[Pilot[Outcome]]:
    """The wizard at its first page, after its first look at the machine."""
    app = Wizard(session, ascii_only=ascii_only)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, Page)
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[Outcome]) -> None:
    """Wait until nothing but the walk itself, and what waits for an engine, is at work."""
    for _ in range(TURNS):
        await pilot.pause(PAUSE)
        busy = [
            worker
            for worker in pilot.app.workers
            if worker.is_running and worker.name != "walk" and worker.group not in ENDLESS
        ]
        if not busy:
            await at_rest(pilot)
            return
    raise AssertionError("it does not come to rest")


ENDLESS = ("apply", "leaving")


async def until_shown(pilot: Pilot[Outcome], kind: type[Screen[Any]]) -> None:
    """Wait for a page or a dialog of this kind."""
    for _ in range(TURNS):
        if isinstance(pilot.app.screen, kind):
            await pilot.pause()
            return
        await pilot.pause(PAUSE)
    raise AssertionError(f"{type(pilot.app.screen).__name__} is shown, not {kind.__name__}")


async def until(pilot: Pilot[Outcome], holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(TURNS):
        if holds():
            return
        await pilot.pause(PAUSE)
    raise AssertionError(text_of(pilot.app))


async def until_over(pilot: Pilot[Outcome]) -> None:
    """Wait until the wizard has ended."""
    for _ in range(TURNS):
        if pilot.app.return_value is not None:
            return
        await asyncio.sleep(PAUSE)
    raise AssertionError(text_of(pilot.app))


async def leave(pilot: Pilot[Outcome], *keys: str) -> None:
    """Press the key that quits, and these in the dialog that asks whether that is meant."""
    await pilot.press("f10")
    await until_shown(pilot, AskWhich)
    await at_rest(pilot)
    await pilot.press(*keys)


async def press(pilot: Pilot[Outcome], *keys: str) -> None:
    """Press keys, and wait for what they set going."""
    await pilot.press(*keys)
    await settled(pilot)


async def type_in(pilot: Pilot[Outcome], key: str, text: str) -> None:
    """Type an answer into the field of a question, in place of what is there."""
    await _empty(pilot, key)
    await pilot.press(*(NAMES.get(c, c) for c in text))
    await at_rest(pilot)


async def fill(pilot: Pilot[Outcome], key: str, text: str) -> None:
    """The same by pasting, which takes less time."""
    await _empty(pilot, key)
    pilot.app.post_message(Paste(text))
    await at_rest(pilot)


async def _empty(pilot: Pilot[Outcome], key: str) -> None:
    field = pilot.app.screen.query_one(f"#{id_of(key)}")
    field.focus()
    await at_rest(pilot)
    await pilot.press("end", "ctrl+u")


NAMES = {
    " ": "space",
    ".": "full_stop",
    "/": "slash",
    "-": "minus",
    ":": "colon",
    "_": "underscore",
    "$": "dollar_sign",
    ",": "comma",
}
"""How Textual calls the keys."""


async def choose(pilot: Pilot[Outcome], key: str, label: str) -> None:
    """Move to one of several choices with the arrow keys."""
    from pfwizard.screens.widgets.choices import OneOf

    field = pilot.app.screen.query_one(f"#{id_of(key)}", OneOf)
    field.focus()
    await pilot.pause()
    for _ in field.labels:
        if field.labels[field.place] == label:
            return
        await pilot.press("right")
    raise AssertionError(f"{label} is none of {field.labels}")


async def tick(pilot: Pilot[Outcome], key: str, labels: Sequence[str]) -> None:
    """Choose these of several with the arrow keys and the space bar."""
    from pfwizard.screens.widgets.choices import SeveralOf

    field = pilot.app.screen.query_one(f"#{id_of(key)}", SeveralOf)
    field.focus()
    await pilot.pause()
    for label in field.labels:
        if label in labels:
            await pilot.press("space")
        await pilot.press("right")


async def go_to(pilot: Pilot[Outcome], step: StepName) -> None:
    """Go to a step as the command palette does."""
    page = pilot.app.screen
    assert isinstance(page, Page)
    page.leave_for(step)
    await pilot.pause(PAUSE)
    await settled(pilot)


def is_enabled(pilot: Pilot[Outcome], action: str) -> bool:
    """Whether a button can be pressed."""
    button = pilot.app.screen.query_one(f"#do-{action}", Button)
    return button.display and not button.disabled


async def apply(pilot: Pilot[Outcome]) -> None:
    """From anywhere to a change on its way, with the key that leads on and the one that applies."""
    await go_to(pilot, StepName.REVIEW)
    await press(pilot, "f8", "enter")
    await until_shown(pilot, Applying)


async def apply_until_probation(pilot: Pilot[Outcome]) -> None:
    """From anywhere to a change that is live, and waits for a word."""
    await apply(pilot)
    await until_it_says(pilot, "[ Keep ]")


async def until_it_says(pilot: Pilot[Outcome], words: str) -> None:
    """Wait until these words are on the screen."""
    for _ in range(600):
        if words in text_of(pilot.app):
            return
        await pilot.pause(0.05)
    raise AssertionError(text_of(pilot.app))

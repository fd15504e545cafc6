"""Going away: what that means just now, and keeping the answers."""

from collections.abc import Mapping
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.file_name import ANSWERS_FILE

if TYPE_CHECKING:
    from pfwizard.screens.dialogs.file_name import AskFileName
    from pfwizard.screens.page import Page


class Leaving(Enum):
    """What leaving would mean."""

    AT_EASE = "at ease"
    BESIDE_AN_ENGINE = "beside an engine"
    WITH_A_CHANGE_WAITING = "with a change waiting"


class Answer(Enum):
    STAY = "stay"
    SAVE = "save"
    LEAVE = "leave"


UNSAVED: Mapping[Answer, str] = {
    Answer.STAY: "Stay",
    Answer.SAVE: "Save answers and quit",
    Answer.LEAVE: "Quit",
}
WITHOUT_SAVING: Mapping[Answer, str] = {Answer.STAY: "Stay", Answer.LEAVE: "Quit"}

TITLES = {
    Leaving.BESIDE_AN_ENGINE: "Leave before the change is confirmed?",
    Leaving.WITH_A_CHANGE_WAITING: "Leave without deciding about the change?",
}

NOTHING_LOST = "Nothing is changed by leaving."
ANSWERS_LOST = "Nothing is changed by leaving, but answers that are not saved are lost."


async def agrees_to_leave(page: "Page", leaving: Leaving) -> bool:
    """Ask whether to leave, and save the answers if that is wished."""
    from pfwizard.screens.dialogs.question import AskWhich  # no page needs it to be seen

    session = page.session
    if leaving is not Leaving.AT_EASE:
        asked = AskWhich(TITLES[leaving], session.way_to_confirm, WITHOUT_SAVING, Answer.STAY)
        return await page.app.push_screen_wait(asked) is Answer.LEAVE
    if session.has_unsaved_answers:
        asked = AskWhich("Quit pfwizard?", ANSWERS_LOST, UNSAVED, Answer.STAY)
    else:
        asked = AskWhich("Quit pfwizard?", NOTHING_LOST, WITHOUT_SAVING, Answer.STAY)
    answer = await page.app.push_screen_wait(asked)
    if answer is not Answer.SAVE:
        session.left("")
        return answer is Answer.LEAVE
    saved = await page.app.push_screen_wait(_ask_for_name(page))
    session.left(str(saved or ""))
    return saved is not None


def save_answers(page: "Page") -> None:
    """Ask for a name, write the answers there, and say where that was."""
    page.app.push_screen(_ask_for_name(page), partial(_say_where, page))


def _say_where(page: "Page", saved: Path | None) -> None:
    if saved is not None:
        for news in page.query("#news, #hint").results(PlainText):
            news.show(f"Saved in {saved.absolute()}.")
            news.display = True


def no_news() -> PlainText:
    """The line for it on a page that has no other news; it takes no room while it is empty."""
    news = PlainText(id="news")
    news.display = False
    return news


def _ask_for_name(page: "Page") -> "AskFileName":
    from pfwizard.screens.dialogs.file_name import AskFileName  # nor this

    file = page.session.file
    return AskFileName("Save the answers", file or ANSWERS_FILE, page.session.save, file)

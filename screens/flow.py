"""The walk from page to page: an ordinary function that needs no terminal.

Pages end with a typed result and know nothing of one another; only here it is known which follows.
"""

from collections.abc import Awaitable, Callable

from pfwizard.screens.apply import Applying
from pfwizard.screens.done import Done
from pfwizard.screens.history import HistoryPage
from pfwizard.screens.page import Page
from pfwizard.screens.questions import Questions
from pfwizard.screens.results import Apply, Going, Jump, TakeBack
from pfwizard.screens.review import Review, RollbackReview
from pfwizard.screens.waiting import ChangeWaits
from pfwizard.screens.welcome import Welcome
from pfwizard.wizard.course import Move
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.session import Session, Waiting
from pfwizard.wizard.steps import StepName

Show = Callable[[Page], Awaitable[Going]]
"""Shows a page and waits for what it ends with."""

PAGES: dict[StepName, Callable[[Session], Page]] = {
    StepName.WELCOME: Welcome,
    StepName.REVIEW: Review,
}
"""The pages that do not ask; all others do."""


async def walk(session: Session, show: Show) -> Outcome:
    """Lead the operator through the steps until they leave."""
    course = session.course
    page = first_page(session)
    while True:
        going = await show(page)
        match going:
            case Jump.LEAVE | Jump.FINISH:
                return session.outcome
            case Jump.HISTORY:
                page = HistoryPage(session)
                continue
            case Waiting():
                page = ChangeWaits(session, going)
                continue
            case TakeBack():
                page = RollbackReview(session, going.transaction)
                continue
            case Apply():
                course.go(StepName.APPLY)
                page = Applying(session, going.planned)
                continue
            case Jump.LOOK_AGAIN:
                course.go(StepName.WELCOME)
            case StepName():
                course.go(going)
            case Move.NEXT if isinstance(page, Applying):
                course.go(StepName.DONE)
                page = Done(session, page.planned)
                continue
            case Move() if isinstance(page, HistoryPage):
                pass
            case Move.BACK if isinstance(page, RollbackReview):
                page = HistoryPage(session)
                continue
            case Move():
                course.move(going)
        page = page_of(session)


def first_page(session: Session) -> Page:
    return Welcome(session)


def page_of(session: Session) -> Page:
    """The page of the step where the course is."""
    return PAGES.get(session.course.here, Questions)(session)

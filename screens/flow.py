"""From page to page: an ordinary function that needs no terminal.

Pages end with a typed result and know nothing of one another; only here it is known which follows.
"""

from collections.abc import Callable

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
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.session import Session
from pfwizard.wizard.steps import StepName

PAGES: dict[StepName, Callable[[Session], Page]] = {
    StepName.WELCOME: Welcome,
    StepName.REVIEW: Review,
}
"""The pages that do not ask; all others do."""


def page_after(session: Session, page: Page, going: Going) -> Page | None:
    """The page that follows ``page`` when it has ended like this; none where the walk ends."""
    course = session.course
    match going:
        case Jump.LEAVE | Jump.FINISH:
            return None
        case Jump.HISTORY:
            return HistoryPage(session)
        case Waiting():
            return ChangeWaits(session, going)
        case TakeBack():
            return RollbackReview(session, going.transaction)
        case Apply():
            course.go(StepName.APPLY)
            return Applying(session, going.planned)
        case Move.BACK if isinstance(page, Applying) and page.planned.undoes is not None:
            course.go(StepName.WELCOME)  # where the history was opened from matters no more
            return RollbackReview(session, page.planned.undoes)
        case Jump.LOOK_AGAIN:
            course.go(StepName.WELCOME)
        case StepName():
            course.go(going)
        case Move.NEXT if isinstance(page, Applying):
            course.go(StepName.DONE)
        case Move() if isinstance(page, HistoryPage):
            pass
        case Move.BACK if isinstance(page, RollbackReview):
            return HistoryPage(session)
        case Move():
            course.move(going)
    if course.here is StepName.DONE and session.applied_plan is not None:
        return Done(session, session.applied_plan)
    return PAGES.get(course.here, Questions)(session)

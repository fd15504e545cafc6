"""The command palette: every step, and what can be done from anywhere."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from pfwizard.screens.page import Page
from pfwizard.wizard.steps import OPEN_TO_ALL

if TYPE_CHECKING:
    from collections.abc import Callable


class Places(Provider):
    """What the palette offers on a page."""

    async def discover(self) -> Hits:
        for label, explanation, go in self._places():
            yield DiscoveryHit(label, go, help=explanation or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for label, explanation, go in self._places():
            score = matcher.match(label)
            if score > 0:
                yield Hit(score, matcher.highlight(label), go, help=explanation or None)

    def _places(self) -> "Iterator[tuple[str, str, Callable[[], object]]]":
        page = self.screen
        if not isinstance(page, Page):
            return
        if page.may_jump:
            for step in OPEN_TO_ALL:
                yield f"Step: {step.title}", "", partial(page.leave_for, step.name)
            yield "History", "What was done before, and how to take it back", page.action_history
        yield "Save answers", "Write them to a file", page.action_save_answers
        yield "Help", "Explain what is on the screen", page.action_explain
        yield "Quit", "Leave pfwizard", page.action_leave

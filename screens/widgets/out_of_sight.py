"""How much there is to scroll to, for those who see no scroll bar."""

from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Static


class OutOfSight(Static):
    """Counts the lines below what is seen of a widget, or above it where the end is reached.

    It says so as far as it has room, and never half of it.
    """

    def __init__(self) -> None:
        super().__init__(id="out-of-sight", markup=False)
        self._view: Widget = self
        self._said = ""

    def watch_over(self, view: Widget) -> None:
        """Count what is out of sight of this one."""
        self._view = view
        for what in ("scroll_y", "virtual_size", "container_size"):
            self.watch(view, what, self._count_later, init=False)

    def _count_later(self) -> None:
        """When all of its sizes have changed."""
        self.call_after_refresh(self._count)

    def on_resize(self) -> None:
        self._count()

    def _count(self) -> None:
        words = self._words()
        if words != self._said:
            self._said = words
            self.update(words, layout=False)

    def _words(self) -> str:
        room = self.content_size.width
        return next((words for words in self._ways_to_say_it() if len(words) <= room), "")

    def _ways_to_say_it(self) -> Iterator[str]:
        above = round(self._view.scroll_y)
        below = max(self._view.virtual_size.height - above - self._view.size.height, 0)
        count, where, key = (below, "below", "PgDn") if below else (above, "above", "PgUp")
        if count:
            lines = "1 line" if count == 1 else f"{count} lines"
            yield f"{lines} {where}, {key}"
            yield f"{lines} {where}"
            yield f"{count} {where}"

"""The line at the bottom: the keys that do something now."""

from collections.abc import Iterator, Sequence

from textual.widgets import Static

GAP = "  "


class KeyLine(Static):
    """As many keys as there is room for, the first ones first; none is cut in two."""

    def __init__(self, keys: Sequence[str], *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._keys = tuple(keys)

    def show(self, keys: Sequence[str]) -> None:
        """Show other keys."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def render(self) -> str:
        return GAP.join(self._that_fit())

    def _that_fit(self) -> Iterator[str]:
        left = self.content_size.width
        for key in self._keys:
            left -= len(key)
            if left < 0:
                return
            left -= len(GAP)
            yield key

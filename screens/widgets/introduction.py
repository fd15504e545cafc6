"""What a step says above its fields."""

from textual.geometry import Size

from pfwizard.screens.widgets.plain_text import PlainText


class Introduction(PlainText):
    """A text between blank lines, which gives way to fields that would not fit below it.

    How high they are is known when the page is laid out, so that nothing is painted twice.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._below: tuple[object, ...] = ()

    def make_room_for(self, *below: object) -> None:
        """Measure again what stands below it, if that is not the same as before."""
        if below != self._below:
            self._below = below
            self.refresh(layout=True)

    def show(self, text: str) -> None:
        super().show(f"\n{text.strip()}\n")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        height = super().get_content_height(container, viewport, width)
        below = [each for each in self.siblings if each.display]
        needed = sum(
            each.styles.margin.height
            + (
                each.get_content_height(container, viewport, width)
                if each.styles.height is None or each.styles.height.cells is None
                else each.styles.height.cells
            )
            for each in below
        )
        return height if height + needed <= container.height else 0

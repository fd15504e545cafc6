"""Text that is shown as it is."""

from textual.widgets import Static

from pfwizard.screens.characters import plain


class PlainText(Static):
    """A text without markup: what comes from a file or a person may hold any bracket."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str = "") -> None:
        super().__init__(text, id=id, classes=classes, markup=False)
        self._text = text

    def on_mount(self) -> None:
        self.show(self._text)

    def show(self, text: str) -> None:
        """Show another text; the same one costs nothing."""
        self._text = text
        content = plain(self.app, text)
        if content != self.content:
            self.update(content)

    @property
    def text(self) -> str:
        return self._text

"""The least that a Textual application can be: a header, one input, and a footer."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Input


class BareApp(App[None]):
    """Asks for the name of an organization."""

    TITLE = "Bare"

    def compose(self) -> ComposeResult:
        yield Header()
        yield Input(placeholder="Your organization")
        yield Footer()


if __name__ == "__main__":
    BareApp().run()

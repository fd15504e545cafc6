"""The least that a Textual application can be: a header, one input, and a footer."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Input

QUESTION = "Organization, such as the name of your company"


class BareApp(App[None]):
    """Asks one question."""

    TITLE = "Bare"

    def compose(self) -> ComposeResult:
        yield Header()
        yield Input(placeholder=QUESTION)
        yield Footer()


if __name__ == "__main__":
    BareApp().run()

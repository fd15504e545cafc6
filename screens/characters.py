"""The characters that this terminal can show."""

from typing import TYPE_CHECKING

from textual.content import Content

from pfwizard.quoting import harmless

if TYPE_CHECKING:
    from textual.app import App


def showable(app: "App[object]", text: str) -> str:
    """The text as this terminal can show it: harmless, and in ASCII where there is nothing else."""
    shown = harmless(text).expandtabs()
    if app.has_class("-ascii"):
        return shown.encode("ascii", "backslashreplace").decode("ascii")
    return shown


def plain(app: "App[object]", text: str) -> Content:
    """The same as content without markup: brackets in it are brackets."""
    return Content(showable(app, text))

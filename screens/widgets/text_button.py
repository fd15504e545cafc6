"""Buttons of letters alone: [ Next ]."""

from textual.widgets import Button


class TextButton(Button, inherit_css=False):
    """A button without a frame, one line high (wizard.tcss).

    It does without Textual's looks, which take as long to parse as all of ours.
    """

    DEFAULT_CSS = """
    TextButton { width: auto; height: 1; line-pad: 1; }
    """

    def __init__(
        self, label: str, *, id: str, action: str | None = None, is_enabled: bool = True
    ) -> None:
        super().__init__(
            f"[ {label} ]".replace("[", r"\["),
            id=id,
            action=action,
            disabled=not is_enabled,
            compact=True,
        )

"""Pictures of screens: a text to review in a diff, and an SVG to look at, in ``snapshots/``."""

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

for name in [each for each in os.environ if each.startswith("TEXTUAL_")]:
    del os.environ[name]
os.environ.pop("NO_COLOR", None)

import pytest  # noqa: E402
from syrupy.assertion import SnapshotAssertion  # noqa: E402
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode  # noqa: E402
from syrupy.location import PyTestLocation  # noqa: E402
from textual.app import App  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from pfwizard.wizard.outcome import Outcome  # noqa: E402

SNAPSHOTS = Path(__file__).parents[2] / "snapshots"

RANDOM_NAME = re.compile(r"\bterminal-\d+-")
"""What Rich calls the parts of a picture."""


class _Stored(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS / test_location.basename)

    @classmethod
    def discovery_dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS)


class ScreenText(_Stored):
    """What the screen says, without colours."""

    file_extension = "txt"


class ScreenPicture(_Stored):
    """What the screen looks like."""

    file_extension = "svg"


def text_of(app: App[Outcome]) -> str:
    """One line for each row of the screen, without what is only blank at their ends."""
    rows = app.screen._compositor.render_strips()
    return "".join(f"{row.text.rstrip()}\n" for row in rows)


LooksRight = Callable[[Pilot[Outcome], str], Awaitable[None]]


@pytest.fixture
def looks_right(snapshot: SnapshotAssertion) -> LooksRight:
    """Compares what is on the screen with what is stored under a name."""
    text = snapshot.use_extension(ScreenText)
    picture = snapshot.use_extension(ScreenPicture)

    async def check(pilot: Pilot[Outcome], name: str) -> None:
        await pilot.pause()
        svg = RANDOM_NAME.sub("terminal-", pilot.app.export_screenshot(simplify=True))
        assert text_of(pilot.app) == text(name=name)
        assert svg == picture(name=name)

    return check

"""Pictures of screens: a text to review in a diff, and an SVG to look at, in ``snapshots/``."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

for name in [each for each in os.environ if each.startswith("TEXTUAL_")]:
    del os.environ[name]
os.environ.pop("NO_COLOR", None)

import pfwizard.screens.app  # noqa: E402, F401, I001 - before Textual: it has it scroll at once
import pytest  # noqa: E402
from syrupy.assertion import SnapshotAssertion  # noqa: E402
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode  # noqa: E402
from syrupy.location import PyTestLocation  # noqa: E402
from syrupy.types import SerializableData  # noqa: E402
from textual.app import App  # noqa: E402
from textual.pilot import Pilot  # noqa: E402
from textual.strip import Strip  # noqa: E402

from pfwizard.wizard.outcome import Outcome  # noqa: E402
from tests.screens import drawn_with  # noqa: E402

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

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        """Each has one owner; else a test that runs alone makes those of its neighbours unused."""
        place = Path(snapshot_location)
        return place.parent.name == test_location.basename and place.name.startswith(
            f"{test_location.snapshot_name}["
        )


class ScreenText(_Stored):
    """What the screen says, without colours."""

    file_extension = "txt"


class ScreenPicture(_Stored):
    """What the screen looks like. To another Textual than the one that drew it, any will do."""

    file_extension = "svg"

    def matches(
        self, *, serialized_data: SerializableData, snapshot_data: SerializableData
    ) -> bool:
        return not drawn_with.is_installed() or super().matches(
            serialized_data=serialized_data, snapshot_data=snapshot_data
        )


def rows_of(app: App[Outcome]) -> list[Strip]:
    """The rows of the screen, as they are painted."""
    return app.screen._compositor.render_strips()


def text_of(app: App[Outcome]) -> str:
    """One line for each row of the screen, without what is only blank at their ends."""
    return "".join(f"{row.text.rstrip()}\n" for row in rows_of(app))


def svg_of(app: App[Outcome]) -> str:
    """The picture of the screen, which is the same in every run."""
    return RANDOM_NAME.sub("terminal-", app.export_screenshot(simplify=True))


ROUNDS = 5
"""What is put off until the next refresh may put something off itself: a focus, a scroll."""


async def at_rest(pilot: Pilot[Outcome]) -> None:
    """Wait until whatever was put off until the screen is painted again has been done.

    Pilot takes a program that gets no processor for one that has nothing to do.
    """
    for _ in range(ROUNDS):
        painted = asyncio.Event()
        pilot.app.screen.call_after_refresh(painted.set)
        await painted.wait()
    await pilot.pause()


LooksRight = Callable[[Pilot[Outcome], str], Awaitable[None]]


@pytest.fixture
def looks_right(
    snapshot: SnapshotAssertion, record_property: Callable[[str, object], None]
) -> LooksRight:
    """Compares what is on the screen with what is stored under a name."""
    if not drawn_with.is_installed():
        record_property(drawn_with.NOT_COMPARED, drawn_with.INSTALLED)
    text = snapshot.use_extension(ScreenText)
    picture = snapshot.use_extension(ScreenPicture)

    async def check(pilot: Pilot[Outcome], name: str) -> None:
        place = picture.extension.get_location(test_location=picture.test_location, index=name)
        stored = Path(place)
        for _ in range(CHANCES):
            await at_rest(pilot)
            if stored.exists() and svg_of(pilot.app) == stored.read_text():
                break
        assert text_of(pilot.app) == text(name=name)
        assert svg_of(pilot.app) == picture(name=name)

    return check


CHANCES = 40
"""How often a screen is looked at before it is taken for another than the stored one: on a busy
machine a page may come to rest later than anything in it tells."""

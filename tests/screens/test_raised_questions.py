"""Questions that appear because of an answer: they are not passed over."""

import pytest
from textual.pilot import Pilot

from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.screens.stage import StagedSession
from tests.screens.walking import choose, fill, go_to, press, wizard

RELAY_HOST, RELAY_USER = "outgoing.relay_host", "outgoing.relay_user"


def in_focus(pilot: Pilot[Outcome]) -> str:
    rows = pilot.app.screen.query(FieldRow)
    return next((row.question.key for row in rows if row.editor.has_focus), "none")


@pytest.mark.parametrize("key", ["enter", "tab", "down"])
async def test_a_question_that_a_text_raises_is_the_next(key: str) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.OUTGOING)
        await fill(pilot, RELAY_HOST, "[smtp.example.org]:587")

        await press(pilot, key)

        assert in_focus(pilot) == RELAY_USER


@pytest.mark.parametrize("key", ["enter", "tab", "down"])
async def test_a_question_that_a_choice_raises_is_the_next(key: str) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SASL)
        await choose(pilot, "sasl.backend", "sql")

        await press(pilot, key)

        assert in_focus(pilot) == "sasl.sql.engine"


@pytest.mark.parametrize("key", ["enter", "tab", "down"])
async def test_a_question_that_a_text_takes_away_is_not_the_next(key: str) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.OUTGOING)
        await fill(pilot, RELAY_HOST, "[smtp.example.org]:587")
        await press(pilot, "tab", "shift+tab", "end", "ctrl+u")

        await press(pilot, key)

        assert in_focus(pilot) == "none"
        assert pilot.app.focused is not None

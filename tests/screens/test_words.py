"""What every page says: where one is, what a field means, and that there is nothing to do."""

import pytest

from pfwizard.screens.review import Review
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.screens.widgets.plain_text import PlainText
from pfwizard.wizard.steps import ASKING, StepName
from tests.plan.builders import applied
from tests.screens.conftest import text_of
from tests.screens.stage import HOST, StagedSession, started
from tests.screens.walking import go_to, is_enabled, press, wizard


async def test_every_page_says_which_machine_it_is_about() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        for step in (StepName.WELCOME, StepName.TLS, StepName.REVIEW):
            await go_to(pilot, step)

            assert f"pfwizard on {HOST}  Step" in text_of(pilot.app)


async def test_a_terminal_that_becomes_narrow_cuts_the_name_and_not_the_step() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.SERVICES)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()

        first = text_of(pilot.app).split("\n")[0]
        assert first.strip() == "pfwizard on mail  Step 6 of 11: Services for mail programs"


async def test_a_plan_that_changes_nothing_says_so_and_cannot_be_applied() -> None:
    before = StagedSession(start=started())
    after = applied(before.facts, before.plan().plan)
    async with wizard(StagedSession(after, started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        said = text_of(pilot.app)
        await press(pilot, "f8", "enter")

        assert "Nothing to do: everything is as the answers ask." in said
        assert "There is nothing to apply. Esc goes back to the answers, F10 quits." in said
        assert "Left/Right" not in said  # there is one tab
        assert not is_enabled(pilot, "apply")
        assert isinstance(pilot.app.screen, Review)


@pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=["80x24", "60x20"])
@pytest.mark.parametrize("step", [step.name for step in ASKING], ids=lambda name: name.value)
async def test_the_sentence_about_a_field_fits_below_the_fields(
    step: StepName, size: tuple[int, int]
) -> None:
    cut_off = []
    async with wizard(StagedSession(start=started()), size) as pilot:
        await go_to(pilot, step)
        for row in [each for each in pilot.app.screen.query(FieldRow) if each.display]:
            row.editor.focus()
            await pilot.pause()
            hint = pilot.app.screen.query_one("#hint", PlainText)
            room = hint.content_size
            if hint.get_content_height(room, room, room.width) > room.height:
                cut_off.append(row.question.key)

    assert not cut_off

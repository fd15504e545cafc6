"""The line below a review: it speaks of what is shown, and of no tab that was left."""

from textual.pilot import Pilot

from pfwizard.errors import Failed
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import text_of
from tests.screens.stage import StagedSession, started
from tests.screens.walking import go_to, press, wizard

WHOLE = "The whole file, as it will stand."


async def test_a_tab_that_is_shown_as_a_whole_says_so_when_one_turns_to_it() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "w")
        assert WHOLE not in text_of(pilot.app)

        await press(pilot, "right")

        assert WHOLE in text_of(pilot.app)


async def test_what_was_not_found_in_a_tab_is_not_said_of_the_next() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "slash", *"pwcheck", "enter")
        assert '"pwcheck" is not in this tab.' in text_of(pilot.app)

        await press(pilot, "right")

        assert "+pwcheck_method" in text_of(pilot.app)
        assert "is not in this tab" not in text_of(pilot.app)


async def test_that_enter_applies_is_said_in_every_tab_as_long_as_it_does() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f8", "right")

        assert "Enter applies the change." in text_of(pilot.app)


async def test_a_key_that_would_apply_nothing_is_not_offered() -> None:
    async with wizard(StagedSession(start=started(), is_root=False)) as pilot:
        await go_to(pilot, StepName.REVIEW)

        assert "w Whole file" in text_of(pilot.app)
        assert "F8 Apply" not in text_of(pilot.app)


async def reviewed_again_in_trouble(pilot: Pilot[Outcome], session: StagedSession) -> str:
    """What is shown of a review that was there, when planning again has failed."""

    def fail() -> None:
        raise Failed("the machine has changed", "Look at it.")

    await go_to(pilot, StepName.REVIEW)
    assert "F8 Apply" in text_of(pilot.app)
    session.plan = fail  # type: ignore[method-assign, assignment]
    await press(pilot, "f8", "f5")
    shown = text_of(pilot.app)
    assert "Error: the machine has changed." in shown
    return shown


async def test_keys_of_a_review_that_is_gone_are_offered_no_more() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        shown = await reviewed_again_in_trouble(pilot, session)

        assert shown.splitlines()[-1].split("  ") == [
            " F1 Help",
            "F10 Quit",
            "F5 Look again",
            "Esc Back",
        ]


async def test_tabs_of_a_review_that_is_gone_and_what_was_said_of_them_go_as_well() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        shown = await reviewed_again_in_trouble(pilot, session)

        assert "Summary" not in shown
        assert "Enter applies the change." not in shown


async def test_the_keys_come_back_with_the_next_review() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await reviewed_again_in_trouble(pilot, session)
        del session.plan
        await press(pilot, "f5")

        shown = text_of(pilot.app)
        assert "F8 Apply" in shown
        assert "Summary" in shown

"""The usual answers fit on a terminal of 80x24: nothing is out of sight."""

from textual.pilot import Pilot

from pfwizard.screens.questions import Fields
from pfwizard.screens.widgets.choices import SeveralOf
from pfwizard.screens.widgets.editor import id_of
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import text_of
from tests.screens.stage import StagedSession
from tests.screens.walking import choose, go_to, settled, tick, wizard

MECHANISMS = "sasl.mechanisms"


def rows_out_of_sight(pilot: Pilot[Outcome]) -> int:
    return pilot.app.screen.query_one(Fields).max_scroll_y


def mechanisms(pilot: Pilot[Outcome]) -> tuple[str, ...]:
    return pilot.app.screen.query_one(f"#{id_of(MECHANISMS)}", SeveralOf).labels


async def test_the_usual_answers_about_logins_fit() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SASL)

        assert rows_out_of_sight(pilot) == 0


async def test_only_what_the_checker_can_do_is_offered() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SASL)
        assert mechanisms(pilot) == ("PLAIN", "LOGIN")

        await choose(pilot, "sasl.backend", "sasldb")
        await settled(pilot)

        assert "SCRAM-SHA-256" in mechanisms(pilot)
        assert "[ ] SCRAM-SHA-256" in text_of(pilot.app)


async def test_the_choice_of_one_checker_is_there_again_when_one_comes_back_to_it() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SASL)
        await tick(pilot, MECHANISMS, ["LOGIN"])
        assert "[ ] PLAIN  [x] LOGIN" in text_of(pilot.app)

        await choose(pilot, "sasl.backend", "sasldb")
        await settled(pilot)
        assert "[x]" not in text_of(pilot.app)
        await choose(pilot, "sasl.backend", "authdaemond")
        await settled(pilot)

        assert "[ ] PLAIN  [x] LOGIN" in text_of(pilot.app)

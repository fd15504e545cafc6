"""The usual answers fit on a terminal of 80x24: nothing is out of sight."""

from textual.pilot import Pilot

from pfwizard.screens.questions import Fields
from pfwizard.screens.widgets.choices import SeveralOf
from pfwizard.screens.widgets.editor import id_of
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import text_of
from tests.screens.stage import StagedSession, started
from tests.screens.walking import choose, fill, go_to, press, settled, tick, wizard

MECHANISMS = "sasl.mechanisms"


def rows_out_of_sight(pilot: Pilot[Outcome]) -> int:
    return pilot.app.screen.query_one(Fields).max_scroll_y


def mechanisms(pilot: Pilot[Outcome]) -> tuple[str, ...]:
    return pilot.app.screen.query_one(f"#{id_of(MECHANISMS)}", SeveralOf).labels


async def test_the_usual_answers_about_logins_fit() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SASL)

        assert rows_out_of_sight(pilot) == 0


async def test_a_new_ca_is_asked_for_without_scrolling() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.AUTHORITY)

        assert rows_out_of_sight(pilot) == 0
        assert "Key file " in text_of(pilot.app)


async def test_an_introduction_that_gave_way_is_told_by_the_help() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        assert "signs the server" not in text_of(pilot.app)

        await press(pilot, "f1", "end")

        assert "signs the server" in text_of(pilot.app)


async def test_an_introduction_gives_way_to_what_is_wrong_with_an_answer() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.SASL)
        assert "strangers may not" in text_of(pilot.app)
        await fill(pilot, "sasl.socket", "no path at all " * 20)
        await press(pilot, "f8")

        assert "strangers may not" not in text_of(pilot.app)


async def test_what_is_required_of_a_server_is_seen_at_once_and_that_there_is_more() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SERVER)

        text = text_of(pilot.app)
        assert all(label in text for label in ("Host names", "Common name"))
        assert "3 lines below, PgDn" in text


async def test_the_page_keys_lead_to_the_last_field_and_back() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SERVER)
        await press(pilot, "pagedown", "pagedown")
        last, below = pilot.app.focused, text_of(pilot.app)
        await press(pilot, "pageup", "pageup")

        assert last is not None
        assert last.id == id_of("server.request_attributes.company_name")
        assert "3 lines above, PgUp" in below
        assert pilot.app.focused is pilot.app.screen.query_one(f"#{id_of('server.source')}")


async def test_the_end_of_a_text_is_reached_from_its_button_too() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f8", "end")
        assert "Afterwards" in text_of(pilot.app)

        await press(pilot, "home")
        assert "2 warnings" in text_of(pilot.app)


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

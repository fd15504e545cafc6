"""Keys that come at the wrong moment, and pages that end at one."""

import pytest
from textual.pilot import Pilot

from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import ExitStatus, Failed
from pfwizard.screens.dialogs.help import Help
from pfwizard.screens.done import Done
from pfwizard.screens.history import HistoryPage
from pfwizard.screens.review import Review
from pfwizard.screens.waiting import ChangeWaits
from pfwizard.screens.welcome import Welcome
from pfwizard.screens.widgets.editor import TextField
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import text_of
from tests.screens.stage import TRANSACTION, Act, Clock, StagedSession, started
from tests.screens.walking import (
    apply_until_probation,
    fill,
    go_to,
    is_enabled,
    leave,
    press,
    settled,
    until,
    until_it_says,
    until_over,
    until_shown,
    wizard,
)


def text_in_field(pilot: Pilot[Outcome], key: str) -> str:
    return next(row.text for row in pilot.app.screen.query(FieldRow) if row.question.key == key)


def waiting_session(seconds: float = 60.0) -> StagedSession:
    session = StagedSession(start=started())
    session.waits = Waiting(TransactionId(TRANSACTION), seconds)
    return session


async def test_the_letter_that_stops_decides_nothing_on_probation() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await press(pilot, "s")

        assert (session.act.stopped, session.kept) == ([], 0)


async def test_an_enter_that_was_meant_for_another_button_does_not_keep_the_change() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await press(pilot, "enter")

        assert session.kept == 0


async def test_the_probation_begins_with_neither_button_in_focus() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await apply_until_probation(pilot)

        assert pilot.app.focused is pilot.app.screen.query_one("#progress")


async def test_a_letter_keeps_the_change() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await press(pilot, "k")
        await until(pilot, lambda: session.kept == 1)


async def test_a_change_that_is_being_taken_back_cannot_be_kept_any_more() -> None:
    act = Act(error=RolledBack("transaction 0001 was taken back", "It is back."))
    session = StagedSession(start=started(), act=act)
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        act.stop = act.stopped.append  # type: ignore[method-assign, assignment]
        await press(pilot, "r", "k")

        assert (len(act.stopped), session.kept) == (1, 0)
        act.may_end.set()


async def test_the_key_that_leads_on_only_leads_to_the_button_that_applies() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f8", "f8", "f8")

        assert isinstance(pilot.app.screen, Review)


async def test_a_plan_that_is_made_anew_cannot_be_applied_before_it_is_shown() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.REVIEW)

        def fail() -> None:
            raise Failed("the machine has changed", "Look again.")

        session.plan = fail  # type: ignore[method-assign, assignment]
        await press(pilot, "f5")
        await press(pilot, "f8", "enter")

        assert isinstance(pilot.app.screen, Review)
        assert not is_enabled(pilot, "apply")


async def test_leaving_beside_a_change_on_probation_says_how_to_confirm_it() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await leave(pilot, "tab", "enter")
        await until_over(pilot)

    assert session.outcome.exit_status is ExitStatus.BUSY
    assert "pfwizard confirm" in session.outcome.words


async def test_a_page_that_ends_under_a_dialog_ends_when_the_dialog_is_closed() -> None:
    session = waiting_session(seconds=5)
    async with wizard(session) as pilot:
        await until_shown(pilot, ChangeWaits)
        page = pilot.app.screen
        assert isinstance(page, ChangeWaits)
        await pilot.press("f1")
        await until_shown(pilot, Help)
        assert isinstance(session.clock, Clock)
        session.clock.now += 10
        session.waits = None
        await until(pilot, lambda: page._going is not None)
        assert isinstance(pilot.app.screen, Help)

        await pilot.press("escape")
        await until_shown(pilot, Welcome)


async def test_a_change_that_waits_is_kept_with_a_letter() -> None:
    session = waiting_session()
    async with wizard(session) as pilot:
        await until_shown(pilot, ChangeWaits)
        await press(pilot, "k")
        await until_shown(pilot, Welcome)

    assert session.kept == 1


async def test_a_rollback_that_waits_says_that_the_change_would_return() -> None:
    session = waiting_session()
    session.waits = Waiting(TransactionId("0002-b1b2c3d4"), 60.0, undoes=TRANSACTION)
    async with wizard(session, (120, 40)) as pilot:
        await until_shown(pilot, ChangeWaits)

        said = " ".join(text_of(pilot.app).split())
        assert f"the change of transaction {TRANSACTION} comes back in" in said
        assert "old configuration" not in said


async def test_leaving_a_change_that_waits_says_that_it_is_not_decided() -> None:
    session = waiting_session()
    async with wizard(session) as pilot:
        await until_shown(pilot, ChangeWaits)
        await leave(pilot, "tab", "enter")
        await until_over(pilot)

    assert session.outcome.exit_status is ExitStatus.BUSY


async def test_no_step_can_be_gone_to_past_a_change_that_waits() -> None:
    async with wizard(waiting_session()) as pilot:
        await until_shown(pilot, ChangeWaits)
        page = pilot.app.screen
        assert isinstance(page, ChangeWaits)

        assert not page.may_jump


async def test_the_history_leads_back_to_the_last_page() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await press(pilot, "k")
        await until_it_says(pilot, "[ Next ]")
        await press(pilot, "enter")
        await until_shown(pilot, Done)
        await press(pilot, "f3")
        await until_shown(pilot, HistoryPage)
        await press(pilot, "escape")

        assert isinstance(pilot.app.screen, Done)


async def test_nothing_leads_on_from_the_first_page_before_it_has_looked() -> None:
    session = StagedSession()
    session.trouble = Failed("there is no Postfix", "Install it.")
    async with wizard(session) as pilot:
        await press(pilot, "f8")

        assert isinstance(pilot.app.screen, Welcome)


async def test_behind_the_notice_of_a_small_terminal_no_key_does_anything() -> None:
    session = StagedSession(start=started())
    async with wizard(session, (50, 15)) as pilot:
        await press(pilot, "f8")

        assert session.course.here is StepName.WELCOME


async def test_a_wrong_choice_of_a_file_stays_until_somebody_chooses() -> None:
    session = StagedSession(start=started('[tls]\nsecurity_level = "must"'))
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.TLS)
        await press(pilot, "tab", "escape")

        assert session.sheet.text("tls.security_level") == "must"


async def test_the_space_bar_leaves_the_choice_that_is_made() -> None:
    session = StagedSession()
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.TLS)
        before = text_in_field(pilot, "tls.security_level")
        await press(pilot, "space")

        assert text_in_field(pilot, "tls.security_level") == before


async def test_going_on_does_not_pin_what_should_follow() -> None:
    session = StagedSession()
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.SERVER)
        await fill(pilot, "server.names", "smtp.kernel-panic.it")
        await press(pilot, "f8")

    assert session.sheet.text("server.subject.common_name") == "smtp.kernel-panic.it"


async def test_finishing_with_answers_that_no_file_holds_asks_about_them() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.TLS)
        await fill(pilot, "tls.log_level", "0")
        await press(pilot, "tab")
        await apply_until_probation(pilot)
        await press(pilot, "k")
        await until_it_says(pilot, "[ Next ]")
        await press(pilot, "enter")
        await until_shown(pilot, Done)
        await pilot.press("enter")
        await until_it_says(pilot, "Save answers and quit")


@pytest.mark.parametrize("name", ["~nosuchuser/answers", "x" * 300])
async def test_a_name_that_no_file_can_have_is_an_error_in_the_dialog(name: str) -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await press(pilot, "f2")
        await pilot.press("end", "ctrl+u")
        pilot.app.screen.query_one(TextField).value = name
        await pilot.press("enter")
        await until_it_says(pilot, "Error:")


async def test_control_characters_of_a_file_are_not_sent_to_the_terminal() -> None:
    session = StagedSession(start=started('[ca.subject]\norganization = "\\u001b]0;owned"'))
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.AUTHORITY)

        assert "\x1b" not in text_of(pilot.app)
        assert "?]0;owned" in text_of(pilot.app)


async def test_a_secret_is_neither_shown_nor_copied() -> None:
    session = StagedSession(start=started())
    key = "server.request_attributes.challenge_password"
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.SERVER)
        await fill(pilot, key, "hunter2")
        field = pilot.app.focused
        assert isinstance(field, TextField)
        field.action_select_all()
        await press(pilot, "ctrl+x")

        assert pilot.app.clipboard == ""
        assert "*******" in text_of(pilot.app)
        assert text_in_field(pilot, key) == "hunter2"


async def test_the_review_names_every_answer_that_is_missing_and_leads_to_the_first() -> None:
    start = started('[ca.subject]\ncountry = "XX"\n[server]\ndays = 0')
    async with wizard(StagedSession(start=start)) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await settled(pilot)
        shown = text_of(pilot.app)
        await press(pilot, "f8")

        assert '"Country" (step 2, CA)' in shown
        assert '"Validity in days" (step 3, Server)' in shown
        assert "Step 2 of 11" in text_of(pilot.app)

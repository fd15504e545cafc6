"""The dialog for a user to log in with: before the rehearsal, and easy to go on without."""

import threading

import pytest
from textual.pilot import Pilot

from pfwizard.errors import ExitStatus
from pfwizard.prove.verdict import Outcome as Probed
from pfwizard.prove.verdict import Statements
from pfwizard.screens.apply import Applying
from pfwizard.screens.dialogs.help import Help
from pfwizard.screens.dialogs.login import AskLogin
from pfwizard.screens.review import Review
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import LooksRight, at_rest, text_of
from tests.screens.stage import Act, StagedSession, started
from tests.screens.walking import go_to, is_enabled, press, until_it_says, until_shown, wizard

PASSWORD = "zzzzzzzz"

LET_IN = Statements("login", "127.0.0.1:465 PLAIN").passed("ada can log in")
KEPT_OUT = Statements("login", "127.0.0.1:465 PLAIN").failed(
    "ada cannot log in: 535 5.7.8 Error: authentication failed"
)

SIZES = [
    pytest.param((80, 24), id="80x24"),
    pytest.param((120, 40), id="120x40"),
    pytest.param((60, 20), id="60x20"),
]


def with_users(*found_live: Probed) -> StagedSession:
    session = StagedSession(start=started(), act=Act())
    session.has_users = True
    session.found_live = found_live
    return session


async def asked(pilot: Pilot[Outcome]) -> None:
    """From the first page to the dialog."""
    await go_to(pilot, StepName.REVIEW)
    await press(pilot, "f8", "enter")
    await until_shown(pilot, AskLogin)
    await at_rest(pilot)


async def named(pilot: Pilot[Outcome]) -> None:
    """Answer with a user and the password."""
    await asked(pilot)
    await pilot.press(*"ada", "enter", *PASSWORD, "enter")
    await until_shown(pilot, Applying)


async def test_who_is_named_logs_in() -> None:
    session = with_users(LET_IN)
    async with wizard(session) as pilot:
        await named(pilot)

        assert session.login is not None
        assert (session.login.user, session.login.password.reveal()) == ("ada", PASSWORD)
        session.act.may_end.set()


async def test_enter_alone_goes_on_without_anybody() -> None:
    session = with_users()
    async with wizard(session) as pilot:
        await asked(pilot)
        await pilot.press("enter")
        await until_shown(pilot, Applying)

        assert session.login is None
        session.act.may_end.set()


async def test_a_second_enter_behind_the_password_stops_nothing() -> None:
    session = with_users(LET_IN)
    session.probes = (LET_IN,)
    session.rehearsal_may_end = threading.Event()
    async with wizard(session) as pilot:
        await asked(pilot)
        await pilot.press(*"ada", "enter", *PASSWORD, "enter", "enter")
        await until_it_says(pilot, "ok      login")
        session.rehearsal_may_end.set()
        await until_it_says(pilot, "[ Keep ]")
        session.act.may_end.set()

        assert session.login is not None


async def test_help_says_what_the_user_is_for() -> None:
    async with wizard(with_users()) as pilot:
        await asked(pilot)
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, Help)
        assert "Without" in text_of(pilot.app)

        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, AskLogin)


async def test_escape_leads_back_to_the_review_and_applies_nothing() -> None:
    async with wizard(with_users()) as pilot:
        await asked(pilot)
        await press(pilot, "escape")

        assert isinstance(pilot.app.screen, Review)
        assert is_enabled(pilot, "apply")


async def test_a_user_without_a_password_is_told() -> None:
    async with wizard(with_users()) as pilot:
        await asked(pilot)
        await press(pilot, *"ada", "enter", "enter")

        assert "Error: no password was typed" in text_of(pilot.app)


async def test_no_letter_of_the_password_is_on_the_screen() -> None:
    async with wizard(with_users()) as pilot:
        await asked(pilot)
        await press(pilot, *"ada", "enter", *PASSWORD)

        assert "zz" not in text_of(pilot.app)
        assert "********" in text_of(pilot.app)


async def test_logins_are_proved_once_more_when_the_change_is_live_and_it_can_be_kept() -> None:
    async with wizard(with_users(LET_IN)) as pilot:
        await named(pilot)
        await until_it_says(pilot, "ok      login at 127.0.0.1:465 PLAIN: ada can log in")
        await until_it_says(pilot, "[ Keep ]")
        await press(pilot, "k")


async def test_a_login_that_is_tried_before_the_change_can_be_stopped() -> None:
    session = with_users()
    session.login_before_may_end = threading.Event()
    async with wizard(session) as pilot:
        await named(pilot)
        await until_it_says(pilot, ".. Logging in, before the change")
        await press(pilot, "s")
        assert "Stopping before anything is changed" in text_of(pilot.app)

        session.login_before_may_end.set()
        await until_it_says(pilot, "Error: it was stopped by hand.")

        assert not session.act.is_carried_out
        assert session.outcome.exit_status is ExitStatus.FAILED


async def test_a_login_that_was_rehearsed_is_not_tried_before_the_change() -> None:
    session = with_users(LET_IN)
    session.probes = (LET_IN,)
    async with wizard(session) as pilot:
        await named(pilot)
        await until_it_says(pilot, "[ Keep ]")

        assert "before the change" not in text_of(pilot.app)
        session.act.may_end.set()


async def test_a_change_with_which_nobody_can_log_in_is_taken_back() -> None:
    session = with_users(KEPT_OUT)
    async with wizard(session) as pilot:
        await named(pilot)
        await until_it_says(pilot, "FAILED  login at 127.0.0.1:465 PLAIN")

        (why,) = session.act.stopped
        assert "ada cannot log in" in why
        assert PASSWORD not in why


async def test_where_nobody_can_log_in_nobody_is_asked_for() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f8", "enter")
        await until_shown(pilot, Applying)
        session.act.may_end.set()


async def test_its_buttons_are_seen_on_the_lowest_terminal_beside_an_error() -> None:
    async with wizard(with_users(), (60, 18)) as pilot:
        await asked(pilot)
        await press(pilot, *"ada", "enter", "enter")

        assert "Error: no password was typed" in text_of(pilot.app)
        assert "[ Without ]" in text_of(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_asking_for_a_user(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(with_users(), size) as pilot:
        await asked(pilot)
        await looks_right(pilot, "empty")
        await press(pilot, *"ada", "enter", "enter")
        await looks_right(pilot, "invalid")

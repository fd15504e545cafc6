"""Files that the wizard writes when it is asked to."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from pfwizard.screens.done import Done
from pfwizard.screens.welcome import Welcome
from pfwizard.screens.widgets.editor import TextField
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.review import as_text, review
from pfwizard.wizard.steps import StepName
from tests.screens.conftest import text_of
from tests.screens.stage import StagedSession, started
from tests.screens.walking import (
    apply_until_probation,
    go_to,
    press,
    until_it_says,
    until_shown,
    wizard,
)


async def save_as(pilot: Pilot[Outcome], file: Path) -> None:
    """Save the answers under this name."""
    await press(pilot, "f2")
    pilot.app.screen.query_one(TextField).value = str(file)
    await press(pilot, "enter")


@pytest.mark.parametrize("step", [StepName.TLS, StepName.WELCOME, StepName.REVIEW])
async def test_saved_answers_say_where_they_are(step: StepName, tmp_path: Path) -> None:
    async with wizard(StagedSession(start=started()), (200, 60)) as pilot:
        await go_to(pilot, step)
        await save_as(pilot, tmp_path / "answers.toml")

        assert f"Saved in {tmp_path / 'answers.toml'}." in text_of(pilot.app)


async def test_the_last_page_says_where_saved_answers_are(tmp_path: Path) -> None:
    async with wizard(StagedSession(start=started()), (200, 60)) as pilot:
        await apply_until_probation(pilot)
        await press(pilot, "k")
        await until_it_says(pilot, "[ Next ]")
        await press(pilot, "enter")
        await until_shown(pilot, Done)
        await save_as(pilot, tmp_path / "answers.toml")

        assert f"Saved in {tmp_path / 'answers.toml'}." in text_of(pilot.app)


async def test_a_dialog_that_is_given_up_says_nothing_of_saved_answers() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.TLS)
        await press(pilot, "f2", "escape")

        assert "Saved in" not in text_of(pilot.app)


@pytest.mark.parametrize("key", ["f10", "ctrl+c"])
async def test_a_key_that_quits_closes_the_dialog_and_no_more(key: str) -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await press(pilot, "f2", key)

        assert isinstance(pilot.app.screen, Welcome)


async def test_a_file_that_is_there_is_replaced_by_the_button_when_that_was_said(
    tmp_path: Path,
) -> None:
    file = tmp_path / "answers.toml"
    file.write_text("mine")
    async with wizard(StagedSession(start=started())) as pilot:
        await save_as(pilot, file)
        said, kept = text_of(pilot.app), file.read_text()
        await press(pilot, "down", "enter")

    assert "is there already. The button Save replaces it." in " ".join(said.split())
    assert kept == "mine"
    assert "[ca]" in file.read_text()


async def test_an_enter_that_was_pressed_twice_replaces_nothing(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text("mine")
    async with wizard(StagedSession(start=started())) as pilot:
        await save_as(pilot, file)
        await press(pilot, "enter")

    assert file.read_text() == "mine"


async def test_another_name_that_is_there_is_asked_about_anew(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text(name)
    async with wizard(StagedSession(start=started())) as pilot:
        await save_as(pilot, tmp_path / "one")
        pilot.app.screen.query_one(TextField).value = str(tmp_path / "other")
        await press(pilot, "down", "enter")

    assert (tmp_path / "other").read_text() == "other"


async def test_the_review_is_written_to_a_file_as_it_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "review.diff"
    session = StagedSession(start=started())
    async with wizard(session, (200, 60)) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f6")
        pilot.app.screen.query_one(TextField).value = str(file)
        await press(pilot, "enter")

        assert f"The review is in {file}." in text_of(pilot.app)
    assert file.read_text() == as_text(review(session.plan().plan))
    assert "+smtpd_tls_security_level = may\n" in file.read_text()

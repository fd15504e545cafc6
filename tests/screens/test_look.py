"""What every screen looks like, in each of its states."""

import pytest

from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import Failed
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.steps import ASKING, StepName
from tests.screens.conftest import LooksRight
from tests.screens.stage import TRANSACTION, Act, StagedSession, started
from tests.screens.walking import (
    apply,
    apply_until_probation,
    choose,
    fill,
    go_to,
    press,
    settled,
    until_it_says,
    wizard,
)

SIZES = [
    pytest.param((80, 24), id="80x24"),
    pytest.param((120, 40), id="120x40"),
    pytest.param((60, 20), id="60x20"),
    pytest.param((200, 60), id="200x60"),
]

at_every_size = pytest.mark.parametrize("size", SIZES)


@at_every_size
async def test_the_welcome(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(StagedSession(), size) as pilot:
        await looks_right(pilot, "found")


async def test_the_welcome_without_root(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(is_root=False)) as pilot:
        await looks_right(pilot, "preview")


async def test_the_welcome_where_there_is_no_postfix(looks_right: LooksRight) -> None:
    session = StagedSession()
    session.trouble = Failed("postconf was not found", "Install Postfix first")
    async with wizard(session) as pilot:
        await looks_right(pilot, "failed")


@pytest.mark.parametrize("step", [step.name for step in ASKING], ids=lambda name: name.value)
async def test_a_step_before_anything_is_answered(step: StepName, looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, step)
        await looks_right(pilot, "empty")


@pytest.mark.parametrize("step", [step.name for step in ASKING], ids=lambda name: name.value)
async def test_a_step_with_the_answers_of_the_guide(
    step: StepName, looks_right: LooksRight
) -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, step)
        await looks_right(pilot, "filled")


@at_every_size
async def test_a_step_with_wrong_answers(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(StagedSession(), size) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.subject.country", "Italy")
        await fill(pilot, "ca.days", "0")
        await press(pilot, "f8")
        await looks_right(pilot, "invalid")


async def test_logins_that_are_off_ask_nothing_more(looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SASL)
        await choose(pilot, "sasl.enabled", "no")
        await settled(pilot)
        await looks_right(pilot, "off")


async def test_help_at_length(looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.TLS)
        await press(pilot, "f1")
        await looks_right(pilot, "help")


async def test_the_palette(looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause(0.2)
        await looks_right(pilot, "palette")


@at_every_size
async def test_the_review(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started()), size) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await looks_right(pilot, "summary")
        await press(pilot, "right")
        await looks_right(pilot, "diff")


async def test_the_whole_file_in_the_review(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "right", "w")
        await looks_right(pilot, "whole")


async def test_a_place_that_was_searched_in_the_review(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "right", "slash", *"smtpd", "enter", "n")
        await looks_right(pilot, "hit")


async def test_a_review_that_refuses(looks_right: LooksRight) -> None:
    from tests.plan.builders import STOCK_MAIN, machine

    old = machine(STOCK_MAIN, version="2.9.0")
    async with wizard(StagedSession(old, start=started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await looks_right(pilot, "refused")


async def test_a_review_with_answers_missing(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started("[server]\ndays = 0"))) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await looks_right(pilot, "unanswered")


@at_every_size
async def test_a_change_on_probation(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started()), size) as pilot:
        await apply(pilot)
        await settled(pilot)
        await looks_right(pilot, "probation")


async def test_an_application_at_work(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started(), act=Act(probation=False))) as pilot:
        await apply(pilot)
        await settled(pilot)
        await looks_right(pilot, "running")


async def test_a_change_that_was_rolled_back(looks_right: LooksRight) -> None:
    error = RolledBack(
        f"transaction {TRANSACTION} was taken back: it was not confirmed in time",
        "The old configuration is back in place.",
    )
    act = Act(error=error)
    async with wizard(StagedSession(start=started(), act=act)) as pilot:
        await apply(pilot)
        act.may_end.set()
        await settled(pilot)
        await pilot.pause(0.1)
        await looks_right(pilot, "rolled back")


async def test_a_change_that_failed(looks_right: LooksRight) -> None:
    act = Act(
        probation=False,
        error=Failed(
            "/etc/postfix/main.cf: No space left on device",
            "The disk is full: free some space and run pfwizard again.",
        ),
    )
    async with wizard(StagedSession(start=started(), act=act)) as pilot:
        await apply(pilot)
        act.may_end.set()
        await settled(pilot)
        await pilot.pause(0.1)
        await looks_right(pilot, "failed")


@at_every_size
async def test_the_end(size: tuple[int, int], looks_right: LooksRight) -> None:
    session = StagedSession(start=started())
    async with wizard(session, size) as pilot:
        await apply_until_probation(pilot)
        await press(pilot, "k")
        await until_it_says(pilot, "[ Next ]")
        await press(pilot, "enter")
        await settled(pilot)
        await looks_right(pilot, "done")


async def test_a_change_that_waits_from_an_earlier_run(looks_right: LooksRight) -> None:
    session = StagedSession()
    session.waits = Waiting(TRANSACTION, 75)
    async with wizard(session) as pilot:
        await pilot.pause(0.1)
        await settled(pilot)
        await looks_right(pilot, "waiting")


async def test_leaving_with_answers(looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.subject.country", "IT")
        await pilot.press("f10")
        await pilot.pause(0.1)
        await looks_right(pilot, "leave")


async def test_a_terminal_without_line_drawing(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(), ascii_only=True) as pilot:
        await go_to(pilot, StepName.SERVER)
        await looks_right(pilot, "ascii")


async def test_a_terminal_that_is_too_small(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(), (50, 12)) as pilot:
        await looks_right(pilot, "small")

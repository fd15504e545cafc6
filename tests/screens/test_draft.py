"""A walk that is cut off, and the next one that goes on from there."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfwizard.screens.questions import Questions
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.wizard.draft import Draft
from pfwizard.wizard.steps import StepName
from tests.cli.program import Machine, traces
from tests.screens.conftest import LooksRight, text_of
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.screens.stage import StagedSession
from tests.screens.walking import (
    fill,
    go_to,
    is_enabled,
    leave,
    press,
    until_over,
    until_shown,
    wizard,
)
from tests.terminal import CTRL_U, F4, F8, F10, TAB, Terminal

COUNTRY = "ca.subject.country"


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    return Draft(tmp_path / "state" / "answers.toml")


@pytest.fixture
def on_terminal() -> Iterator[OnTerminal]:
    with opened_terminals() as start:
        yield start


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)


def session(draft: Draft) -> StagedSession:
    return StagedSession(draft=draft)


async def test_going_on_to_another_page_keeps_what_was_typed(draft: Draft) -> None:
    async with wizard(session(draft)) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, COUNTRY, "DE")
        assert draft.written_at is None
        await press(pilot, "escape")

        assert draft.read()[COUNTRY] == "DE"


async def test_quitting_leaves_nothing_behind(draft: Draft) -> None:
    async with wizard(session(draft)) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, COUNTRY, "DE")
        await press(pilot, "escape")
        await leave(pilot, "tab", "tab", "enter")
        await until_over(pilot)

    assert draft.written_at is None


async def test_the_first_page_offers_the_answers_of_a_walk_that_was_cut_off(draft: Draft) -> None:
    draft.write({COUNTRY: "DE"})
    async with wizard(session(draft)) as pilot:
        assert "the answers of a walk that was cut off are here" in text_of(pilot.app)
        assert is_enabled(pilot, "take-up")
        assert "F4 Take up answers" in text_of(pilot.app)


async def test_they_are_taken_up_and_the_walk_begins(draft: Draft) -> None:
    draft.write({COUNTRY: "DE"})
    async with wizard(session(draft)) as pilot:
        await press(pilot, "f4")
        await until_shown(pilot, Questions)

        rows = {row.question.key: row for row in pilot.app.screen.query(FieldRow)}
        assert rows[COUNTRY].text == "DE"


async def test_answers_that_cannot_be_read_are_an_error_on_the_page(draft: Draft) -> None:
    draft.write({COUNTRY: "DE"})
    draft.file.write_text("format = ")
    async with wizard(session(draft)) as pilot:
        await press(pilot, "f4")

        assert "is not TOML" in text_of(pilot.app)


async def test_the_offer(draft: Draft, looks_right: LooksRight) -> None:
    walk = session(draft)
    walk.cut_off_before = True
    async with wizard(walk) as pilot:
        await looks_right(pilot, "80x24")


def typing_an_answer(on_terminal: OnTerminal, machine: Machine) -> Terminal:
    terminal = on_terminal("--root", machine.root, HOME=str(machine.root.parent))
    terminal.wait_for("Port 25 (mail)")
    terminal.type(F8)
    terminal.wait_for("Certificate authority")
    terminal.type(TAB, TAB, CTRL_U, *"Bavaria")
    terminal.wait_for("Bavaria")
    return terminal


def test_a_line_that_drops_while_one_types_loses_nothing(
    machine: Machine, on_terminal: OnTerminal
) -> None:
    before = traces(machine.root)
    terminal = typing_an_answer(on_terminal, machine)

    terminal.hang_up()

    assert terminal.wait() == -signal.SIGHUP
    assert traces(machine.root) == before
    again = on_terminal("--root", machine.root, HOME=str(machine.root.parent))
    again.wait_for("[ Take up answers ]")
    again.wait_for("Port 25 (mail)")
    again.type(F4)
    again.wait_for("Certificate authority")
    again.wait_for("Bavaria")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_it_is_told_where_the_answers_are(
    machine: Machine, on_terminal: OnTerminal, number: signal.Signals
) -> None:
    terminal = typing_an_answer(on_terminal, machine)

    terminal.process.send_signal(number)

    assert terminal.wait() == 1
    assert terminal.is_sane
    kept = next(machine.root.parent.glob(".local/state/pfwizard/answers-*.toml"))
    assert f"The answers are in {kept}." in " ".join(terminal.sent.decode().split())
    assert '"Bavaria"' in kept.read_text()


def test_quitting_on_purpose_keeps_nothing(machine: Machine, on_terminal: OnTerminal) -> None:
    terminal = typing_an_answer(on_terminal, machine)
    terminal.type(F8, F10)
    terminal.wait_for("Quit pfwizard?")
    terminal.type(TAB, TAB, "\r")

    assert terminal.wait() == 1
    assert not list(machine.root.parent.glob(".local/state/pfwizard/*"))

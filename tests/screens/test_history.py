"""The history on the screen, and the way back, on a real tree with a real engine."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace as with_other
from pathlib import Path

import pytest
from textual.pilot import Pilot

from pfwizard.apply.history import Entry, History
from pfwizard.apply.manifest import TransactionId
from pfwizard.errors import ExitStatus
from pfwizard.screens.apply import Applying
from pfwizard.screens.done import Done
from pfwizard.screens.history import HistoryPage
from pfwizard.screens.review import RollbackReview
from pfwizard.screens.welcome import Welcome
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.place import Place
from pfwizard.wizard.session import Session
from tests.apply.builders import (
    MAIN,
    OLD_MAIN,
    ObedientMailSystem,
    plan_of,
    replace,
    small_tree,
    state_of,
    transaction,
)
from tests.cli.program import Machine, contents, pfwizard_process
from tests.screens.conftest import LooksRight, rows_of, text_of
from tests.screens.stage import StagedSession
from tests.screens.walking import (
    is_enabled,
    press,
    settled,
    until_it_says,
    until_over,
    until_shown,
    wizard,
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)


def entries(place: Path) -> Iterator[Entry]:
    """One transaction that is in place, with a name and a time that are always the same."""
    tree = small_tree(place)
    new = OLD_MAIN + b"smtpd_tls_security_level = may\n"
    transaction(tree, ObedientMailSystem(tree.root)).apply(plan_of([replace(MAIN, OLD_MAIN, new)]))
    for entry in History(state_of(tree)).entries():
        manifest = with_other(
            entry.manifest,
            transaction=TransactionId("0001-a1b2c3d4"),
            time="2026-01-15T12:30:00+00:00",
        )
        yield with_other(entry, manifest=manifest)


@asynccontextmanager
async def at_the_history(place: Path) -> AsyncIterator[Pilot[Outcome]]:
    session = StagedSession()
    session.entries = tuple(entries(place))
    async with wizard(session) as pilot:
        await press(pilot, "f3")
        await until_shown(pilot, HistoryPage)
        await settled(pilot)
        yield pilot


async def test_a_history_with_a_change_in_place(tmp_path: Path, looks_right: LooksRight) -> None:
    async with at_the_history(tmp_path) as pilot:
        await looks_right(pilot, "in place")


def style_of_the_choice(pilot: Pilot[Outcome]) -> str:
    """How the entry is painted that is chosen."""
    (row,) = [each for each in rows_of(pilot.app) if "0001-a1b2c3d4" in each.text]
    return next(str(part.style) for part in row if "0001-a1b2c3d4" in part.text)


async def test_it_is_seen_whether_the_list_or_the_changes_take_the_keys(tmp_path: Path) -> None:
    async with at_the_history(tmp_path) as pilot:
        in_focus = style_of_the_choice(pilot)

        await press(pilot, "tab")

        assert style_of_the_choice(pilot) != in_focus


async def test_a_history_without_anything(looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await press(pilot, "f3")
        await until_shown(pilot, HistoryPage)
        await settled(pilot)
        await looks_right(pilot, "empty")


async def roll_back(pilot: Pilot[Outcome]) -> None:
    """From the welcome to a rollback that is on probation."""
    await press(pilot, "f3")
    await until_shown(pilot, HistoryPage)
    await settled(pilot)
    await press(pilot, "enter")
    await until_shown(pilot, RollbackReview)
    await settled(pilot)
    await press(pilot, "f8", "enter")
    await until_shown(pilot, Applying)


async def test_a_change_is_taken_back_after_its_diffs_were_seen(machine: Machine) -> None:
    before = contents(machine.root)
    assert machine.pfwizard().returncode == 0
    session = Session(Place(machine.root))
    async with wizard(session) as pilot:
        await roll_back(pilot)
        await until_it_says(pilot, "[ Keep ]")
        await pilot.click("#do-keep")
        await until_it_says(pilot, "[ Next ]")
        await pilot.press("f8")
        await until_shown(pilot, Done)
        await pilot.press("f8")
        await until_over(pilot)

    assert session.outcome.exit_status is ExitStatus.DONE
    assert contents(machine.root) == before


async def test_a_rollback_says_that_the_change_it_takes_back_would_return(
    machine: Machine,
) -> None:
    assert machine.pfwizard().returncode == 0
    session = Session(Place(machine.root))
    undone = session.history()[0].manifest.transaction
    async with wizard(session, (120, 40)) as pilot:
        await roll_back(pilot)
        await until_it_says(pilot, "[ Keep ]")
        said = text_of(pilot.app)
        await pilot.click("#do-keep")
        await until_it_says(pilot, "[ Next ]")

    assert f"On probation: the change of transaction {undone} comes back in" in said
    assert "The rollback is live." in said
    assert "old configuration" not in said


async def test_the_last_page_of_a_rollback_says_what_was_taken_back_and_what_next(
    machine: Machine,
) -> None:
    assert machine.pfwizard().returncode == 0
    session = Session(Place(machine.root))
    undone = session.history()[0].manifest.transaction
    async with wizard(session, (120, 40)) as pilot:
        await roll_back(pilot)
        await until_it_says(pilot, "[ Keep ]")
        await pilot.click("#do-keep")
        await until_it_says(pilot, "[ Next ]")
        await pilot.press("f8")
        await until_shown(pilot, Done)
        said = text_of(pilot.app)

    assert f"Transaction {undone} was taken back" in said
    assert "replace /etc/postfix/main.cf" in said
    assert "What next" in said
    assert any("was taken back" in line for line in session.outcome.afterwards)


async def test_what_was_taken_back_cannot_be_taken_back_again(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0
    async with wizard(Session(Place(machine.root))) as pilot:
        await press(pilot, "f3")
        await until_shown(pilot, HistoryPage)
        await settled(pilot)
        await press(pilot, "down")

        assert "taken back already" in text_of(pilot.app)
        assert not is_enabled(pilot, "roll-back")


async def test_the_history_leads_back_to_where_one_was(machine: Machine) -> None:
    async with wizard(Session(Place(machine.root))) as pilot:
        await press(pilot, "f3")
        await until_shown(pilot, HistoryPage)
        await pilot.press("escape")
        await until_shown(pilot, Welcome)


async def test_esc_leads_out_of_a_rollback_that_was_rolled_back(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    async with wizard(Session(Place(machine.root))) as pilot:
        await roll_back(pilot)
        await until_it_says(pilot, "[ Keep ]")
        await pilot.press("r")
        await until_it_says(pilot, "[ Back to the review ]")
        await pilot.press("escape")
        await until_shown(pilot, RollbackReview)
        await pilot.press("escape")
        await until_shown(pilot, HistoryPage)
        await settled(pilot)
        await pilot.press("escape")

        await until_shown(pilot, Welcome)

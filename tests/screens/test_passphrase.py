"""The dialog for the passphrase of the CA's key: it leads to a plan, and leaves nothing behind."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from textual.pilot import Pilot

from pfwizard.answers.writing import written
from pfwizard.errors import ExitStatus
from pfwizard.machine.facts import Facts
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import is_encrypted, load_private_key
from pfwizard.screens.app import Wizard, run_screens
from pfwizard.screens.dialogs.ca_passphrase import AskPassphrase
from pfwizard.screens.review import Review
from pfwizard.secret import Secret
from pfwizard.wizard.draft import Draft
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName
from tests.plan.builders import CA, CA_KEY, file, guide_pki, machine, with_files
from tests.screens.conftest import LooksRight, at_rest, text_of
from tests.screens.stage import StagedSession, started
from tests.screens.walking import (
    choose,
    go_to,
    is_enabled,
    press,
    settled,
    until_it_says,
    until_shown,
    wizard,
)

RIGHT = "correct horse battery"
ANOTHER = "wrong horse battery"

ENCRYPTED = "[ca]\nencrypted = true\n"

SIZES = [
    pytest.param((80, 24), id="80x24"),
    pytest.param((120, 40), id="120x40"),
    pytest.param((60, 20), id="60x20"),
]


@cache
def with_an_encrypted_ca() -> Facts:
    """A machine on which there is a CA whose key is behind the right passphrase, and no server."""
    found = {state.path: state for state in guide_pki()}
    key = load_private_key(Secret(found[CA_KEY].content or b""))
    locked = encrypted_pem(key, Secret(RIGHT), os.urandom)
    return with_files(machine(), found[CA], file(CA_KEY, locked.reveal(), 0o600))


def finding_one(draft: Draft | None = None, *, is_root: bool = True) -> StagedSession:
    return StagedSession(with_an_encrypted_ca(), started(), draft=draft, is_root=is_root)


def making_one(draft: Draft | None = None, *, is_root: bool = True) -> StagedSession:
    return StagedSession(start=started(ENCRYPTED), draft=draft, is_root=is_root)


async def ask(pilot: Pilot[Outcome]) -> None:
    """Go to the review, which asks."""
    await go_to(pilot, StepName.REVIEW)
    await until_shown(pilot, AskPassphrase)
    await at_rest(pilot)


async def type_passphrase(pilot: Pilot[Outcome], text: str) -> None:
    await press(pilot, *("space" if letter == " " else letter for letter in text))


async def planned(pilot: Pilot[Outcome]) -> None:
    """Wait until the review has a plan."""
    await until_shown(pilot, Review)
    await until_it_says(pilot, "F8 Apply")
    await settled(pilot)


async def test_the_right_passphrase_of_an_encrypted_key_gives_a_plan() -> None:
    async with wizard(finding_one()) as pilot:
        await ask(pilot)
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await planned(pilot)

        assert is_enabled(pilot, "apply")


async def test_a_wrong_one_is_asked_for_again_as_often_as_it_is_wrong() -> None:
    session = finding_one()
    async with wizard(session) as pilot:
        await ask(pilot)
        for _ in range(3):
            await type_passphrase(pilot, ANOTHER)
            await press(pilot, "enter")
            await until_it_says(pilot, "this is not its passphrase")
            assert isinstance(pilot.app.screen, AskPassphrase)
            assert session.ca_passphrase is None
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await planned(pilot)


async def test_a_wrong_one_of_the_command_line_is_asked_for_too() -> None:
    session = finding_one()
    session.ca_passphrase = Secret(ANOTHER)
    async with wizard(session) as pilot:
        await ask(pilot)

        assert "this is not its passphrase" in text_of(pilot.app)


async def test_one_of_the_command_line_that_is_too_easy_for_a_new_key_is_chosen_anew() -> None:
    session = making_one()
    session.ca_passphrase = Secret("short")
    async with wizard(session) as pilot:
        await ask(pilot)

        assert "12 to 128 characters" in text_of(pilot.app).partition("Error:")[2]
        assert "Once more" in text_of(pilot.app)


async def test_a_right_one_of_the_command_line_is_not_asked_for() -> None:
    session = finding_one()
    session.ca_passphrase = Secret(RIGHT)
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await planned(pilot)


async def test_a_new_one_is_typed_twice_and_the_key_is_encrypted() -> None:
    session = making_one()
    async with wizard(session) as pilot:
        await ask(pilot)
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await planned(pilot)

    (key,) = [change for change in session.plan().plan.changes if change.path == CA_KEY]
    content = Secret(key.after or b"")
    assert is_encrypted(content)
    assert load_private_key(content, passphrase=Secret(RIGHT))


async def test_two_that_differ_are_not_taken() -> None:
    session = making_one()
    async with wizard(session) as pilot:
        await ask(pilot)
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await type_passphrase(pilot, ANOTHER)
        await press(pilot, "enter")

        assert isinstance(pilot.app.screen, AskPassphrase)
        assert "the two are not the same" in text_of(pilot.app)
        assert session.ca_passphrase is None


@pytest.mark.parametrize("leaving_it", ["enter", "tab"])
async def test_a_new_one_that_is_too_short_is_told_before_it_is_typed_again(
    leaving_it: str,
) -> None:
    async with wizard(making_one()) as pilot:
        await ask(pilot)
        await type_passphrase(pilot, "short")
        await press(pilot, leaving_it)

        assert "12 to 128 characters" in text_of(pilot.app).partition("Error:")[2]


async def test_escape_leaves_the_review_without_a_plan_and_says_how_to_get_one() -> None:
    session = finding_one()
    async with wizard(session) as pilot:
        await ask(pilot)
        await press(pilot, "escape")

        assert isinstance(pilot.app.screen, Review)
        assert "the passphrase of the CA's key is missing" in text_of(pilot.app)
        assert not is_enabled(pilot, "apply")

        await pilot.press("f5")
        await until_it_says(pilot, "[ Go on ]")
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await planned(pilot)


async def test_no_letter_of_it_is_on_the_screen() -> None:
    async with wizard(making_one()) as pilot:
        await ask(pilot)
        await type_passphrase(pilot, "zzzzzzzzzzzz")

        assert "zz" not in text_of(pilot.app)
        assert "************" in text_of(pilot.app)


async def test_it_is_in_no_answers_file_and_no_draft(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "draft.toml")
    session = making_one(draft)
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await choose(pilot, "ca.key_type", "ec:p256")
        await ask(pilot)
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await type_passphrase(pilot, RIGHT)
        await press(pilot, "enter")
        await planned(pilot)
        await press(pilot, "escape")

    assert "ec:p256" in draft.file.read_text()
    assert RIGHT not in draft.file.read_text()
    assert RIGHT not in written(session.sheet.to_be_saved(), session.start.text)  # type: ignore[union-attr]
    assert RIGHT not in repr(session)


@pytest.mark.parametrize("end", [Outcome(ExitStatus.DONE), RuntimeError("a defect")])
def test_it_is_forgotten_however_the_walk_ends(
    end: Outcome | RuntimeError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(wizard: Wizard, *, mouse: bool) -> Outcome:
        if isinstance(end, RuntimeError):
            raise end
        return end

    monkeypatch.setattr(Wizard, "run", run)
    session = finding_one()
    session.ca_passphrase = Secret(RIGHT)

    with suppress(RuntimeError):
        run_screens(session, ascii_only=False, mouse=False)

    assert session.ca_passphrase is None


async def test_without_root_it_is_asked_for_too() -> None:
    async with wizard(making_one(is_root=False)) as pilot:
        await ask(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_asking_for_a_new_one(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(making_one(), size) as pilot:
        await ask(pilot)
        await looks_right(pilot, "empty")
        await type_passphrase(pilot, "short")
        await press(pilot, "tab")
        await looks_right(pilot, "invalid")


async def test_asking_for_the_one_of_a_key_that_is_there(looks_right: LooksRight) -> None:
    async with wizard(finding_one()) as pilot:
        await ask(pilot)
        await looks_right(pilot, "empty")
        await type_passphrase(pilot, ANOTHER)
        await press(pilot, "enter")
        await until_it_says(pilot, "this is not its passphrase")
        await looks_right(pilot, "wrong")
        await press(pilot, "escape")
        await looks_right(pilot, "given up")

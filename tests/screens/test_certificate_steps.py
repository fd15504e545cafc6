"""The steps about certificates: what is asked, and what is said, follows from who signs."""

from pathlib import PurePosixPath

import pytest
from textual.pilot import Pilot

from pfwizard.screens.done import Done
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.wizard.course import Standing
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.steps import StepName, step_of
from tests.pki import builders as pki
from tests.plan.builders import STOCK_MAIN, STOCK_MASTER, file, machine
from tests.screens.conftest import LooksRight, text_of
from tests.screens.stage import Act, StagedSession, started
from tests.screens.walking import (
    apply,
    choose,
    fill,
    go_to,
    press,
    settled,
    until_it_says,
    until_shown,
    wizard,
)

SIZES = [
    pytest.param((80, 24), id="80x24"),
    pytest.param((120, 40), id="120x40"),
    pytest.param((60, 20), id="60x20"),
]

at_every_size = pytest.mark.parametrize("size", SIZES)

REQUESTING = '[ca]\nsource = "none"\n[server]\nsource = "request"\n[tls]\nca_file = ""\n'

WITH_TWO_KEYS = '[server]\nlayout = "chain"\necdsa = true\n'

LIVE = PurePosixPath("/etc/letsencrypt/live/mail.kernel-panic.it")
FULL_CHAIN = LIVE / "fullchain.pem"

OF_CERTBOT = f"""\
smtpd_tls_cert_file = {FULL_CHAIN}
smtpd_tls_key_file = {LIVE}/privkey.pem
"""


def asked(pilot: Pilot[Outcome]) -> list[str]:
    """The keys of the questions on the page."""
    return [row.question.key for row in pilot.app.screen.query(FieldRow) if row.display]


def texts(pilot: Pilot[Outcome]) -> dict[str, str]:
    return {row.question.key: row.text for row in pilot.app.screen.query(FieldRow)}


async def answer(pilot: Pilot[Outcome], key: str, label: str) -> None:
    await choose(pilot, key, label)
    await settled(pilot)


async def test_without_a_ca_there_is_nothing_more_to_ask_about_it() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await answer(pilot, "ca.source", "none")

        assert asked(pilot) == ["ca.source"]
        assert "You have no certificate authority." in text_of(pilot.app)

        await go_to(pilot, StepName.CLIENTS)
        assert "clients.names" not in asked(pilot)


async def test_of_a_ca_that_is_there_only_its_files_are_asked() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await answer(pilot, "ca.source", "existing")

        assert asked(pilot) == ["ca.source", "ca.certificate", "ca.key"]


async def test_what_is_hidden_comes_back_as_it_was_typed() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        before = asked(pilot)
        await fill(pilot, "ca.domains", "example.org")
        await answer(pilot, "ca.name_constraints", "no")
        assert "ca.domains" not in asked(pilot)
        await answer(pilot, "ca.source", "none")
        await answer(pilot, "ca.source", "create")
        await answer(pilot, "ca.name_constraints", "yes")

        assert asked(pilot) == before
        assert texts(pilot)["ca.domains"] == "example.org"


async def test_what_belongs_to_a_hidden_question_is_hidden_with_it() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SERVER)
        await answer(pilot, "server.ecdsa", "yes")
        await fill(pilot, "server.ecdsa_key", "/etc/ssl/second.key")
        await answer(pilot, "server.source", "request")
        assert not [key for key in asked(pilot) if key.startswith("server.ecdsa")]

        await answer(pilot, "server.source", "ca")

        assert "server.ecdsa_certificate" in asked(pilot)
        assert texts(pilot)["server.ecdsa_key"] == "/etc/ssl/second.key"


async def test_an_empty_list_of_domains_shows_what_it_stands_for() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        assert "(kernel-panic.it)" in text_of(pilot.app)

        await go_to(pilot, StepName.SERVER)
        await fill(pilot, "server.names", "mail.example.org, mx.example.net")
        await press(pilot, "escape")

        assert "(example.org, example.net)" in text_of(pilot.app)


async def test_a_name_outside_of_the_domains_is_a_problem_where_it_stands() -> None:
    session = StagedSession()
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.domains", "example.net")
        await press(pilot, "f8")
        await press(pilot, "f8")

        assert session.course.here is StepName.SERVER
        assert "mail.kernel-panic.it" in text_of(pilot.app).partition("Error:")[2]
        assert session.course.standing(step_of(StepName.SERVER)) is Standing.PROBLEM
        assert session.course.standing(step_of(StepName.AUTHORITY)) is Standing.COMPLETE


async def test_files_that_certbot_renews_are_suggested() -> None:
    facts = machine(STOCK_MAIN + OF_CERTBOT, STOCK_MASTER, file(FULL_CHAIN, pki.server().pem()))
    async with wizard(StagedSession(facts)) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        assert texts(pilot)["ca.source"] == "none"
        await press(pilot, "f8")

        assert texts(pilot)["server.source"] == "files"
        assert texts(pilot)["server.certificate"] == str(FULL_CHAIN)


@at_every_size
@pytest.mark.parametrize("source", ["existing", "none"])
async def test_the_step_of_a_ca_that_is_not_made(
    source: str, size: tuple[int, int], looks_right: LooksRight
) -> None:
    async with wizard(StagedSession(), size) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await answer(pilot, "ca.source", source)
        await looks_right(pilot, source)


@at_every_size
@pytest.mark.parametrize("source", ["request", "files"])
async def test_the_step_of_a_certificate_that_another_ca_signs(
    source: str, size: tuple[int, int], looks_right: LooksRight
) -> None:
    async with wizard(StagedSession(), size) as pilot:
        await go_to(pilot, StepName.SERVER)
        await answer(pilot, "server.source", source)
        await looks_right(pilot, source)


@at_every_size
async def test_the_step_with_a_second_key(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(StagedSession(), size) as pilot:
        await go_to(pilot, StepName.SERVER)
        await answer(pilot, "server.ecdsa", "yes")
        await press(pilot, "tab", "tab")
        await looks_right(pilot, "ecdsa")


async def test_a_certificate_that_nobody_signs(looks_right: LooksRight) -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await answer(pilot, "ca.source", "none")
        await press(pilot, "f8", "f8")
        await looks_right(pilot, "contradiction")


async def test_clients_where_there_is_no_ca(looks_right: LooksRight) -> None:
    async with wizard(StagedSession(start=started(REQUESTING))) as pilot:
        await go_to(pilot, StepName.CLIENTS)
        await looks_right(pilot, "without a CA")


@at_every_size
async def test_a_request(size: tuple[int, int], looks_right: LooksRight) -> None:
    act = Act(probation=False)
    async with wizard(StagedSession(start=started(REQUESTING), act=act), size) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await looks_right(pilot, "review")
        await done(pilot, act)
        await looks_right(pilot, "done")


async def test_two_keys(looks_right: LooksRight) -> None:
    act = Act(probation=False)
    async with wizard(StagedSession(start=started(WITH_TWO_KEYS), act=act)) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "right", "right", "right")
        await looks_right(pilot, "main.cf")
        await done(pilot, act)
        await press(pilot, "pagedown", "pagedown")
        await looks_right(pilot, "certificates")


async def done(pilot: Pilot[Outcome], act: Act) -> None:
    """From the review to the last page."""
    await apply(pilot)
    act.may_end.set()
    await until_it_says(pilot, "[ Next ]")
    await press(pilot, "enter")
    await until_shown(pilot, Done)
    await settled(pilot)

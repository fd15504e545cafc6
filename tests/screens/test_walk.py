"""The whole walk with keys: what is typed becomes the plan, and nothing wrong gets through."""

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot

from pfwizard.answers.reading import parse
from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import ExitStatus, Failed
from pfwizard.screens.dialogs.file_name import AskFileName
from pfwizard.screens.done import Done
from pfwizard.screens.questions import Questions
from pfwizard.screens.review import Review
from pfwizard.screens.waiting import ChangeWaits
from pfwizard.screens.welcome import Welcome
from pfwizard.screens.widgets.field_row import FieldRow
from pfwizard.wizard.course import Standing
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.outcome import Outcome
from pfwizard.wizard.session import PREVIEW
from pfwizard.wizard.steps import StepName, step_of
from tests.guide import ANSWERS
from tests.screens.conftest import text_of
from tests.screens.stage import TRANSACTION, Act, StagedSession, started
from tests.screens.walking import (
    apply,
    apply_until_probation,
    choose,
    fill,
    go_to,
    is_enabled,
    leave,
    press,
    settled,
    tick,
    type_in,
    until,
    until_it_says,
    until_over,
    until_shown,
    wizard,
)

TYPED = {
    StepName.AUTHORITY: {
        "ca.subject.country": "IT",
        "ca.subject.state": "Italy",
        "ca.subject.locality": "Milan",
        "ca.subject.organization": "Kernel Panic Inc.",
        "ca.subject.organizational_unit": "Postfix CA",
        "ca.subject.common_name": "ca.lan.kernel-panic.it",
        "ca.days": "3650",
        "ca.certificate": "/etc/ssl/ca.crt",
        "ca.key": "/etc/ssl/private/ca.key",
    },
    StepName.SERVER: {
        "server.names": "mail.kernel-panic.it",
        "server.subject.country": "IT",
        "server.subject.state": "Italy",
        "server.subject.locality": "Milan",
        "server.subject.organization": "Kernel Panic Inc.",
        "server.subject.organizational_unit": "Postfix Server",
        "server.subject.common_name": "mail.kernel-panic.it",
        "server.days": "3650",
        "server.certificate": "/etc/postfix/ssl/server.crt",
        "server.key": "/etc/postfix/ssl/private/server.key",
        "server.request": "/etc/postfix/ssl/private/server.csr",
    },
    StepName.CLIENTS: {"tls.ca_file": "/etc/ssl/ca.crt"},
    StepName.TLS: {"tls.log_level": "1", "tls.random_source": "dev:/dev/urandom"},
    StepName.SERVICES: {},
    StepName.SASL: {
        "sasl.socket": "/var/run/courier-auth/socket",
        "sasl.local_domain": "$mydomain",
        "sasl.recipient_restrictions": "permit_mynetworks, permit_sasl_authenticated",
    },
    StepName.OUTGOING: {},
}
"""The guide's answers as a person types them, step by step."""

CHOSEN = {
    StepName.AUTHORITY: {"ca.key_type": "rsa:2048"},
    StepName.SERVER: {"server.key_type": "rsa:2048", "server.layout": "pair"},
    StepName.CLIENTS: {},
    StepName.TLS: {"tls.security_level": "may", "tls.minimum_version": "default"},
    StepName.SERVICES: {"services.smtps": "yes", "services.submission": "no"},
    StepName.SASL: {
        "sasl.enabled": "yes",
        "sasl.scope": "everywhere",
        "tls.auth_only": "no",
        "sasl.broken_clients": "yes",
    },
    StepName.OUTGOING: {},
}


TICKED = {StepName.SASL: {"sasl.mechanisms": ("PLAIN", "LOGIN")}}


async def answer_like_the_guide(pilot: Pilot[Outcome]) -> None:
    """From the welcome to the review, with nothing but keys."""
    await press(pilot, "f8")
    for step, texts in TYPED.items():
        for key, label in CHOSEN[step].items():
            await choose(pilot, key, label)
        for key, ticked in TICKED.get(step, {}).items():
            await tick(pilot, key, ticked)
        for key, text in texts.items():
            await type_in(pilot, key, text)
        await press(pilot, "f8")
    await until_shown(pilot, Review)
    await settled(pilot)


async def test_the_guide_typed_in_by_hand_gives_the_very_plan_of_its_answers_file() -> None:
    session = StagedSession()
    async with wizard(session) as pilot:
        await answer_like_the_guide(pilot)

    assert session.sheet.answers() == parse(ANSWERS.encode())
    assert session.plan().plan == StagedSession(start=started()).plan().plan


async def test_going_back_and_answering_anew_changes_the_plan_by_just_that() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "escape", "escape", "escape")
        assert session.course.here is StepName.SERVICES
        await choose(pilot, "services.submission", "yes")
        await press(pilot, "f8", "f8", "f8")
        await until_shown(pilot, Review)

    wanted = started("[services]\nsubmission = true")
    assert session.plan().plan == StagedSession(start=wanted).plan().plan


async def test_what_is_typed_is_there_again_after_going_away_and_back() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.days", "rubbish")
        await press(pilot, "escape")
        await until_shown(pilot, Welcome)
        await press(pilot, "f8")
        rows = {row.question.key: row for row in pilot.app.screen.query(FieldRow)}
        assert rows["ca.days"].text == "rubbish"
        assert "rubbish" in text_of(pilot.app)


@pytest.mark.parametrize(
    ("step", "key", "text"),
    [
        (StepName.AUTHORITY, "ca.subject.country", "Italy"),
        (StepName.AUTHORITY, "ca.days", "0"),
        (StepName.AUTHORITY, "ca.key", "relative/path"),
        (StepName.SERVER, "server.names", "not a name!"),
        (StepName.SERVER, "server.key", "/etc/ssl/ca.crt"),
        (StepName.TLS, "tls.log_level", "9"),
        (StepName.SASL, "sasl.recipient_restrictions", "permit_mynetworks permit"),
    ],
)
async def test_an_answer_that_cannot_be_used_does_not_get_through(
    step: StepName, key: str, text: str
) -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await go_to(pilot, step)
        await fill(pilot, key, text)
        await press(pilot, "f8")

        assert isinstance(pilot.app.screen, Questions)
        assert session.course.here is step
        assert key in session.sheet.problems_of(step_of(step))
        assert session.course.standing(step_of(step)) is Standing.PROBLEM


async def test_a_field_says_what_is_wrong_as_soon_as_it_is_left() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.subject.country", "Italy")
        assert "Error:" not in text_of(pilot.app)

        await press(pilot, "tab")

        assert "Error:" in text_of(pilot.app)


async def test_a_wrong_answer_keeps_the_review_from_making_a_plan() -> None:
    session = StagedSession(start=started("[ca]\ndays = 0"))
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.REVIEW)

        assert '"Validity in days" (step 2, CA)' in text_of(pilot.app)
        assert not is_enabled(pilot, "apply")


async def test_a_plan_with_a_refusal_cannot_be_applied() -> None:
    from tests.plan.builders import STOCK_MAIN, machine

    async with wizard(StagedSession(machine(STOCK_MAIN, version="2.9.0"), started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f8", "enter")

        assert isinstance(pilot.app.screen, Review)
        assert not is_enabled(pilot, "apply")


async def test_without_root_everything_is_shown_but_nothing_can_be_applied() -> None:
    async with wizard(StagedSession(start=started(), is_root=False)) as pilot:
        assert "preview" in text_of(pilot.app)
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "f8", "enter")

        assert isinstance(pilot.app.screen, Review)
        assert PREVIEW.split(":")[0] in text_of(pilot.app)


async def test_a_change_that_is_kept_is_confirmed_once_and_ends_with_success() -> None:
    session = StagedSession(start=started())
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await pilot.click("#do-keep")
        await until_it_says(pilot, "[ Next ]")
        await pilot.press("f8")
        await until_shown(pilot, Done)
        await pilot.press("f8")
        await until_over(pilot)

    assert session.kept == 1
    assert session.outcome.exit_status is ExitStatus.DONE
    assert session.outcome.transaction == TRANSACTION
    assert any("IN TLSA 3 1 1" in line for line in session.outcome.afterwards)


async def test_roll_back_asks_the_engine_to_stop() -> None:
    act = Act(error=RolledBack("transaction 0001 was taken back", "It is back."))
    session = StagedSession(start=started(), act=act)
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await pilot.click("#do-roll-back")
        await until_it_says(pilot, "Error: transaction 0001 was taken back")

        assert len(act.stopped) == 1
        assert session.kept == 0
        assert session.outcome.exit_status is ExitStatus.ROLLED_BACK


async def test_a_change_on_its_way_can_be_stopped_before_it_is_live() -> None:
    act = Act(probation=False, error=Failed("interrupted", "Nothing was changed."))
    session = StagedSession(start=started(), act=act)
    async with wizard(session) as pilot:
        await apply(pilot)
        await until_it_says(pilot, act.steps[-1])
        await pilot.click("#do-stop")
        await until_it_says(pilot, "Error: interrupted")

        assert len(act.stopped) == 1
        assert session.outcome.exit_status is ExitStatus.FAILED


async def test_the_last_step_stays_in_sight_when_there_is_less_room_for_it() -> None:
    steps = tuple(f"Part {number}" for number in range(1, 11))
    session = StagedSession(start=started(), act=Act(steps))
    async with wizard(session) as pilot:
        await apply_until_probation(pilot)
        await until_it_says(pilot, "Part 1 ")

        await pilot.resize_terminal(80, 18)

        await until_it_says(pilot, "Part 10 ")
        session.act.may_end.set()


async def test_a_failure_leads_back_to_the_review() -> None:
    act = Act(probation=False, error=Failed("the disk is full", "Free some space."))
    async with wizard(StagedSession(start=started(), act=act)) as pilot:
        await apply(pilot)
        act.may_end.set()
        await until_it_says(pilot, "the disk is full")
        await pilot.press("escape")
        await until_shown(pilot, Review)


async def test_a_change_that_waits_is_decided_before_anything_else() -> None:
    session = StagedSession()
    session.waits = Waiting(TRANSACTION, 60)
    async with wizard(session) as pilot:
        await until_shown(pilot, ChangeWaits)
        await pilot.click("#do-roll-back")
        await until_shown(pilot, Welcome)

    assert session.waits is None


async def test_quitting_with_answers_offers_to_keep_them(tmp_path: Path) -> None:
    file = tmp_path / "kept.toml"
    session = StagedSession()
    async with wizard(session) as pilot:
        await go_to(pilot, StepName.AUTHORITY)
        await fill(pilot, "ca.subject.organization", "Kernel Panic Inc.")
        await leave(pilot, "tab", "enter")
        await until_shown(pilot, AskFileName)
        await pilot.press("end", "ctrl+u", *("slash" if c == "/" else c for c in str(file)))
        await pilot.press("enter")
        await until_over(pilot)

    assert 'organization = "Kernel Panic Inc."' in file.read_text()
    assert session.outcome.exit_status is ExitStatus.FAILED
    assert str(file) in session.outcome.words


async def test_staying_is_what_escape_means() -> None:
    async with wizard(StagedSession()) as pilot:
        await leave(pilot, "escape")
        await until_shown(pilot, Welcome)


async def test_logins_that_are_off_leave_nothing_else_to_ask() -> None:
    async with wizard(StagedSession(start=started())) as pilot:
        await go_to(pilot, StepName.SASL)
        await choose(pilot, "sasl.enabled", "no")
        await settled(pilot)

        asked = [row.question.key for row in pilot.app.screen.query(FieldRow) if row.display]
        assert asked == ["sasl.enabled"]


async def test_the_server_is_named_as_its_host_name_until_somebody_says_otherwise() -> None:
    async with wizard(StagedSession()) as pilot:
        await go_to(pilot, StepName.SERVER)
        await fill(pilot, "server.names", "smtp.kernel-panic.it")
        await press(pilot, "tab")

        rows = {row.question.key: row for row in pilot.app.screen.query(FieldRow)}
        assert rows["server.subject.common_name"].text == "smtp.kernel-panic.it"


async def test_the_palette_leads_to_any_step() -> None:
    session = StagedSession()
    async with wizard(session) as pilot:
        await pilot.press("ctrl+p")
        await until_shown(pilot, CommandPalette)
        await pilot.press(*"logins")
        await until(pilot, lambda: "Step: Review" not in text_of(pilot.app))
        await until_it_says(pilot, "Step: Logins")
        await pilot.press("enter")
        await until(pilot, lambda: session.course.here is StepName.SASL)


async def test_brackets_in_files_and_answers_are_brackets() -> None:
    from tests.plan.builders import STOCK_MAIN, machine

    facts = machine(STOCK_MAIN + "relayhost = [mail.example.org]:587\n# x = [/etc/postfix]\n")
    async with wizard(StagedSession(facts, started())) as pilot:
        await go_to(pilot, StepName.REVIEW)
        await press(pilot, "right", "right", "right", "w", "slash", *"relayhost", "enter")

        assert "relayhost = [mail.example.org]:587" in text_of(pilot.app)

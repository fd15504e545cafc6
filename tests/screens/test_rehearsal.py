"""The rehearsal on the page that applies: nothing is changed before it has passed."""

import threading

import pytest

from pfwizard.errors import Failed
from pfwizard.prove.verdict import Outcome, Statements
from pfwizard.screens.review import Review
from tests.screens.conftest import LooksRight, text_of
from tests.screens.stage import Act, StagedSession, started
from tests.screens.walking import apply, is_enabled, press, until_it_says, until_shown, wizard

FIRST_STEP = "Keeping what is there now"

PASSED = Statements("starttls", "rehearsal:25").passed("TLS 1.3")
FAILURE = Statements("auth", "rehearsal:465").failed("no mechanism", "Start authdaemond.")


def rehearsing(*probes: Outcome) -> StagedSession:
    session = StagedSession(start=started(), act=Act())
    session.probes = probes
    return session


async def test_each_probe_is_a_line_before_anything_is_applied() -> None:
    session = rehearsing(PASSED, PASSED)
    session.rehearsal_may_end = threading.Event()
    async with wizard(session) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "ok      starttls at rehearsal:25: TLS 1.3")
        assert FIRST_STEP not in text_of(pilot.app)
        session.rehearsal_may_end.set()
        await until_it_says(pilot, FIRST_STEP)
        session.act.may_end.set()


async def test_after_a_failure_nothing_is_applied_and_its_cause_and_remedy_are_shown() -> None:
    async with wizard(rehearsing(PASSED, FAILURE)) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "nothing was changed")

        text = text_of(pilot.app)
        assert "FAILED  auth at rehearsal:465" in text
        assert "no mechanism" in text
        assert "Start authdaemond." in text
        assert FIRST_STEP not in text


async def test_what_was_found_before_a_failure_can_be_scrolled_to() -> None:
    many = [
        Statements("answers", f"rehearsal:{port}").passed("it greets") for port in range(25, 60)
    ]
    async with wizard(rehearsing(*many, FAILURE)) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "nothing was changed")
        assert "answers at rehearsal:26:" not in text_of(pilot.app)

        await press(pilot, "pageup", "pageup", "pageup")

        assert "answers at rehearsal:26:" in text_of(pilot.app)


async def test_after_a_failure_enter_leads_back_to_the_review() -> None:
    async with wizard(rehearsing(FAILURE)) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "nothing was changed")
        await pilot.press("enter")
        await until_shown(pilot, Review)


async def test_only_an_explicit_word_applies_after_a_failure() -> None:
    session = rehearsing(FAILURE)
    async with wizard(session) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "Apply all the same")
        await pilot.press("a")
        await until_it_says(pilot, "[ Keep ]")
        assert not is_enabled(pilot, "apply-all-the-same")
        session.act.may_end.set()


async def test_what_cannot_be_rehearsed_is_applied_on_an_explicit_word_only() -> None:
    session = rehearsing(NOT_HERE)
    async with wizard(session) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "yours to decide")
        assert FIRST_STEP not in text_of(pilot.app)
        await pilot.press("a")
        await until_it_says(pilot, "[ Keep ]")
        session.act.may_end.set()


async def test_what_keeps_a_rehearsal_from_ending_well_is_an_error() -> None:
    session = rehearsing()
    session.rehearsal_trouble = Failed("only root can start a Postfix", "Run it as root.")
    async with wizard(session) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "Error: only root can start a Postfix.")
        assert FIRST_STEP not in text_of(pilot.app)


async def test_a_rehearsal_can_be_stopped_and_then_nothing_is_applied() -> None:
    session = rehearsing(PASSED, PASSED)
    session.rehearsal_may_end = threading.Event()
    async with wizard(session) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "ok      starttls")
        await pilot.press("s")
        session.rehearsal_may_end.set()
        await until_it_says(pilot, "stopped by hand")
        assert FIRST_STEP not in text_of(pilot.app)


SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((60, 20), id="60x20")]

FOUND = (
    Statements("answers", "rehearsal:25").passed("it answers"),
    Statements("tls", "rehearsal:25").passed("TLSv1.3 with TLS_AES_256_GCM_SHA384"),
    Statements("name", "rehearsal:25").passed("the certificate is for mail.kernel-panic.it"),
    Statements("auth-before-tls", "rehearsal:25").passed("it offers no AUTH before TLS"),
    Statements("auth", "rehearsal:25").passed("it offers LOGIN and PLAIN over TLS"),
    Statements("login", "rehearsal:25").skipped("no user was given to log in with"),
)
BROKEN = Statements("login", "rehearsal:465 PLAIN").failed(
    "ada cannot log in: 454 4.7.0 Temporary authentication failure: smtpd cannot reach "
    "authdaemond's socket, because /var/run/courier/authdaemon is 0750 courier:courier and postfix "
    "is not in that group",
    "Make postfix a member of the group courier: usermod -aG courier postfix",
)
NOT_HERE = Statements("rehearsal", "Postfix").skipped(
    "that Postfix starts with the change, its certificates, logins, and for whom it relays are "
    "not proved before it is made: only root can start a Postfix",
    "Run it as root.",
)


@pytest.mark.parametrize("size", SIZES)
async def test_a_rehearsal_that_plays(size: tuple[int, int], looks_right: LooksRight) -> None:
    session = rehearsing(*FOUND)
    session.rehearsal_may_end = threading.Event()
    async with wizard(session, size) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "ok      answers")
        await looks_right(pilot, "playing")
        session.rehearsal_may_end.set()
        await until_it_says(pilot, "[ Keep ]")
        session.act.may_end.set()


@pytest.mark.parametrize("size", SIZES)
async def test_a_rehearsal_that_was_passed(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(rehearsing(*FOUND), size) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "[ Keep ]")
        await looks_right(pilot, "green")


@pytest.mark.parametrize("size", SIZES)
async def test_a_rehearsal_that_failed(size: tuple[int, int], looks_right: LooksRight) -> None:
    async with wizard(rehearsing(*FOUND[:3], BROKEN, *FOUND[3:]), size) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "nothing was changed")
        await looks_right(pilot, "failed")


@pytest.mark.parametrize("size", SIZES)
async def test_a_rehearsal_that_is_not_possible(
    size: tuple[int, int], looks_right: LooksRight
) -> None:
    async with wizard(rehearsing(NOT_HERE), size) as pilot:
        await apply(pilot)
        await until_it_says(pilot, "yours to decide")
        await looks_right(pilot, "not possible")

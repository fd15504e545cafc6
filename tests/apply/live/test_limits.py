"""A server that sends us away because we come too often is one that works."""

import os

import pytest

from pfwizard.apply.live.answering import PATIENT
from pfwizard.apply.live.going_live import first_problem
from pfwizard.apply.live.limits import is_limited, lifting
from pfwizard.plan.plan import SmtpPort
from tests.prove.smtp_server import GREETING, Manners, serving

TOO_OFTEN = "421 4.7.0 mail Error: too many connections from ::1"


@pytest.mark.parametrize(
    "reply",
    [
        TOO_OFTEN,
        "421 4.7.0 mail Error: too many new TLS sessions from ::1",
        "454 4.7.0 Error: too many new TLS sessions from localhost[::1]",
        "450 4.7.1 Error: too many AUTH commands from ::1",
        "450 4.7.1 Error: too many recipients from ::1",
        "450 4.7.1 Error: too much mail from ::1",
        "421 4.7.0 Error: too many connections",
        "421 4.3.2 All server ports are busy",
    ],
)
def test_limits_are_known_by_what_is_said(reply: str) -> None:
    assert is_limited(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "421 4.7.0 mail Error: too many errors",
        "452 4.5.3 Error: too many recipients",
        "421 4.3.2 Try again later",
        "535 5.7.8 Error: authentication failed",
    ],
)
def test_other_words_are_none(reply: str) -> None:
    assert not is_limited(reply)


@pytest.mark.parametrize(
    ("reply", "parameter"),
    [
        (TOO_OFTEN, "smtpd_client_connection_rate_limit"),
        ("450 4.7.1 Error: too many AUTH commands from ::1", "smtpd_client_auth_rate_limit"),
        ("450 4.7.1 Error: too much mail from ::1", "smtpd_client_message_rate_limit"),
        ("421 4.7.0 Error: too many connections", "postscreen_client_connection_count_limit"),
    ],
)
def test_the_parameter_that_limits_is_named(reply: str, parameter: str) -> None:
    assert parameter in lifting(reply)


@pytest.mark.parametrize(
    ("greeting", "is_a_problem"), [(TOO_OFTEN, False), ("421 4.3.2 Not now", True)]
)
def test_a_change_is_not_taken_back_for_a_limit(greeting: str, is_a_problem: bool) -> None:
    with serving(Manners(instead={GREETING: f"{greeting}\r\n".encode()})) as server:
        port = SmtpPort(server.port, greets=True, offers_tls=False)
        assert bool(first_problem([port], os.getpid(), PATIENT)) is is_a_problem

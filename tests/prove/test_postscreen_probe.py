"""Whether a client that postscreen does not know can begin TLS."""

from dataclasses import replace

import pytest

from pfwizard.prove.server import Expectation
from tests.prove.probing import STARTTLS, found, outcomes, tls
from tests.prove.smtp_server import Manners, serving

WITH_TLS = Manners(tls(), in_clear=STARTTLS)
WITHOUT_TLSPROXY = replace(
    WITH_TLS,
    instead={"STARTTLS": b"454 4.7.0 TLS not available due to local problem\r\n"},
)
NEWCOMER = "127.9.8.7"


def verdicts(manners: Manners, newcomer: str = NEWCOMER) -> list[str]:
    with serving(manners) as server:
        return found("postscreen-tls", Expectation(server, newcomer=newcomer))


@pytest.mark.parametrize(
    ("manners", "verdict"),
    [
        (WITH_TLS, "pass"),
        (WITHOUT_TLSPROXY, "fail"),
        (replace(WITH_TLS, in_clear=()), "skipped"),
    ],
)
def test_a_newcomer_begins_tls_where_postscreen_offers_it(manners: Manners, verdict: str) -> None:
    assert verdicts(manners) == [f"{verdict} postscreen-tls"]


def test_without_postscreen_nobody_is_a_newcomer() -> None:
    assert verdicts(WITHOUT_TLSPROXY, newcomer="") == []


def test_what_fails_today_is_no_fault_of_the_change() -> None:
    with serving(WITHOUT_TLSPROXY) as server:
        expected = Expectation(server, newcomer=NEWCOMER, lacks_tlsproxy_today=True)
        (told,) = outcomes("postscreen-tls", expected)

    assert told.verdict.value == "skipped"
    assert told.detail.startswith("that is so today, too: it answers 454 4.7.0")
    assert told.remedy == "Uncomment the tlsproxy service in master.cf."

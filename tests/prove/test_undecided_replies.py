"""Replies that do not say who may send to elsewhere, which no probe takes for ones that do."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pfwizard.prove.means import Means
from pfwizard.prove.verdict import Outcome
from tests.prove.probing import (
    AUTH,
    LOGIN,
    STARTTLS,
    XCLIENT,
    means,
    only,
    requiring,
    showing,
    tls,
)
from tests.prove.smtp_server import DENIED, Manners, Session

IN_CLEAR = Manners(in_clear=(*XCLIENT, *AUTH))
WITH_TLS = Manners(tls(), in_clear=STARTTLS, over_tls=(*XCLIENT, *AUTH))
KNOWING = replace(WITH_TLS, context=requiring())
"""A server that asks for certificates of the CA."""

NULL_MX = (
    b"556 5.1.10 <postmaster@example.com>: Recipient address rejected: "
    b"Domain example.com does not accept mail (nullMX)\r\n"
)

OF_THE_DOMAIN = (
    NULL_MX,
    b"550 5.1.2 <postmaster@example.com>: Recipient address rejected: Domain not found\r\n",
    b"450 4.1.2 <postmaster@example.com>: Recipient address rejected: Domain not found\r\n",
    b"550 5.1.1 <p@example.com>: Recipient address rejected: undeliverable address: No\r\n",
)
"""What reject_unknown_recipient_domain and reject_unverified_recipient say (smtpd_check.c)."""


TROUBLE = (
    b"451 4.3.5 Server configuration error\r\n",
    b"451 4.3.0 Temporary lookup failure\r\n",
)
PUT_OFF = (
    b"450 4.2.0 Greylisted\r\n",
    b"421 4.7.0 mail Error: too many errors\r\n",
)
LISTED = b"554 5.7.1 Service unavailable; Client host [203.0.113.1] blocked using dnsbl.example\r\n"


@pytest.fixture
def ours(tmp_path: Path) -> Means:
    return showing(tmp_path)


def asked(probe: str, answering: Callable[[Session, str], bytes], ours: Means) -> Outcome:
    """What the probe finds where this is what the server says of recipients."""
    ways: dict[str, tuple[Manners, Means, dict[str, object]]] = {
        "relay-stranger": (IN_CLEAR, means(), {}),
        "relay-login": (IN_CLEAR, means(login=LOGIN), {"public_port": 587}),
        "relay-certificate": (KNOWING, ours, {}),
        "strange-certificate": (WITH_TLS, means(), {"asks_certificate": True}),
    }
    manners, given, more = ways[probe]
    return only(probe, replace(manners, recipient=answering), given, **more)


def always(reply: bytes) -> Callable[[Session, str], bytes]:
    return lambda session, recipient: reply


ALL = pytest.mark.parametrize(
    "probe", ["relay-stranger", "relay-login", "relay-certificate", "strange-certificate"]
)


@ALL
@pytest.mark.parametrize("reply", [*OF_THE_DOMAIN, *PUT_OFF, LISTED])
def test_what_does_not_say_who_may_send_proves_nothing(
    probe: str, reply: bytes, ours: Means
) -> None:
    told = asked(probe, always(reply), ours)
    assert told.verdict.value == "skipped"
    assert "nothing" in told.detail


@ALL
@pytest.mark.parametrize("reply", TROUBLE)
def test_a_server_in_trouble_fails_and_the_log_is_left_to_tell_why(
    probe: str, reply: bytes, ours: Means
) -> None:
    told = asked(probe, always(reply), ours)
    assert (told.verdict.value, told.remedy) == ("fail", "")
    assert told.detail == f"it answers {reply.decode().strip()}"


@ALL
@pytest.mark.parametrize("reply", OF_THE_DOMAIN)
def test_who_looks_domains_up_first_is_told_so(probe: str, reply: bytes, ours: Means) -> None:
    told = asked(probe, always(reply), ours)
    assert told.detail.startswith("the domain takes no mail")
    assert "reject_unknown_recipient_domain" in told.remedy


@pytest.mark.parametrize("reply", [*PUT_OFF, LISTED])
def test_a_user_who_is_put_off_like_a_stranger_is_told_what_lets_users_in(
    reply: bytes, ours: Means
) -> None:
    assert "permit_sasl_authenticated" in asked("relay-login", always(reply), ours).remedy


# --- addresses without a domain -------------------------------------------------------------------


def by_host(reply: bytes) -> Callable[[Session, str], bytes]:
    """A server that looks domains up first, and says this of an address without one."""
    return lambda session, recipient: reply if "@[" in recipient else NULL_MX


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"250 2.1.5 Ok\r\n", "fail"),
        (DENIED, "pass"),
        (b"454 4.7.1 <postmaster@[203.0.113.1]>: Relay access denied\r\n", "pass"),
        (b"554 5.7.1 Recipient address rejected: no addresses like that\r\n", "skipped"),
        (b"450 4.2.0 Greylisted\r\n", "skipped"),
    ],
)
def test_behind_what_looks_domains_up_an_open_relay_is_found(
    reply: bytes, expected: str, ours: Means
) -> None:
    assert asked("relay-stranger", by_host(reply), ours).verdict.value == expected
    assert asked("strange-certificate", by_host(reply), ours).verdict.value == expected


@pytest.mark.parametrize("probe", ["relay-login", "relay-certificate"])
@pytest.mark.parametrize(("reply", "expected"), [(b"250 Ok\r\n", "pass"), (DENIED, "fail")])
def test_behind_what_looks_domains_up_clients_are_let_send_or_not(
    probe: str, reply: bytes, expected: str, ours: Means
) -> None:
    def recipient(session: Session, recipient: str) -> bytes:
        is_client = session.user or session.has_certificate
        return by_host(reply if is_client else DENIED)(session, recipient)

    assert asked(probe, recipient, ours).verdict.value == expected

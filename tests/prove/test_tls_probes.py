"""What the probes of a server's TLS find."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pfwizard.apply.live.answering import Patience
from pfwizard.prove import tls_probes
from pfwizard.prove.conversation import Trust
from pfwizard.prove.means import Means
from pfwizard.prove.server import BlankInRange, Expectation, Security, Server
from pfwizard.prove.tls_probes import answers
from pfwizard.prove.verdict import Verdict
from tests.pki import builders as pki
from tests.prove.probing import STARTTLS, authority, certificate, found, outcomes, tls
from tests.prove.smtp_server import GREETING, Manners, serving

OURS = frozenset({certificate().facts.fingerprint_sha256})

OVER_STARTTLS = Manners(tls(), in_clear=STARTTLS)
AT_ONCE = Manners(tls(), is_implicit=True)


OF_TLS_1_2 = "ECDHE-ECDSA-AES128-GCM-SHA256"
"""A cipher that older versions do not know."""

OLD = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
"""Python does not like the versions that are asked for here."""


def verdict(expected: Expectation) -> Verdict:
    return answers(expected, Patience(5.0)).verdict


@pytest.mark.parametrize("manners", [Manners(), OVER_STARTTLS, AT_ONCE])
def test_a_server_answers_when_it_greets_or_begins_tls(manners: Manners) -> None:
    with serving(manners) as server:
        assert verdict(Expectation(server)) is Verdict.PASS


def test_a_server_that_hangs_up_does_not_answer() -> None:
    with serving(Manners(instead={GREETING: b""})) as server:
        assert verdict(Expectation(server)) is Verdict.FAIL


def test_a_server_that_is_to_offer_tls_and_does_not_is_found() -> None:
    with serving(replace(OVER_STARTTLS, in_clear=())) as server:
        assert verdict(Expectation(server)) is Verdict.FAIL


def test_a_port_that_is_only_looked_for_may_be_silent() -> None:
    with serving(Manners()) as server:
        pass
    assert verdict(Expectation(server, must_answer=False)) is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("port", "security", "expected"),
    [
        (25, Security.IMPLICIT, ["fail customary"]),
        (587, Security.IMPLICIT, ["fail customary"]),
        (465, Security.STARTTLS, ["fail customary"]),
        (465, Security.NONE, ["fail customary"]),
        (25, Security.STARTTLS, []),
        (25, Security.NONE, []),
        (465, Security.IMPLICIT, []),
        (2525, Security.IMPLICIT, []),
        (2525, Security.STARTTLS, []),
    ],
)
def test_tls_begins_where_the_clients_of_a_port_expect_it(
    port: int, security: Security, expected: list[str]
) -> None:
    server = Server("127.0.0.1", 1, security, "mail")
    assert found("customary", Expectation(server, public_port=port)) == expected


@pytest.mark.parametrize(("port", "security"), [(465, Security.STARTTLS), (587, Security.IMPLICIT)])
def test_of_two_entries_for_one_port_both_are_named(port: int, security: Security) -> None:
    server = Server("127.0.0.1", 1, security, "mail")
    rivals = ("smtps in line 17", "465 in line 40")
    (only,) = outcomes("customary", Expectation(server, public_port=port, rivals=rivals))
    assert "smtps in line 17 and 465 in line 40" in only.detail
    assert only.remedy == "Take the wrong one out: here it is 465 in line 40."


@pytest.mark.parametrize(
    ("newest", "lost", "expected"),
    [
        (ssl.TLSVersion.TLSv1_2, ("TLSv1.3",), ["fail new-tls"]),
        (ssl.TLSVersion.TLSv1_3, ("TLSv1.3",), []),
        (ssl.TLSVersion.TLSv1_2, ("TLSv1", "TLSv1.1"), []),
        (ssl.TLSVersion.TLSv1_2, (), []),
    ],
)
def test_a_version_is_lost_where_the_server_refuses_it(
    newest: ssl.TLSVersion, lost: tuple[str, ...], expected: list[str]
) -> None:
    context = tls()
    context.maximum_version = newest
    blank = BlankInRange("smtpd_tls_protocols = >= TLSv1.2", lost)
    with serving(Manners(context, in_clear=STARTTLS)) as server:
        assert found("new-tls", Expectation(server, blank_in_range=blank)) == expected


def only_tls_1_3() -> ssl.SSLContext:
    context = tls()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def test_a_loss_of_today_is_no_fault_of_the_change() -> None:
    blank = BlankInRange("smtpd_tls_protocols = <= TLSv1.3", ("TLSv1.2",), is_so_today=True)
    with serving(Manners(only_tls_1_3(), in_clear=STARTTLS)) as server:
        (only,) = outcomes("new-tls", Expectation(server, blank_in_range=blank))
    assert only.verdict is Verdict.SKIPPED
    assert only.detail.startswith("that is so today, too: TLSv1.2 is refused")
    assert only.remedy


@pytest.mark.parametrize("manners", [OVER_STARTTLS, AT_ONCE])
def test_the_certificate_that_is_configured_passes_every_look(manners: Manners) -> None:
    with serving(manners) as server:
        expected = Expectation(server, certificates=OURS)
        assert found("tls", expected) == ["pass tls", "pass name", "pass certificate"]


def test_of_a_server_without_tls_nothing_is_said() -> None:
    with serving(Manners()) as server:
        assert found("tls", Expectation(server)) == []


def test_a_certificate_that_is_not_the_configured_one_is_told() -> None:
    with serving(OVER_STARTTLS) as server:
        expected = Expectation(server, certificates=frozenset({"00" * 32}))
        assert found("tls", expected) == ["pass tls", "pass name", "fail certificate"]


def test_where_nobody_knows_the_certificate_it_is_not_compared() -> None:
    with serving(OVER_STARTTLS) as server:
        assert found("tls", Expectation(server)) == ["pass tls", "pass name"]


def test_a_certificate_of_a_ca_that_clients_lack_fails() -> None:
    with serving(OVER_STARTTLS) as server:
        only = outcomes("tls", Expectation(server), Means(Trust()))
    assert [each.verdict for each in only] == [Verdict.FAIL]
    assert "its certificate is refused" in only[0].detail
    assert only[0].remedy


def test_an_expired_certificate_is_told_as_such() -> None:
    long_ago = datetime.now(UTC) - timedelta(days=1000)
    issuer = pki.ca(now=long_ago)
    expired = pki.server(issuer, now=long_ago)
    with serving(Manners(tls(of=expired), in_clear=STARTTLS)) as server:
        only = outcomes("tls", Expectation(server), Means(Trust(issuer.pem().decode())))
    assert "expired" in only[0].detail
    assert "Renew it" in only[0].remedy


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("mail.kernel-panic.it", "pass"),
        ("MAIL.kernel-panic.it", "pass"),
        ("smtp.kernel-panic.it", "fail"),
        ("kernel-panic.it", "fail"),
        ("127.0.0.1", "fail"),
    ],
)
def test_the_certificate_has_to_be_for_the_name_that_clients_use(name: str, verdict: str) -> None:
    with serving(OVER_STARTTLS) as server:
        assert f"{verdict} name" in found("tls", Expectation(replace(server, name=name)))


def test_an_address_in_the_certificate_is_a_name_too() -> None:
    of_an_address = pki.server(authority(), names=("192.0.2.1",), now=datetime.now(UTC))
    with serving(Manners(tls(of=of_an_address), in_clear=STARTTLS)) as server:
        assert "pass name" in found("tls", Expectation(replace(server, name="192.0.2.1")))


@OLD
def test_versions_that_are_older_than_meant_are_told_one_by_one() -> None:
    everything = tls(oldest=ssl.TLSVersion.TLSv1)
    with serving(Manners(everything, in_clear=STARTTLS)) as server:
        told = outcomes("old-tls", Expectation(server, oldest="TLSv1.2"))
    assert [(each.verdict, each.target) for each in told] == [
        (Verdict.FAIL, f"{server} TLSv1"),
        (Verdict.FAIL, f"{server} TLSv1.1"),
    ]


@OLD
def test_versions_that_are_refused_pass() -> None:
    modern = tls(oldest=ssl.TLSVersion.TLSv1_3)
    with serving(Manners(modern, in_clear=STARTTLS)) as server:
        assert found("old-tls", Expectation(server, oldest="TLSv1.3")) == ["pass old-tls"] * 3


@OLD
def test_a_server_that_does_not_come_to_tls_has_refused_no_version() -> None:
    busy = replace(OVER_STARTTLS, instead={"STARTTLS": b"454 4.7.0 TLS not available\r\n"})
    with serving(busy) as server:
        (told,) = outcomes("old-tls", Expectation(server, oldest="TLSv1.2"))
    assert told.verdict is Verdict.FAIL
    assert "454" in told.detail


@OLD
def test_a_version_that_this_host_cannot_speak_itself_is_not_refused_by_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tls_probes, "EVERY_CIPHER", OF_TLS_1_2)
    with serving(OVER_STARTTLS) as server:
        told = outcomes("old-tls", Expectation(server, oldest="TLSv1.2"))
    assert [each.verdict for each in told] == [Verdict.SKIPPED] * 2


@pytest.mark.parametrize("oldest", [None, "TLSv1", "SSLv3"])
def test_no_version_is_tried_where_none_is_too_old(oldest: str | None) -> None:
    with serving(OVER_STARTTLS) as server:
        assert found("old-tls", Expectation(server, oldest=oldest)) == []

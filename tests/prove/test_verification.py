"""Which probes are made of which server, and in which order."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.apply.live.answering import Patience
from pfwizard.prove.conversation import Trust
from pfwizard.prove.means import Means
from pfwizard.prove.server import Expectation, Obstacle, PasswordChecker
from pfwizard.prove.verdict import (
    Outcome,
    Statements,
    Unexpected,
    Verdict,
    concluded,
    failures_among,
)
from pfwizard.prove.verification import PROBES, all_verified, verified
from tests.pki import builders as pki
from tests.prove.probing import (
    AUTH,
    LOGIN,
    STARTTLS,
    XCLIENT,
    authority,
    found,
    means,
    requiring,
    tls,
)
from tests.prove.smtp_server import GREETING, Manners, serving

GOOD = Manners(tls(), in_clear=STARTTLS, over_tls=(*XCLIENT, *AUTH))
CLOSED = PasswordChecker(
    "saslauthd", PurePosixPath("/mux"), obstacle=Obstacle("closed", "Open it.")
)


def probes(manners: Manners, given: Means, **more: object) -> list[str]:
    """What is said, each probe once."""
    with serving(manners) as server:
        expected = Expectation(server, **more)  # type: ignore[arg-type]
        told = [f"{each.verdict.value} {each.probe}" for each in verified(expected, given)]
    return list(dict.fromkeys(told))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_good_server_passes_them_all_in_this_order() -> None:
    expected = {
        "certificates": None,
        "in_clear": frozenset[str](),
        "over_tls": frozenset({"PLAIN", "LOGIN"}),
        "public_port": 25,
        "asks_certificate": True,
        "oldest": "TLSv1.2",
    }
    given = replace(means(login=LOGIN), patience=Patience(5.0))
    assert probes(GOOD, given, **expected) == [
        "pass answers",
        "pass tls",
        "pass name",
        "pass old-tls",
        "pass auth-before-tls",
        "pass auth",
        "pass login",
        "pass login-refused",
        "pass relay-stranger",
        "pass relay-login",
        "pass delivery-stranger",
        "pass strange-certificate",
    ]


def test_of_a_server_that_does_not_answer_only_the_password_checker_is_looked_at() -> None:
    silent = replace(GOOD, instead={GREETING: b""})
    assert probes(silent, means(), checkers=(CLOSED,)) == ["fail answers", "fail password-checker"]


def test_a_failure_does_not_end_the_other_probes() -> None:
    told = probes(GOOD, Means(Trust()), checkers=(CLOSED,))
    assert told[:3] == ["pass answers", "fail password-checker", "fail tls"]
    assert "pass relay-stranger" in told


def test_a_server_that_breaks_off_fails_in_each_probe_by_itself() -> None:
    moody = replace(GOOD, instead={"RCPT": b"", "XCLIENT": b"220 ok\r\n"})
    assert "fail relay-stranger" in probes(moody, means())
    assert "pass tls" in probes(moody, means())


# --- servers that require a certificate -----------------------------------------------------------


STRICT = replace(GOOD, context=requiring(), requires_certificate=True)


def test_without_a_certificate_to_show_that_is_said_and_nothing_else_is_asked() -> None:
    assert probes(STRICT, means(), requires_certificate=True, asks_certificate=True) == [
        "pass answers",
        "skipped tls",
        "pass strange-certificate",
    ]


@pytest.fixture
def ours(tmp_path: Path) -> Trust:
    """Shows a certificate of the CA."""
    pair = tmp_path / "client.pem"
    shown = pki.client(authority(), now=authority().validity.not_before.replace(microsecond=0))
    pair.write_bytes(pki.key("client").pem().reveal() + shown.pem())
    return replace(means().trust, client_certificate=pair)


def test_with_a_certificate_only_probes_that_show_one_are_made(ours: Trust) -> None:
    given = replace(means(login=LOGIN), trust=ours)

    assert probes(STRICT, given, requires_certificate=True, asks_certificate=True) == [
        "pass answers",
        "pass tls",
        "pass name",
        "pass login",
        "pass login-refused",
        "pass relay-login",
        "fail relay-certificate",
        "pass strange-certificate",
    ]


def test_of_a_server_that_requires_one_nobody_misses_a_login() -> None:
    with serving(STRICT) as server, serving(Manners(tls(), in_clear=STARTTLS)) as other:
        expected = Expectation(server, requires_certificate=True)
        told = list(all_verified([expected, Expectation(other)], means(login=LOGIN)))
    assert failures_among(told) == ()
    (login,) = (each for each in told if each.probe == "login")
    assert login.verdict.value == "skipped"
    assert "whoever shows no certificate" in login.detail


def test_where_nobody_may_log_in_a_certificate_is_not_what_is_missing() -> None:
    expected = {"requires_certificate": True, "over_tls": frozenset()}
    assert "skipped login" not in probes(STRICT, means(login=LOGIN), **expected)


# --- servers that limit how often we come ---------------------------------------------------------


TOO_OFTEN = b"421 4.7.0 mail Error: too many connections from ::1\r\n"
TOO_MUCH = b"450 4.7.1 Error: too much mail from ::1\r\n"
OF_MAIL = {"relay-stranger", "relay-login", "delivery-stranger", "strange-certificate"}
LOGINS_TOO_OFTEN = b"450 4.7.1 Error: too many AUTH commands from ::1\r\n"


@pytest.mark.parametrize(
    ("instead", "unproven"),
    [
        ({GREETING: TOO_OFTEN}, {"answers", "login"}),
        ({"MAIL": TOO_MUCH}, OF_MAIL),
        ({"AUTH": LOGINS_TOO_OFTEN}, {"login", "relay-login"}),
    ],
    ids=["connections", "mail", "logins"],
)
def test_what_a_limit_keeps_from_us_is_unproven_and_no_failure(
    instead: dict[str, bytes], unproven: set[str]
) -> None:
    with serving(replace(GOOD, instead=instead)) as server:
        told = list(all_verified([Expectation(server, public_port=25)], means(login=LOGIN)))

    assert failures_among(told) == ()
    skipped = [each for each in told if each.verdict is Verdict.SKIPPED]
    assert {each.probe for each in skipped} == unproven
    assert all("Error: too m" in each.detail for each in skipped)
    assert all("smtpd_client_event_limit_exceptions" in each.remedy for each in skipped)


def test_a_login_that_a_limit_keeps_from_us_is_not_missed_at_the_servers_without_any() -> None:
    limited = replace(GOOD, instead={GREETING: TOO_OFTEN})
    with serving(limited) as server, serving(Manners(tls(), in_clear=STARTTLS)) as other:
        told = list(all_verified([Expectation(server), Expectation(other)], means(login=LOGIN)))
    assert failures_among(told) == ()


def test_being_sent_away_for_coming_too_often_proves_nothing_of_strange_certificates() -> None:
    limited = replace(STRICT, requires_certificate=False, instead={"EHLO": TOO_OFTEN})
    with serving(limited) as server:
        expected = Expectation(server, requires_certificate=True)
        assert found("strange-certificate", expected) == ["skipped strange-certificate"]


# --- outcomes -------------------------------------------------------------------------------------


def test_no_two_probes_have_the_same_identifier() -> None:
    identifiers = [probe.identifier for probe in PROBES]
    assert len(set(identifiers)) == len(identifiers)


def test_what_was_found_before_a_server_broke_off_stays() -> None:
    statements = Statements("tls", "mail:25")

    def asking() -> Iterator[Outcome]:
        yield statements.passed("first")
        raise Unexpected("it hangs up", "Ask why.")

    assert list(concluded(statements, asking())) == [
        statements.passed("first"),
        statements.failed("it hangs up", "Ask why."),
    ]


def test_statements_name_their_part_and_the_probe_that_answers() -> None:
    told = Statements("login", "mail:25").about("PLAIN").of("login-refused").skipped("so")
    assert (told.probe, told.target, told.verdict) == (
        "login-refused",
        "mail:25 PLAIN",
        Verdict.SKIPPED,
    )


def test_failures_are_those_that_failed() -> None:
    statements = Statements("tls", "mail:25")
    failed = statements.failed("no")
    told = failures_among([statements.passed("yes"), failed, statements.skipped("perhaps")])
    assert told == (failed,)

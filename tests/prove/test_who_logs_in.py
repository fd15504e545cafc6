"""Whoever is named to prove logins must find a server that offers one."""

from contextlib import ExitStack

from pfwizard.prove.mechanisms import Login
from pfwizard.prove.server import Expectation
from pfwizard.prove.verification import all_verified
from tests.prove.probing import AUTH, LOGIN, means, tls
from tests.prove.smtp_server import GREETING, USER, Manners, serving

WITHOUT_AUTH = Manners(context=tls(), in_clear=("STARTTLS",))
WITH_AUTH = Manners(context=tls(), is_implicit=True, over_tls=AUTH)


def login_outcomes(*servers: Manners, login: Login | None = LOGIN) -> list[tuple[str, str]]:
    """What is said about logins at these servers, and of whom or what."""
    with ExitStack() as running:
        expected = [Expectation(running.enter_context(serving(each))) for each in servers]
        found = list(all_verified(expected, means(login=login)))
    ports = {str(each.server): each.server.security.value for each in expected}
    return [
        (each.verdict.value, " ".join(ports.get(word, word) for word in each.target.split()))
        for each in found
        if each.probe == "login"
    ]


def test_where_no_server_offers_a_login_that_has_failed() -> None:
    assert login_outcomes(WITHOUT_AUTH, WITHOUT_AUTH) == [("fail", USER)]


def test_one_server_that_offers_it_is_enough() -> None:
    assert login_outcomes(WITHOUT_AUTH, WITH_AUTH) == [
        ("pass", "implicit TLS LOGIN"),
        ("pass", "implicit TLS PLAIN"),
    ]


def test_without_a_user_nobody_misses_it() -> None:
    assert login_outcomes(WITHOUT_AUTH, login=None) == []


def test_where_no_server_answers_nothing_is_said_of_logins() -> None:
    assert login_outcomes(Manners(instead={GREETING: b"554 no\r\n"})) == []

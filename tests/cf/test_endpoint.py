"""Which services are the same to the master."""

import pytest

from pfwizard.cf.endpoint import SMTP, SUBMISSION, SUBMISSIONS, Endpoint


@pytest.mark.parametrize("name", ["smtps", "submissions", "465", "0465", ":465"])
def test_the_names_of_a_port_are_one_endpoint(name: str) -> None:
    assert Endpoint.of(name, "inet") == SUBMISSIONS


@pytest.mark.parametrize("name", ["[::1]:smtps", "[0:0::1]:465", "::1:submissions"])
def test_the_spellings_of_an_address_are_one_endpoint(name: str) -> None:
    assert Endpoint.of(name, "inet") == Endpoint("::1", 465)


def test_an_address_of_its_own_is_another_endpoint() -> None:
    assert Endpoint.of("127.0.0.1:submission", "inet") != SUBMISSION


def test_hosts_are_compared_without_case() -> None:
    assert Endpoint.of("Mail.Example.ORG:smtp", "inet") == Endpoint("mail.example.org", 25)


def test_an_unknown_port_keeps_its_name() -> None:
    assert Endpoint.of("amavis", "inet") == Endpoint("", "amavis")


def test_a_socket_is_known_by_name_and_type() -> None:
    assert Endpoint.of("smtp", "unix") == Endpoint("", "smtp", "unix")
    assert Endpoint.of("smtp", "unix") != SMTP


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (SMTP, "25"),
        (Endpoint("::1", 25), "[::1]:25"),
        (Endpoint("127.0.0.1", 587), "[127.0.0.1]:587"),
        (Endpoint("", "pickup", "unix"), "pickup/unix"),
    ],
)
def test_an_endpoint_is_written_as_the_master_writes_it(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text

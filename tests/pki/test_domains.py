"""Domains, and the names within them."""

import pytest

from pfwizard.pki.domains import domain_of, domains_of, is_of_a_registry, is_within


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("mail.example.org", "example.org"),
        ("a.b.example.org", "b.example.org"),
        ("example.org", "example.org"),
        ("example.co.uk", "example.co.uk"),
        ("mail.example.co.uk", "example.co.uk"),
        ("example.com.br", "example.com.br"),
        ("*.example.org", "example.org"),
        ("someone@mail.example.org", "mail.example.org"),
        ("mail", "mail"),
    ],
)
def test_a_name_belongs_to_the_domain_that_was_registered(name: str, domain: str) -> None:
    assert domain_of(name) == domain


def test_the_fewest_domains_are_taken_and_addresses_left_out() -> None:
    names = ["mail.example.org", "smtp.mail.example.org", "192.0.2.1", "::1", "a@example.com"]
    assert domains_of(names) == ("example.org", "example.com")


@pytest.mark.parametrize(
    ("name", "domain", "expected"),
    [
        ("example.org", "example.org", True),
        ("Mail.Example.org", "example.org", True),
        ("*.example.org", "example.org", True),
        ("a@sub.example.org", "example.org", True),
        ("badexample.org", "example.org", False),
        ("example.org.evil.net", "example.org", False),
        ("org", "example.org", False),
    ],
)
def test_within_a_domain_is_itself_and_what_is_below(
    name: str, domain: str, expected: bool
) -> None:
    assert is_within(name, domain) is expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("org", True),
        ("de", True),
        ("co.uk", True),
        ("example.org", False),
        ("example.co.uk", False),
        ("lan", False),
        ("localdomain", False),
    ],
)
def test_below_a_registry_strangers_have_names(domain: str, expected: bool) -> None:
    assert is_of_a_registry(domain) is expected

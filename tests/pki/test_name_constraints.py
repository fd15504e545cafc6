"""A CA that may sign for the operator's own names only."""

from ipaddress import IPv4Network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import VerificationError

from pfwizard.pki.certificates import Certificate, extension
from pfwizard.pki.errors import CannotSign, NameProblem, OutsideLimits
from pfwizard.pki.name_constraints import limited_to, outside, permitted_names
from pfwizard.pki.profiles import client_alternative_name, server_alternative_name
from pfwizard.pki.subject import Subject
from tests.pki.builders import HOST, USER, ca, client, server
from tests.pki.verifiers import (
    GnuTls,
    Purpose,
    complaint_of_openssl,
    findings_of_pkilint,
    verify_as_a_client,
    verify_as_a_server,
)

DOMAIN = "kernel-panic.it"
LIMITS = limited_to([DOMAIN], ["192.0.2.25", "2001:db8::25"])
NO_ADDRESSES = limited_to([DOMAIN])
ADDRESS_ONLY = limited_to([], ["192.0.2.25"])
NOBODY = x509.Name([])

SERVERS_INSIDE = [
    (HOST,),
    (DOMAIN,),
    (HOST, "a.b.kernel-panic.it"),
    (f"*.{DOMAIN}",),
    (HOST, "192.0.2.25", "2001:db8::25"),
]
SERVERS_OUTSIDE = [
    ("mail.example.org",),
    ("xkernel-panic.it",),
    (HOST, "mail.example.org"),
    (HOST, "192.0.2.26"),
    (HOST, "2001:db8::26"),
    ("*.example.org",),
]
CLIENTS_INSIDE = [(USER,), ("a@sub.kernel-panic.it",), (USER, HOST)]
CLIENTS_OUTSIDE = [("a@example.org",), ("a@xkernel-panic.it",), (USER, "mail.example.org")]

joined = ", ".join
servers_inside = pytest.mark.parametrize("names", SERVERS_INSIDE, ids=joined)
servers_outside = pytest.mark.parametrize("names", SERVERS_OUTSIDE, ids=joined)
clients_inside = pytest.mark.parametrize("names", CLIENTS_INSIDE, ids=joined)
clients_outside = pytest.mark.parametrize("names", CLIENTS_OUTSIDE, ids=joined)

LIMITED = ca(limits=LIMITS)

# Of the same name with the same key: what it signed is signed by LIMITED too, whatever the names.
UNLIMITED = ca()


# --- what pfwizard signs -------------------------------------------------------------------------


@servers_inside
def test_a_server_inside_is_signed_for(names: tuple[str, ...]) -> None:
    assert server(LIMITED, names=names, subject=Subject()).is_issued_by(LIMITED)


@servers_outside
def test_a_server_outside_is_not_signed_for(names: tuple[str, ...]) -> None:
    with pytest.raises(CannotSign, match=f"may not sign for .*{names[-1].strip('*.')}: it is"):
        server_outside(LIMITED, names)


@clients_inside
def test_a_client_inside_is_signed_for(names: tuple[str, ...]) -> None:
    assert client(LIMITED, names=names).is_issued_by(LIMITED)


@clients_outside
def test_a_client_outside_is_not_signed_for(names: tuple[str, ...]) -> None:
    with pytest.raises(
        CannotSign, match=f"may not sign for {names[-1]}: it is limited to {DOMAIN}"
    ):
        client(LIMITED, names=names)


def server_outside(issuer: Certificate, names: tuple[str, ...]) -> Certificate:
    return server(issuer, names=names, subject=Subject(organization="Example"))


def test_a_common_name_counts_where_there_are_addresses_only() -> None:
    """OpenSSL looks there then, and no other program does."""
    elsewhere = Subject(common_name="mail.example.org")
    with pytest.raises(CannotSign, match=r"may not sign for mail\.example\.org"):
        server(LIMITED, subject=elsewhere, names=["192.0.2.25"])
    assert server(LIMITED, subject=elsewhere, names=[HOST]).facts.dns_names == (HOST,)


def test_a_ca_without_limits_signs_for_everything() -> None:
    assert server(UNLIMITED, names=["mail.example.org"]).is_issued_by(UNLIMITED)


# --- what other programs accept ------------------------------------------------------------------


@servers_inside
def test_openssl_and_the_library_accept_a_server_inside(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    leaf = server(LIMITED, names=names)
    assert not complaint_of_openssl(LIMITED, leaf, directory=tmp_path)
    verify_as_a_client(LIMITED, leaf, names[0].replace("*", "mail"))


@servers_outside
def test_openssl_and_the_library_refuse_a_server_outside(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    leaf = server(UNLIMITED, names=names)
    assert "permitted subtree violation" in complaint_of_openssl(LIMITED, leaf, directory=tmp_path)
    with pytest.raises(VerificationError):
        verify_as_a_client(LIMITED, leaf, names[0].replace("*", "mail"))


@clients_inside
def test_openssl_and_the_library_accept_a_client_inside(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    leaf = client(LIMITED, names=names)
    assert not complaint_of_openssl(LIMITED, leaf, purpose=Purpose.CLIENT, directory=tmp_path)
    verify_as_a_server(LIMITED, leaf)


@clients_outside
def test_openssl_and_the_library_refuse_a_client_outside(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    leaf = client(UNLIMITED, names=names)
    said = complaint_of_openssl(LIMITED, leaf, purpose=Purpose.CLIENT, directory=tmp_path)
    assert "permitted subtree violation" in said
    with pytest.raises(VerificationError):
        verify_as_a_server(LIMITED, leaf)


@pytest.mark.machine
@servers_inside
def test_gnutls_accepts_a_server_inside(names: tuple[str, ...], gnutls: GnuTls) -> None:
    leaf = server(LIMITED, names=names)
    assert not gnutls.complaint(LIMITED, leaf, purpose=Purpose.SERVER)


@pytest.mark.machine
@servers_outside
def test_gnutls_refuses_a_server_outside(names: tuple[str, ...], gnutls: GnuTls) -> None:
    leaf = server(UNLIMITED, names=names)
    assert not gnutls.complaint(UNLIMITED, leaf, purpose=Purpose.SERVER)
    assert gnutls.complaint(LIMITED, leaf, purpose=Purpose.SERVER)


@pytest.mark.machine
@clients_inside
def test_gnutls_accepts_a_client_inside(names: tuple[str, ...], gnutls: GnuTls) -> None:
    assert not gnutls.complaint(LIMITED, client(LIMITED, names=names), purpose=Purpose.CLIENT)


@pytest.mark.machine
@clients_outside
def test_gnutls_refuses_a_client_outside(names: tuple[str, ...], gnutls: GnuTls) -> None:
    leaf = client(UNLIMITED, names=names)
    assert gnutls.complaint(LIMITED, leaf, purpose=Purpose.CLIENT)


@pytest.mark.parametrize("address", ["192.0.2.25", "2001:db8::25"])
def test_no_address_is_accepted_where_none_was_named(address: str, tmp_path: Path) -> None:
    limited = ca(limits=NO_ADDRESSES)
    leaf = server(UNLIMITED, names=[HOST, address])
    assert "excluded subtree violation" in complaint_of_openssl(limited, leaf, directory=tmp_path)
    with pytest.raises(VerificationError):
        verify_as_a_client(limited, leaf)
    with pytest.raises(CannotSign, match=f"may not sign for {address}"):
        server(limited, names=[HOST, address])


def test_an_address_of_one_family_allows_none_of_the_other(tmp_path: Path) -> None:
    limited = ca(limits=limited_to([DOMAIN], ["192.0.2.25"]))
    leaf = server(UNLIMITED, names=[HOST, "2001:db8::25"])
    assert "permitted subtree violation" in complaint_of_openssl(limited, leaf, directory=tmp_path)
    with pytest.raises(VerificationError):
        verify_as_a_client(limited, leaf)
    with pytest.raises(CannotSign, match="may not sign for 2001:db8::25"):
        server(limited, names=[HOST, "2001:db8::25"])


@pytest.mark.parametrize("limits", [LIMITS, NO_ADDRESSES, ADDRESS_ONLY])
def test_pkilint_finds_nothing_in_a_limited_ca(limits: x509.NameConstraints) -> None:
    assert findings_of_pkilint(ca(limits=limits)) == []


# --- the limits themselves -----------------------------------------------------------------------


def test_the_limits_are_critical() -> None:
    found = LIMITED.parsed.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert extension(ca().parsed, x509.NameConstraints) is None


def test_limits_tell_their_domains_and_addresses() -> None:
    domains, addresses = ["Example.ORG.", "bücher.example", "lan"], ["192.0.2.1", "2001:DB8::1"]
    assert permitted_names(limited_to(domains, addresses)) == (
        "example.org",
        "xn--bcher-kva.example",
        "lan",
        "192.0.2.1",
        "2001:db8::1",
    )


def test_limits_of_another_ca_tell_its_networks() -> None:
    network = x509.IPAddress(IPv4Network("192.0.2.0/24"))
    assert permitted_names(x509.NameConstraints([network], None)) == ("192.0.2.0/24",)


@pytest.mark.parametrize("mailbox", ["a@example.org", "a@sub.example.org"])
def test_no_mailbox_is_accepted_where_no_domain_was_named(mailbox: str, tmp_path: Path) -> None:
    limited = ca(limits=ADDRESS_ONLY)
    leaf = client(UNLIMITED, names=[mailbox])
    said = complaint_of_openssl(limited, leaf, purpose=Purpose.CLIENT, directory=tmp_path)
    assert "permitted subtree violation" in said
    with pytest.raises(VerificationError):
        verify_as_a_server(limited, leaf)
    with pytest.raises(OutsideLimits):
        client(limited, names=[mailbox])


def test_no_host_is_accepted_where_no_domain_was_named(tmp_path: Path) -> None:
    limited = ca(limits=ADDRESS_ONLY)
    leaf = server(UNLIMITED, names=[HOST])
    assert "permitted subtree violation" in complaint_of_openssl(limited, leaf, directory=tmp_path)
    with pytest.raises(VerificationError):
        verify_as_a_client(limited, leaf)
    with pytest.raises(OutsideLimits, match=f"for {HOST}: it is limited to 192\\.0\\.2\\.25"):
        server(limited, names=[HOST])


def test_an_address_is_accepted_where_no_domain_was_named(tmp_path: Path) -> None:
    limited = ca(limits=ADDRESS_ONLY)
    leaf = server(limited, names=["192.0.2.25"], subject=Subject(organization="Example"))
    assert not complaint_of_openssl(limited, leaf, directory=tmp_path)
    verify_as_a_client(limited, leaf, "192.0.2.25")


@pytest.mark.parametrize("domain", ["", "*.example.org", "a..b", ".example.org", "192.0.2.1"])
def test_a_domain_that_cannot_be_is_refused(domain: str) -> None:
    with pytest.raises(NameProblem):
        limited_to([domain])


@pytest.mark.parametrize(
    ("subtree", "host", "allowed"),
    [
        ("example.org", "example.org", True),
        ("example.org", "MAIL.Example.org", True),
        ("example.org", "anexample.org", False),
        (".example.org", "mail.example.org", True),
        (".example.org", "example.org", False),
        ("", "anything.example", True),
    ],
)
def test_the_forms_of_other_cas_are_understood_for_hosts(
    subtree: str, host: str, allowed: bool
) -> None:
    limits = x509.NameConstraints([x509.DNSName(subtree)], None)
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    assert outside(limits, NOBODY, names) == (() if allowed else (host,))
    limits = x509.NameConstraints(None, [x509.DNSName(subtree)])
    assert outside(limits, NOBODY, names) == ((host,) if allowed else ())


@pytest.mark.parametrize(
    ("subtree", "mailbox", "allowed"),
    [
        ("example.org", "a@example.org", True),
        ("example.org", "a@Example.org", True),
        ("example.org", "a@sub.example.org", False),
        (".example.org", "a@sub.example.org", True),
        (".example.org", "a@example.org", False),
        ("a@example.org", "a@example.org", True),
        ("a@example.org", "b@example.org", False),
    ],
)
def test_the_forms_of_other_cas_are_understood_for_mailboxes(
    subtree: str, mailbox: str, allowed: bool
) -> None:
    limits = x509.NameConstraints([x509.RFC822Name(subtree)], None)
    names = x509.SubjectAlternativeName([x509.RFC822Name(mailbox)])
    assert outside(limits, NOBODY, names) == (() if allowed else (mailbox,))


def test_a_kind_of_name_that_no_limit_speaks_of_is_free() -> None:
    limits = x509.NameConstraints([x509.DNSName(DOMAIN)], None)
    assert outside(limits, NOBODY, server_alternative_name([HOST, "192.0.2.1"])) == ()
    assert outside(limits, NOBODY, client_alternative_name(["a@example.org"])) == ()
    assert outside(None, NOBODY, server_alternative_name(["mail.example.org"])) == ()

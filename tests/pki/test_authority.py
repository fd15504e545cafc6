"""What the CA puts into certificates."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from pfwizard.errors import InputProblem
from pfwizard.pki.authority import sign_server
from pfwizard.pki.certificates import Certificate, examined, extension
from pfwizard.pki.errors import CannotSign, NameProblem
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.requests import load_request
from pfwizard.pki.serials import random_serial
from pfwizard.pki.subject import Subject
from tests.pki.builders import (
    CA_SUBJECT,
    HOST,
    NOW,
    SERVER_SUBJECT,
    USER,
    ca,
    client,
    key,
    server,
)
from tests.pki.foreign import ca_by_the_guide
from tests.pki.openssl import openssl
from tests.pki.verifiers import complaint_of_openssl, findings_of_pkilint, verify_as_a_client

HOUR = timedelta(hours=1)


def critical(certificate: Certificate, kind: type[x509.ExtensionType]) -> bool:
    return certificate.parsed.extensions.get_extension_for_class(kind).critical


def uses(certificate: Certificate) -> set[str]:
    """The names of the bits set in keyUsage."""
    usage = extension(certificate.parsed, x509.KeyUsage)
    assert usage is not None
    bits = ("digital_signature", "key_encipherment", "key_cert_sign", "crl_sign", "key_agreement")
    return {bit for bit in bits if getattr(usage, bit)}


def key_identifier(certificate: Certificate) -> bytes:
    found = extension(certificate.parsed, x509.SubjectKeyIdentifier)
    assert found is not None
    return found.digest


def authority_key_identifier(certificate: Certificate) -> x509.AuthorityKeyIdentifier:
    found = extension(certificate.parsed, x509.AuthorityKeyIdentifier)
    assert found is not None
    return found


# --- the CA --------------------------------------------------------------------------------------


def test_a_ca_is_a_ca_with_none_below() -> None:
    constraints = extension(ca().parsed, x509.BasicConstraints)
    assert constraints == x509.BasicConstraints(ca=True, path_length=0)
    assert critical(ca(), x509.BasicConstraints)


@pytest.mark.parametrize("key_type", KeyType)
def test_a_ca_key_signs_certificates_and_revocation_lists_and_nothing_else(
    key_type: KeyType,
) -> None:
    assert uses(ca(key_type=key_type)) == {"key_cert_sign", "crl_sign"}
    assert critical(ca(key_type=key_type), x509.KeyUsage)


def test_a_ca_is_its_own_issuer() -> None:
    assert ca().is_issued_by(ca())
    assert authority_key_identifier(ca()).key_identifier == key_identifier(ca())


def test_a_ca_has_no_purpose_and_no_host_names() -> None:
    assert extension(ca().parsed, x509.ExtendedKeyUsage) is None
    assert extension(ca().parsed, x509.SubjectAlternativeName) is None


def test_a_ca_needs_a_common_name() -> None:
    with pytest.raises(NameProblem, match="no common name"):
        ca(subject=Subject(organization="Example"))


def test_a_ca_with_a_subject_that_was_not_checked_is_refused() -> None:
    with pytest.raises(NameProblem, match="organization"):
        ca(subject=Subject(organization="a\x1b", common_name="ca"))


# --- the server ----------------------------------------------------------------------------------


def test_a_server_is_no_ca() -> None:
    constraints = extension(server().parsed, x509.BasicConstraints)
    assert constraints == x509.BasicConstraints(ca=False, path_length=None)
    assert critical(server(), x509.BasicConstraints)


@pytest.mark.parametrize("key_type", KeyType)
def test_an_rsa_server_key_signs_and_enciphers_and_an_ec_key_signs(key_type: KeyType) -> None:
    expected = {"digital_signature"} | ({"key_encipherment"} if "rsa" in key_type else set())
    assert uses(server(key_type=key_type)) == expected
    assert critical(server(key_type=key_type), x509.KeyUsage)


def test_a_server_certificate_is_for_servers_only() -> None:
    usage = extension(server().parsed, x509.ExtendedKeyUsage)
    assert usage == x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def test_a_server_certificate_names_its_hosts_and_addresses_once_each() -> None:
    facts = server(names=[HOST, "MX.kernel-panic.it.", HOST, "192.0.2.1"]).facts
    assert facts.dns_names == (HOST, "mx.kernel-panic.it")
    assert facts.ip_addresses == ("192.0.2.1",)


def test_the_names_are_critical_only_without_a_subject() -> None:
    assert not critical(server(), x509.SubjectAlternativeName)
    assert critical(server(subject=Subject()), x509.SubjectAlternativeName)


def test_a_server_certificate_names_its_issuer_by_key_alone() -> None:
    identifier = authority_key_identifier(server())
    assert identifier.key_identifier == key_identifier(ca())
    assert identifier.authority_cert_issuer is None
    assert identifier.authority_cert_serial_number is None


def test_a_server_certificate_needs_a_name() -> None:
    with pytest.raises(NameProblem, match="no names"):
        server(names=[])


@pytest.mark.parametrize("name", ["a..b", "-x.example.org", "mail\x1b.example.org", ""])
def test_a_name_that_was_not_checked_is_refused(name: str) -> None:
    with pytest.raises(NameProblem):
        server(names=[name])


def test_nothing_a_request_asks_for_is_copied() -> None:
    """A request for a CA's powers, for another subject and another host."""
    asked = (
        x509.CertificateSigningRequestBuilder(x509.Name([]))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("evil.example.org")]), critical=False
        )
        .add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        AuthorityInformationAccessOID.OCSP,
                        x509.UniformResourceIdentifier("http://evil.example.org"),
                    )
                ]
            ),
            critical=False,
        )
        .sign(key("server").parsed, hashes.SHA256())
    )
    request = load_request(asked.public_bytes(Encoding.PEM))
    made = sign_server(
        request.public_key,
        SERVER_SUBJECT,
        [HOST],
        ca_certificate=ca(),
        ca_key=key("ca"),
        days=1,
        now=NOW,
        serial=1,
    )
    assert not made.facts.is_ca
    assert made.facts.dns_names == (HOST,)
    assert made.facts.subject == SERVER_SUBJECT.one_line()
    assert extension(made.parsed, x509.AuthorityInformationAccess) is None


# --- the client ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key_type", KeyType)
def test_a_client_is_no_ca_and_its_key_signs_and_does_nothing_else(key_type: KeyType) -> None:
    made = client(key_type=key_type)
    assert not made.facts.is_ca
    assert uses(made) == {"digital_signature"}


def test_a_client_certificate_is_for_clients_only() -> None:
    usage = extension(client().parsed, x509.ExtendedKeyUsage)
    assert usage == x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])


def test_a_client_certificate_names_addresses_and_hosts() -> None:
    facts = client(names=[USER, "Relay.example.org", USER]).facts
    assert facts.email_addresses == (USER,)
    assert facts.dns_names == ("relay.example.org",)


@pytest.mark.parametrize("names", [[], [""], ["a@b"], ["a b@example.org"]])
def test_a_client_certificate_needs_a_name_that_can_be(names: list[str]) -> None:
    with pytest.raises(NameProblem):
        client(names=names)


@pytest.mark.parametrize("name", ["d.mazzocchio", "mail.example.org", "a_b.c-d"])
def test_a_person_whose_name_openssl_would_take_for_a_host_is_refused(name: str) -> None:
    with pytest.raises(NameProblem, match="reads as the name of a host"):
        client(subject=Subject(common_name=name))


@pytest.mark.parametrize("name", ["Danilo Mazzocchio", USER, "danilo", "D. Mazzocchio"])
def test_a_person_may_be_named_in_full_or_by_the_address(name: str) -> None:
    assert client(subject=Subject(common_name=name)).facts.subject == f"/CN={name}"


def test_a_mail_server_may_be_named_by_its_host_name() -> None:
    assert client(subject=Subject(common_name=HOST), names=[HOST]).facts.dns_names == (HOST,)


def test_a_client_certificate_needs_a_common_name() -> None:
    with pytest.raises(NameProblem, match="no common name"):
        client(subject=Subject(organization="Example"))


def test_a_client_certificate_never_outlives_its_ca() -> None:
    assert client(ca(days=30), days=397).facts.not_after == NOW + timedelta(days=30)


def test_a_key_that_is_not_the_cas_cannot_sign_for_a_client() -> None:
    with pytest.raises(CannotSign, match="does not belong to the CA certificate"):
        client(ca_key=key("another ca"))


# --- e-mail addresses in subjects ----------------------------------------------------------------

WITH_EMAIL = Subject(common_name="somebody", email="postmaster@Kernel-Panic.it")


@pytest.mark.parametrize(
    "made", [ca(subject=WITH_EMAIL), server(subject=WITH_EMAIL), client(subject=WITH_EMAIL)]
)
def test_an_email_address_in_the_subject_is_among_the_names_too(made: Certificate) -> None:
    """RFC 5280 section 4.1.2.6; the subject alone is the older way."""
    assert made.facts.email_addresses[-1] == "postmaster@kernel-panic.it"
    assert made.facts.subject == "/CN=somebody/emailAddress=postmaster@kernel-panic.it"
    assert findings_of_pkilint(made) == []


def test_an_email_address_is_among_the_names_once() -> None:
    made = client(subject=Subject(common_name="Danilo", email=USER), names=[USER])
    assert made.facts.email_addresses == (USER,)


def test_an_email_address_is_no_name_that_clients_dial() -> None:
    with pytest.raises(NameProblem, match="no names"):
        server(subject=WITH_EMAIL, names=[])


def test_other_programs_accept_email_addresses_in_subjects(tmp_path: Path) -> None:
    issuer = ca(subject=WITH_EMAIL)
    leaf = server(issuer, subject=WITH_EMAIL)
    assert not complaint_of_openssl(issuer, leaf, "-verify_hostname", HOST, directory=tmp_path)
    verify_as_a_client(issuer, leaf)


# --- the issuer's name and key -------------------------------------------------------------------


def test_the_issuer_is_the_cas_subject_byte_for_byte() -> None:
    """Here one that pfwizard would never write: GnuTLS compares the encodings."""
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "old CA", _type=_ASN1Type.PrintableString)]
    )
    old = foreign_ca(key("ca"), name)
    assert server(old).parsed.issuer.public_bytes() == name.public_bytes()


def test_a_ca_openssl_made_as_in_the_guide_can_sign(tmp_path: Path) -> None:
    pair = ca_by_the_guide(tmp_path)
    made = server(pair.certificate, ca_key=pair.key, now=datetime.now(UTC))
    assert made.is_issued_by(pair.certificate)
    assert made.facts.issuer == CA_SUBJECT.one_line()


def test_a_ca_without_a_key_identifier_is_named_by_the_hash_of_its_key() -> None:
    old = foreign_ca(key("ca"))
    assert authority_key_identifier(server(old)).key_identifier == key_identifier(ca())


def test_a_key_that_is_not_the_cas_cannot_sign() -> None:
    with pytest.raises(CannotSign, match="the CA key does not belong to the CA certificate"):
        server(ca(), ca_key=key("another ca"))


def test_a_server_certificate_cannot_sign() -> None:
    with pytest.raises(CannotSign, match="is not one of a CA"):
        server(server(), ca_key=key("server"))


def test_a_ca_whose_key_usage_forbids_it_cannot_sign() -> None:
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    with pytest.raises(CannotSign, match="may not sign certificates"):
        server(foreign_ca(key("ca"), usage=usage))


@pytest.mark.parametrize("now", [NOW + timedelta(days=11), NOW - timedelta(hours=2)])
def test_a_ca_outside_its_validity_cannot_sign(now: datetime) -> None:
    with pytest.raises(CannotSign, match="valid only from 2026-01-15 11:30 to 2026-01-25"):
        server(ca(days=10), now=now)


def foreign_ca(
    private: PrivateKey,
    name: x509.Name | None = None,
    usage: x509.KeyUsage | None = None,
) -> Certificate:
    """A CA as other programs make them: no key identifier, perhaps no keyUsage."""
    name = name or x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "foreign CA")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.parsed.public_key())
        .not_valid_before(NOW - HOUR)
        .not_valid_after(NOW + timedelta(days=3650))
        .serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    return examined(builder.sign(private.parsed, hashes.SHA256()))


# --- dates, serial numbers, signatures -----------------------------------------------------------


def test_a_certificate_begins_an_hour_ago_and_lasts_its_days_from_now() -> None:
    facts = server(days=397).facts
    assert facts.not_before == NOW - HOUR
    assert facts.not_after == NOW + timedelta(days=397)


def test_a_server_certificate_never_outlives_its_ca() -> None:
    assert server(ca(days=30), days=397).facts.not_after == NOW + timedelta(days=30)


def test_a_server_certificate_never_begins_before_its_ca() -> None:
    issuer = ca()
    assert server(issuer, now=NOW - HOUR / 2).facts.not_before == issuer.facts.not_before


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_a_lifetime_out_of_range_is_refused(days: int) -> None:
    with pytest.raises(InputProblem):
        ca(days=days)


@pytest.mark.parametrize(
    ("year", "tag"), [(2049, "UTCTIME"), (2050, "GENERALIZEDTIME")], ids=["2049", "2050"]
)
def test_dates_from_2050_on_have_four_digits(year: int, tag: str, tmp_path: Path) -> None:
    end = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    made = ca(now=end - timedelta(days=10), days=10)
    said = openssl("asn1parse", given=made.pem(), directory=tmp_path)
    times = [line for line in said.splitlines() if "TIME" in line]
    assert tag in times[1]
    assert made.facts.not_after == end


def test_the_serial_number_is_the_callers() -> None:
    assert server(serial=12345).facts.serial == 12345


def test_the_longest_serial_number_fits() -> None:
    serial = random_serial(lambda count: b"\xff" * count)
    assert server(serial=serial).facts.serial == serial


@pytest.mark.parametrize(
    ("key_type", "hash_name"),
    [
        (KeyType.RSA_2048, "sha256"),
        (KeyType.RSA_4096, "sha256"),
        (KeyType.EC_P256, "sha256"),
        (KeyType.EC_P384, "sha384"),
    ],
)
def test_the_hash_fits_the_key_that_signs(key_type: KeyType, hash_name: str) -> None:
    made = server(ca(key_type=key_type), ca_key=key("ca", key_type)).parsed
    assert made.signature_hash_algorithm is not None
    assert made.signature_hash_algorithm.name == hash_name


def test_a_certificate_is_of_version_3() -> None:
    assert (ca().facts.version, server().facts.version) == (3, 3)

"""Certificates that go on with the same key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from pfwizard.pki.certificates import Certificate, extension
from pfwizard.pki.checks import ca_problems
from pfwizard.pki.errors import CannotSign
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.name_constraints import limited_to
from pfwizard.pki.renewal import depends_on_the_serial_of_its_issuer, renewed, renewed_ca
from pfwizard.pki.subject import Subject
from tests.pki.builders import HOST, NOW, USER, ca, client, key, server
from tests.pki.foreign import Pair, ca_by_the_guide, server_by_the_guide
from tests.pki.verifiers import (
    GnuTls,
    Purpose,
    complaint_of_openssl,
    findings_of_pkilint,
    verify_as_a_client,
    verify_as_a_server,
)

LATER = NOW + timedelta(days=300)

types = pytest.mark.parametrize("key_type", KeyType)


def again(
    leaf: Certificate,
    issuer: Certificate,
    *,
    ca_key: PrivateKey | None = None,
    now: datetime = LATER,
    days: int = 397,
) -> Certificate:
    return renewed(
        leaf,
        ca_certificate=issuer,
        ca_key=ca_key or key("ca"),
        days=days,
        now=now,
        serial=0xA6A11,
    )


def ca_again(
    issuer: Certificate, private: PrivateKey | None = None, *, now: datetime = LATER
) -> Certificate:
    return renewed_ca(issuer, private or key("ca"), 3650, now=now, serial=0xA6A11)


def but_for_the_issuer(certificate: Certificate) -> list[x509.Extension[x509.ExtensionType]]:
    return [
        each
        for each in certificate.parsed.extensions
        if not isinstance(each.value, x509.AuthorityKeyIdentifier)
    ]


# --- servers and clients -------------------------------------------------------------------------


@types
def test_a_renewed_server_keeps_its_key_and_so_its_tlsa_record(key_type: KeyType) -> None:
    issuer = ca()
    old = server(issuer, key_type=key_type)
    new = again(old, issuer)
    assert new.public_key == old.public_key
    assert new.facts.spki_sha256 == old.facts.spki_sha256
    assert new.facts.fingerprint_sha256 != old.facts.fingerprint_sha256


@pytest.mark.parametrize(
    "old",
    [
        pytest.param(server(names=[HOST, "mx.kernel-panic.it", "192.0.2.1"]), id="server"),
        pytest.param(server(subject=Subject()), id="server without a subject"),
        pytest.param(client(), id="client"),
    ],
)
def test_a_renewed_certificate_keeps_subject_names_and_purpose(old: Certificate) -> None:
    new = again(old, ca())
    assert new.parsed.subject.public_bytes() == old.parsed.subject.public_bytes()
    assert but_for_the_issuer(new) == but_for_the_issuer(old)


def test_a_renewed_certificate_has_its_own_serial_and_dates() -> None:
    issuer = ca()
    facts = again(server(issuer), issuer, days=90).facts
    assert facts.serial == 0xA6A11
    assert facts.not_before == LATER - timedelta(hours=1)
    assert facts.not_after == LATER + timedelta(days=90)


def test_a_renewed_certificate_never_outlives_its_ca() -> None:
    issuer = ca(days=400)
    assert again(server(issuer), issuer).facts.not_after == NOW + timedelta(days=400)


def test_an_expired_certificate_can_be_renewed() -> None:
    issuer = ca()
    new = again(server(issuer, days=1), issuer)
    assert new.validity.includes(LATER)


def test_other_programs_accept_renewed_certificates(tmp_path: Path) -> None:
    issuer = ca()
    a_server = again(server(issuer), issuer, now=NOW)
    a_client = again(client(issuer), issuer, now=NOW)
    assert not complaint_of_openssl(issuer, a_server, "-verify_hostname", HOST, directory=tmp_path)
    assert not complaint_of_openssl(
        issuer, a_client, "-verify_email", USER, purpose=Purpose.CLIENT, directory=tmp_path
    )
    verify_as_a_client(issuer, a_server)
    verify_as_a_server(issuer, a_client)
    assert findings_of_pkilint(a_server) == findings_of_pkilint(a_client) == []


def test_with_a_new_key_all_else_stays_but_what_says_which_key_it_is(tmp_path: Path) -> None:
    issuer, other = ca(), key("another server")
    old = server(issuer)
    new = renewed(
        old,
        ca_certificate=issuer,
        ca_key=key("ca"),
        days=397,
        now=NOW,
        serial=0xA6A11,
        new_key=other.public_key,
    )
    identifier = extension(new.parsed, x509.SubjectKeyIdentifier)
    assert other.matches(new)
    assert identifier == x509.SubjectKeyIdentifier.from_public_key(other.public_key.parsed())
    assert new.facts.dns_names == old.facts.dns_names
    assert not complaint_of_openssl(issuer, new, "-verify_hostname", HOST, directory=tmp_path)
    verify_as_a_client(issuer, new)


def test_what_another_ca_issued_is_not_renewed() -> None:
    with pytest.raises(CannotSign, match="was not issued by this CA"):
        again(server(), ca(whose="another ca"), ca_key=key("another ca"))


def test_a_key_that_is_not_the_cas_renews_nothing() -> None:
    with pytest.raises(CannotSign, match="does not belong to the CA certificate"):
        again(server(), ca(), ca_key=key("another ca"))


def test_an_expired_ca_renews_nothing_but_itself() -> None:
    issuer = ca(days=30)
    with pytest.raises(CannotSign, match="valid only from"):
        again(server(issuer), issuer)
    assert ca_again(issuer).validity.includes(LATER)


def test_a_ca_is_not_renewed_as_if_it_were_a_server() -> None:
    with pytest.raises(CannotSign, match="is one of a CA"):
        again(ca(), ca())


def test_a_name_outside_the_limits_of_the_ca_is_not_renewed() -> None:
    limited = ca(limits=limited_to(["example.org"]))
    with pytest.raises(CannotSign, match="may not sign for"):
        again(server(ca()), limited)


def test_a_certificate_by_the_guide_has_no_names_to_be_renewed_for(tmp_path: Path) -> None:
    issuer = ca_by_the_guide(tmp_path)
    old = server_by_the_guide(tmp_path)
    with pytest.raises(CannotSign, match="has no subjectAltName"):
        again(old.certificate, issuer.certificate, ca_key=issuer.key, now=datetime.now(UTC))


# --- the CA --------------------------------------------------------------------------------------


@pytest.mark.parametrize("limits", [None, limited_to(["kernel-panic.it"])], ids=["free", "limited"])
@types
def test_a_renewed_ca_keeps_key_subject_and_extensions(
    key_type: KeyType, limits: x509.NameConstraints | None
) -> None:
    old = ca(key_type=key_type, limits=limits)
    new = ca_again(old, key("ca", key_type))
    assert new.public_key == old.public_key
    assert new.parsed.subject.public_bytes() == old.parsed.subject.public_bytes()
    assert list(new.parsed.extensions) == list(old.parsed.extensions)


def test_a_renewed_ca_has_its_own_serial_and_dates() -> None:
    facts = ca_again(ca()).facts
    assert facts.serial == 0xA6A11
    assert facts.not_after == LATER + timedelta(days=3650)


@types
def test_openssl_and_the_library_accept_every_leaf_under_a_renewed_ca(
    key_type: KeyType, tmp_path: Path
) -> None:
    old = ca(key_type=key_type)
    a_server = server(old, ca_key=key("ca", key_type))
    a_client = client(old, ca_key=key("ca", key_type))
    new = ca_again(old, key("ca", key_type), now=NOW)
    assert not complaint_of_openssl(new, a_server, "-verify_hostname", HOST, directory=tmp_path)
    assert not complaint_of_openssl(new, a_client, purpose=Purpose.CLIENT, directory=tmp_path)
    verify_as_a_client(new, a_server)
    verify_as_a_server(new, a_client)


@pytest.mark.machine
@types
def test_gnutls_accepts_every_leaf_under_a_renewed_ca(key_type: KeyType, gnutls: GnuTls) -> None:
    old = ca(key_type=key_type)
    new = ca_again(old, key("ca", key_type), now=NOW)
    a_server = server(old, ca_key=key("ca", key_type))
    a_client = client(old, ca_key=key("ca", key_type))
    assert not gnutls.complaint(new, a_server, purpose=Purpose.SERVER)
    assert not gnutls.complaint(new, a_client, purpose=Purpose.CLIENT)


def test_pkilint_finds_nothing_in_a_renewed_ca() -> None:
    assert findings_of_pkilint(ca_again(ca())) == []


def test_a_renewed_ca_by_the_guide_satisfies_strict_clients(tmp_path: Path) -> None:
    """Its keyUsage was missing; the certificates it signed need nothing done."""
    old = ca_by_the_guide(tmp_path)
    now = datetime.now(UTC)
    leaf = server(old.certificate, ca_key=old.key, now=now)
    assert "key usage" in complaint_of_openssl(old.certificate, leaf, directory=tmp_path, at=now)
    new = ca_again(old.certificate, old.key, now=now)
    assert not complaint_of_openssl(new, leaf, directory=tmp_path, at=now)
    assert ca_problems(new, old.key, now=now) == ()


def test_a_key_that_is_not_the_cas_does_not_renew_it() -> None:
    with pytest.raises(CannotSign, match="does not belong to the CA certificate"):
        ca_again(ca(), key("another ca"))


def test_a_server_is_not_renewed_as_if_it_were_a_ca() -> None:
    with pytest.raises(CannotSign, match="is not one of a CA"):
        ca_again(server(), key("server"))


def test_a_ca_below_another_is_renewed_by_the_other(tmp_path: Path) -> None:
    pair = ca_below_another(tmp_path)
    with pytest.raises(CannotSign, match="was issued by another CA"):
        ca_again(pair.certificate, pair.key)


def ca_below_another(directory: Path) -> Pair:
    ca_by_the_guide(directory)
    (directory / "extensions").write_text("basicConstraints=critical,CA:true\n")
    return server_by_the_guide(directory, "-extfile", "extensions")


# --- certificates that a renewal of their CA would break ------------------------------------------


def test_what_pfwizard_issues_does_not_depend_on_the_serial_of_the_ca() -> None:
    assert not depends_on_the_serial_of_its_issuer(server())
    assert not depends_on_the_serial_of_its_issuer(client())


def test_a_certificate_that_names_the_serial_of_its_ca_breaks_and_renewed_it_does_not(
    tmp_path: Path,
) -> None:
    old = ca_by_the_guide(tmp_path)
    now = datetime.now(UTC)
    extensions = f"authorityKeyIdentifier=keyid,issuer:always\nsubjectAltName=DNS:{HOST}\n"
    (tmp_path / "extensions").write_text(extensions)
    leaf = server_by_the_guide(tmp_path, "-extfile", "extensions").certificate
    assert depends_on_the_serial_of_its_issuer(leaf)

    new = ca_again(old.certificate, old.key, now=now)
    assert "issuer" in complaint_of_openssl(new, leaf, directory=tmp_path, at=now)
    fresh = again(leaf, new, ca_key=old.key, now=now)
    assert not depends_on_the_serial_of_its_issuer(fresh)
    assert not complaint_of_openssl(new, fresh, directory=tmp_path, at=now)


def test_a_renewed_certificate_gets_the_key_identifier_it_lacked(tmp_path: Path) -> None:
    old = ca_by_the_guide(tmp_path)
    (tmp_path / "extensions").write_text(f"subjectAltName=DNS:{HOST}\n")
    leaf = server_by_the_guide(tmp_path, "-extfile", "extensions").certificate
    fresh = again(leaf, old.certificate, ca_key=old.key, now=datetime.now(UTC))
    assert extension(fresh.parsed, x509.SubjectKeyIdentifier) is not None

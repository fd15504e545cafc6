"""Programs that are not pfwizard accept what it issues, however strictly they look."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.x509.verification import VerificationError

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.subject import Subject
from tests.pki.builders import HOST, NOW, USER, ca, client, key, server
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide
from tests.pki.verifiers import (
    GnuTls,
    Purpose,
    complaint_of_openssl,
    findings_of_pkilint,
    handshake,
    present,
    strict_client,
    strict_server,
    verify_as_a_client,
    verify_as_a_server,
)

in_a_machine = pytest.mark.machine

# Every type beside a CA of its own type, and every type beside every other CA's.
PAIRS = [(ca_type, leaf_type) for ca_type in KeyType for leaf_type in KeyType]
pairs = pytest.mark.parametrize(("ca_type", "leaf_type"), PAIRS)
types = pytest.mark.parametrize("key_type", KeyType)


def server_by(
    ca_type: KeyType, leaf_type: KeyType, now: datetime = NOW
) -> tuple[Certificate, Certificate]:
    issuer = ca(key_type=ca_type, now=now)
    return issuer, server(issuer, key_type=leaf_type, ca_key=key("ca", ca_type), now=now)


def client_by(
    ca_type: KeyType, leaf_type: KeyType, now: datetime = NOW
) -> tuple[Certificate, Certificate]:
    issuer = ca(key_type=ca_type, now=now)
    return issuer, client(issuer, key_type=leaf_type, ca_key=key("ca", ca_type), now=now)


# --- OpenSSL -------------------------------------------------------------------------------------


@pairs
def test_openssl_verifies_a_server_strictly(
    ca_type: KeyType, leaf_type: KeyType, tmp_path: Path
) -> None:
    pair = server_by(ca_type, leaf_type)
    assert not complaint_of_openssl(*pair, "-verify_hostname", HOST, directory=tmp_path)


@pairs
def test_openssl_verifies_a_client_strictly(
    ca_type: KeyType, leaf_type: KeyType, tmp_path: Path
) -> None:
    pair = client_by(ca_type, leaf_type)
    said = complaint_of_openssl(
        *pair, "-verify_email", USER, purpose=Purpose.CLIENT, directory=tmp_path
    )
    assert not said


@types
def test_openssl_verifies_a_ca_strictly(key_type: KeyType, tmp_path: Path) -> None:
    root = ca(key_type=key_type)
    said = complaint_of_openssl(
        root, root, "-check_ss_sig", purpose=Purpose.ANY, directory=tmp_path
    )
    assert not said


def test_openssl_takes_a_client_for_no_server_and_a_server_for_no_client(tmp_path: Path) -> None:
    assert "purpose" in complaint_of_openssl(ca(), client(), directory=tmp_path)
    assert "purpose" in complaint_of_openssl(
        ca(), server(), purpose=Purpose.CLIENT, directory=tmp_path
    )


def test_openssl_verifies_an_address(tmp_path: Path) -> None:
    leaf = server(names=(HOST, "2001:db8::1"))
    assert not complaint_of_openssl(ca(), leaf, "-verify_ip", "2001:db8::1", directory=tmp_path)


def test_openssl_verifies_a_host_a_wildcard_stands_for(tmp_path: Path) -> None:
    leaf = server(names=("*.kernel-panic.it",))
    assert not complaint_of_openssl(ca(), leaf, "-verify_hostname", HOST, directory=tmp_path)


def test_openssl_verifies_a_server_without_a_subject(tmp_path: Path) -> None:
    leaf = server(subject=Subject())
    assert not complaint_of_openssl(ca(), leaf, "-verify_hostname", HOST, directory=tmp_path)


def test_openssl_verifies_a_mail_server_that_is_a_client(tmp_path: Path) -> None:
    leaf = client(subject=Subject(common_name=HOST), names=[HOST])
    assert not complaint_of_openssl(ca(), leaf, purpose=Purpose.CLIENT, directory=tmp_path)


@pytest.mark.parametrize("year", [2049, 2050, 2051])
def test_openssl_reads_dates_on_both_sides_of_2050(year: int, tmp_path: Path) -> None:
    """From 2050 on the encoding is another (RFC 5280 section 4.1.2.5)."""
    now = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    issuer = ca(now=now)
    leaf = server(issuer, now=now, days=1)
    assert not complaint_of_openssl(issuer, leaf, directory=tmp_path, at=now)


# --- the library's own verifier ------------------------------------------------------------------


@pairs
def test_the_library_verifies_a_server(ca_type: KeyType, leaf_type: KeyType) -> None:
    verify_as_a_client(*server_by(ca_type, leaf_type))


@pairs
def test_the_library_verifies_a_client(ca_type: KeyType, leaf_type: KeyType) -> None:
    verify_as_a_server(*client_by(ca_type, leaf_type))


def test_the_library_verifies_an_address_and_a_server_without_a_subject() -> None:
    verify_as_a_client(ca(), server(subject=Subject(), names=("192.0.2.1",)), "192.0.2.1")


def test_the_library_refuses_another_ca() -> None:
    with pytest.raises(VerificationError):
        verify_as_a_client(ca(whose="another ca"), server())
    with pytest.raises(VerificationError):
        verify_as_a_server(ca(whose="another ca"), client())


# --- GnuTLS --------------------------------------------------------------------------------------


@in_a_machine
@pairs
def test_gnutls_verifies_a_server(ca_type: KeyType, leaf_type: KeyType, gnutls: GnuTls) -> None:
    pair = server_by(ca_type, leaf_type)
    assert not gnutls.complaint(*pair, f"--verify-hostname={HOST}", purpose=Purpose.SERVER)


@in_a_machine
@pairs
def test_gnutls_verifies_a_client(ca_type: KeyType, leaf_type: KeyType, gnutls: GnuTls) -> None:
    pair = client_by(ca_type, leaf_type)
    assert not gnutls.complaint(*pair, f"--verify-email={USER}", purpose=Purpose.CLIENT)


@in_a_machine
@types
def test_gnutls_verifies_a_ca(key_type: KeyType, gnutls: GnuTls) -> None:
    root = ca(key_type=key_type)
    assert not gnutls.complaint(root, root, purpose=Purpose.ANY)


@in_a_machine
def test_gnutls_refuses_what_is_wrong(gnutls: GnuTls) -> None:
    """Else the tests above would prove nothing."""
    assert gnutls.complaint(ca(), server(), purpose=Purpose.CLIENT)
    assert gnutls.complaint(ca(whose="another ca"), server(), purpose=Purpose.SERVER)
    assert gnutls.complaint(
        ca(), server(), "--verify-hostname=other.example.org", purpose=Purpose.SERVER
    )


# --- a linter ------------------------------------------------------------------------------------


@types
def test_pkilint_finds_nothing_in_a_ca(key_type: KeyType) -> None:
    assert findings_of_pkilint(ca(key_type=key_type)) == []


@pairs
def test_pkilint_finds_nothing_in_a_server(ca_type: KeyType, leaf_type: KeyType) -> None:
    assert findings_of_pkilint(server_by(ca_type, leaf_type)[1]) == []


@pairs
def test_pkilint_finds_nothing_in_a_client(ca_type: KeyType, leaf_type: KeyType) -> None:
    assert findings_of_pkilint(client_by(ca_type, leaf_type)[1]) == []


@pytest.mark.parametrize(
    "leaf",
    [
        pytest.param(server(subject=Subject()), id="a server without a subject"),
        pytest.param(server(names=[HOST, "mx.example.org", "2001:db8::1"]), id="many names"),
        pytest.param(client(names=[USER, HOST]), id="a client with both kinds of names"),
        pytest.param(ca(days=36500), id="a CA for a hundred years"),
    ],
)
def test_pkilint_finds_nothing_in_unusual_ones(leaf: Certificate) -> None:
    assert findings_of_pkilint(leaf) == []


def test_pkilint_finds_something_in_what_the_guides_commands_make(tmp_path: Path) -> None:
    """Else the tests above would prove nothing."""
    assert findings_of_pkilint(ca_by_the_guide(tmp_path).certificate)
    assert findings_of_pkilint(server_by_the_guide(tmp_path).certificate)


# --- a handshake ---------------------------------------------------------------------------------

versions = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@types
@versions
def test_a_strict_client_shakes_hands(
    key_type: KeyType, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    issuer, leaf = server_by(key_type, key_type, now=datetime.now(UTC))
    serving = strict_server(leaf, key("server", key_type), tmp_path)
    agreed = handshake(strict_client(issuer), serving, version)
    assert agreed.version() == version.name.replace("_", ".")


@types
@versions
def test_a_strict_server_asks_for_a_clients_certificate_and_accepts_it(
    key_type: KeyType, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    issuer, leaf = server_by(key_type, key_type, now=now)
    _, own = client_by(key_type, key_type, now=now)
    serving = strict_server(leaf, key("server", key_type), tmp_path)
    serving.load_verify_locations(cadata=issuer.pem().decode())
    serving.verify_mode = ssl.CERT_REQUIRED
    connecting = strict_client(issuer)
    present(connecting, own, key("client", key_type), tmp_path / "client.pem")
    agreed = handshake(connecting, serving, version)
    assert agreed.getpeercert(binary_form=True) == ssl.PEM_cert_to_DER_cert(own.pem().decode())


def test_a_strict_client_refuses_another_name(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    issuer = ca(now=now)
    leaf = server(issuer, names=("other.example.org",), now=now)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(strict_client(issuer), strict_server(leaf, key("server"), tmp_path))

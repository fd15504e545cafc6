"""Programs that are not pfwizard accept what it issues, however strictly they look."""

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.subject import Subject
from tests.pki.builders import HOST, NOW, SERVER_SUBJECT, ca, key, server
from tests.pki.openssl import openssl

PAIRS = [(ca_type, server_type) for ca_type in KeyType for server_type in KeyType]


def issued(
    ca_type: KeyType = KeyType.EC_P256,
    server_type: KeyType = KeyType.EC_P256,
    *,
    subject: Subject = SERVER_SUBJECT,
    names: tuple[str, ...] = (HOST,),
    now: datetime = NOW,
    days: int = 397,
) -> tuple[Certificate, Certificate]:
    issuer = ca(key_type=ca_type, now=now)
    return issuer, server(
        issuer,
        key_type=server_type,
        ca_key=key("ca", ca_type),
        subject=subject,
        names=names,
        now=now,
        days=days,
    )


def openssl_verifies(
    issuer: Certificate, leaf: Certificate, *checks: str, directory: Path, at: datetime = NOW
) -> bool:
    (directory / "ca.crt").write_bytes(issuer.pem())
    (directory / "server.crt").write_bytes(leaf.pem())
    return "server.crt: OK" in openssl(
        *("verify", "-x509_strict", "-purpose", "sslserver", "-auth_level", "2", "-no-CApath"),
        *("-attime", str(int(at.timestamp())), "-CAfile", "ca.crt", *checks, "server.crt"),
        directory=directory,
    )


@pytest.mark.parametrize(("ca_type", "server_type"), PAIRS)
def test_openssl_verifies_strictly(ca_type: KeyType, server_type: KeyType, tmp_path: Path) -> None:
    issuer, leaf = issued(ca_type, server_type)
    assert openssl_verifies(issuer, leaf, "-verify_hostname", HOST, directory=tmp_path)


@pytest.mark.parametrize("ca_type", KeyType)
def test_openssl_verifies_the_ca_strictly(ca_type: KeyType, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(ca(key_type=ca_type).pem())
    openssl(
        *("verify", "-x509_strict", "-check_ss_sig", "-attime", str(int(NOW.timestamp()))),
        *("-CAfile", "ca.crt", "ca.crt"),
        directory=tmp_path,
    )


def test_openssl_verifies_an_address(tmp_path: Path) -> None:
    issuer, leaf = issued(names=(HOST, "2001:db8::1"))
    assert openssl_verifies(issuer, leaf, "-verify_ip", "2001:db8::1", directory=tmp_path)


def test_openssl_verifies_a_host_a_wildcard_stands_for(tmp_path: Path) -> None:
    issuer, leaf = issued(names=("*.kernel-panic.it",))
    assert openssl_verifies(issuer, leaf, "-verify_hostname", HOST, directory=tmp_path)


def test_openssl_verifies_a_server_without_a_subject(tmp_path: Path) -> None:
    issuer, leaf = issued(subject=Subject())
    assert openssl_verifies(issuer, leaf, "-verify_hostname", HOST, directory=tmp_path)


@pytest.mark.parametrize("year", [2049, 2050, 2051])
def test_openssl_reads_dates_on_both_sides_of_2050(year: int, tmp_path: Path) -> None:
    """From 2050 on the encoding is another (RFC 5280 section 4.1.2.5)."""
    now = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    issuer, leaf = issued(now=now, days=1)
    assert openssl_verifies(issuer, leaf, directory=tmp_path, at=now)


@pytest.mark.parametrize(("ca_type", "server_type"), PAIRS)
def test_the_librarys_own_verifier_agrees(ca_type: KeyType, server_type: KeyType) -> None:
    issuer, leaf = issued(ca_type, server_type)
    assert library_verifies(issuer, leaf, x509.DNSName(HOST))


def test_the_librarys_own_verifier_agrees_on_addresses_and_without_a_subject() -> None:
    issuer, leaf = issued(subject=Subject(), names=("192.0.2.1",))
    assert library_verifies(issuer, leaf, x509.IPAddress(ip_address("192.0.2.1")))


def test_the_librarys_own_verifier_refuses_another_ca() -> None:
    _, leaf = issued()
    with pytest.raises(VerificationError):
        library_verifies(ca(whose="another ca"), leaf, x509.DNSName(HOST))


def library_verifies(
    issuer: Certificate, leaf: Certificate, host: x509.DNSName | x509.IPAddress
) -> bool:
    policy = PolicyBuilder().store(Store([issuer.parsed])).time(NOW)
    return len(policy.build_server_verifier(host).verify(leaf.parsed, [])) == 2


# --- a handshake ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key_type", KeyType)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_strict_client_shakes_hands(
    key_type: KeyType, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    issuer, leaf = issued(key_type, key_type, now=datetime.now(UTC))
    agreed = handshake(
        strict_client(issuer), serving(leaf, key("server", key_type), tmp_path), version
    )
    assert agreed == ssl.TLSVersion(version).name.replace("_", ".")


def test_a_strict_client_refuses_another_name(tmp_path: Path) -> None:
    issuer, leaf = issued(names=("other.example.org",), now=datetime.now(UTC))
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(strict_client(issuer), serving(leaf, key("server"), tmp_path))


def strict_client(issuer: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=issuer.pem().decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # what Python 3.13 does by default
    return context


def serving(leaf: Certificate, private_key: PrivateKey, directory: Path) -> ssl.SSLContext:
    combined = directory / "combined.pem"
    combined.write_bytes(private_key.pem().reveal() + leaf.pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(combined)
    return context


def handshake(
    client_context: ssl.SSLContext,
    server_context: ssl.SSLContext,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> str | None:
    """The version agreed on, in memory: two peers that read what the other writes."""
    client_context.maximum_version = version
    upward, downward = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(downward, upward, server_hostname=HOST)
    peer = server_context.wrap_bio(upward, downward, server_side=True)
    waiting = [client, peer]
    while waiting:
        for side in tuple(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(side)
    return client.version()

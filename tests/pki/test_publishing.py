"""What is published of keys and certificates: TLSA records, fingerprints."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.pki.fingerprints import DIGESTS, fingerprint, sha256_fingerprint
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.renewal import renewed
from pfwizard.pki.tlsa import Usage, tlsa_records
from tests.pki.builders import HOST, NOW, ca, key, server
from tests.pki.openssl import openssl

# --- TLSA ----------------------------------------------------------------------------------------


def records(*names: str, ports: tuple[int, ...] = (25,), usage: Usage = Usage.SERVER) -> list[str]:
    return list(tlsa_records(names, ports, usage, key("server").public_key.spki))


@pytest.mark.parametrize("key_type", KeyType)
def test_a_record_holds_the_digest_of_the_public_key_as_openssl_sees_it(
    key_type: KeyType, tmp_path: Path
) -> None:
    made = server(key_type=key_type)
    (tmp_path / "crt").write_bytes(made.pem())
    openssl("x509", "-in", "crt", "-noout", "-pubkey", "-out", "pub", directory=tmp_path)
    openssl("pkey", "-pubin", "-in", "pub", "-outform", "DER", "-out", "der", directory=tmp_path)
    digest = openssl("dgst", "-sha256", "der", directory=tmp_path).split("= ")[1].strip()
    (record,) = tlsa_records([HOST], [25], Usage.SERVER, made.public_key.spki)
    assert record == f"_25._tcp.{HOST}. IN TLSA 3 1 1 {digest}"


def test_there_is_a_record_for_each_name_and_port() -> None:
    made = [
        record.split()[0] for record in records("a.example.org", "b.example.org", ports=(25, 465))
    ]
    assert made == [
        "_25._tcp.a.example.org.",
        "_465._tcp.a.example.org.",
        "_25._tcp.b.example.org.",
        "_465._tcp.b.example.org.",
    ]


def test_wildcards_and_addresses_have_no_record() -> None:
    assert records("*.example.org", "192.0.2.1", "2001:db8::1") == []


def test_the_key_of_the_ca_is_published_under_another_usage() -> None:
    assert " IN TLSA 2 1 1 " in records(HOST, usage=Usage.AUTHORITY)[0]


def test_the_digest_of_nothing_is_never_published() -> None:
    with pytest.raises(ValueError, match="no public key"):
        list(tlsa_records([HOST], [25], Usage.SERVER, b""))


def test_renewal_keeps_the_record() -> None:
    issuer = ca()
    old = server(issuer)
    new = renewed(old, ca_certificate=issuer, ca_key=key("ca"), days=397, now=NOW, serial=7)
    of_old, of_new = (
        list(tlsa_records([HOST], [25], Usage.SERVER, each.public_key.spki)) for each in (old, new)
    )
    assert of_old == of_new


# --- fingerprints --------------------------------------------------------------------------------


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_certificates_fingerprint_is_that_of_openssl(digest: str, tmp_path: Path) -> None:
    made = server()
    said = openssl(
        "x509", "-noout", "-fingerprint", f"-{digest}", given=made.pem(), directory=tmp_path
    )
    assert fingerprint(made.parsed.public_bytes(Encoding.DER), digest) == said.strip().split("=")[1]


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_public_keys_fingerprint_is_made_as_postfix_documents_it(
    digest: str, tmp_path: Path
) -> None:
    """postconf(5), smtpd_tls_fingerprint_digest, gives these very commands."""
    (tmp_path / "crt").write_bytes(server().pem())
    openssl("x509", "-in", "crt", "-noout", "-pubkey", "-out", "pub", directory=tmp_path)
    openssl("pkey", "-pubin", "-in", "pub", "-outform", "DER", "-out", "der", directory=tmp_path)
    said = openssl("dgst", f"-{digest}", "-c", "der", directory=tmp_path)
    expected = said.split("= ")[1].strip().upper()
    assert fingerprint(key("server").public_key.spki, digest) == expected


def test_without_a_word_the_digest_is_sha256() -> None:
    assert sha256_fingerprint(b"x") == fingerprint(b"x", "sha256")


def test_a_digest_that_postfix_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="no digest of Postfix"):
        fingerprint(b"x", "shake_128")

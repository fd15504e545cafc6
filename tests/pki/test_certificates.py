"""Reading certificates, and what is shown of them."""

import ssl
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pfwizard.pki.certificates import load_certificate, load_certificates
from pfwizard.pki.checks import ca_problems, server_problems
from pfwizard.pki.errors import NotACertificate
from pfwizard.pki.fingerprints import sha256_fingerprint
from tests.pki.builders import CA_SUBJECT, HOST, NOW, SERVER_SUBJECT, ca, key, server
from tests.pki.foreign import ca_by_the_guide
from tests.pki.openssl import openssl, openssl_accepts


def test_a_certificate_that_is_read_back_is_the_same() -> None:
    made = server()
    assert load_certificate(made.pem()) == made


def test_the_facts_of_a_server() -> None:
    facts = server(names=[HOST, "2001:db8::1"]).facts
    assert facts.subject == SERVER_SUBJECT.one_line()
    assert facts.issuer == CA_SUBJECT.one_line()
    assert facts.dns_names == (HOST,)
    assert facts.ip_addresses == ("2001:db8::1",)
    assert facts.not_after == NOW + timedelta(days=397)
    assert not facts.is_ca
    assert facts.version == 3
    assert facts.key == "EC P-256"
    assert facts.spki_sha256 == key("server").public_key.spki_sha256


def test_the_facts_of_a_ca() -> None:
    facts = ca().facts
    assert facts.is_ca
    assert facts.subject == facts.issuer == CA_SUBJECT.one_line()
    assert facts.dns_names == ()


def test_the_fingerprint_is_that_of_openssl(tmp_path: Path) -> None:
    made = server()
    said = openssl(
        "x509", "-noout", "-fingerprint", "-sha256", given=made.pem(), directory=tmp_path
    )
    assert said.strip().lower() == f"sha256 fingerprint={made.facts.fingerprint_sha256.lower()}"


ON_P256 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


@pytest.mark.parametrize(
    "key_in_another_encoding",
    [
        ("-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
        (*ON_P256, "-pkeyopt", "ec_param_enc:explicit"),
        (*ON_P256, "-pkeyopt", "point-format:compressed"),
    ],
    ids=["RSASSA-PSS", "a curve written out", "a compressed point"],
)
def test_the_fingerprint_of_the_key_is_of_the_encoding_in_the_certificate(
    key_in_another_encoding: tuple[str, ...], tmp_path: Path
) -> None:
    openssl("genpkey", *key_in_another_encoding, "-out", "key", directory=tmp_path)
    arguments = ("-key", "key", "-subj", "/CN=x", "-days", "9", "-out", "certificate")
    openssl("req", "-new", "-x509", *arguments, directory=tmp_path)
    openssl("pkey", "-in", "key", "-pubout", "-outform", "DER", "-out", "spki", directory=tmp_path)
    spki = (tmp_path / "spki").read_bytes()

    made = load_certificate((tmp_path / "certificate").read_bytes())

    assert made.spki == spki
    assert made.facts.spki_sha256 == sha256_fingerprint(spki)
    assert spki in made.parsed.tbs_certificate_bytes


def test_several_certificates_in_a_file_keep_their_order() -> None:
    leaf, issuer = server(), ca()
    found = load_certificates(leaf.pem() + issuer.pem())
    assert [each.facts.is_ca for each in found] == [False, True]


@pytest.mark.parametrize(
    "around",
    [
        pytest.param(lambda pem: b"subject=/CN=x\nissuer=/CN=y\n" + pem, id="text before"),
        pytest.param(lambda pem: pem.replace(b"\n", b"\r\n"), id="CR LF"),
        pytest.param(lambda pem: pem + b"\n\njunk\n", id="junk after"),
        pytest.param(lambda pem: b"\xef\xbb\xbf" + pem, id="byte order mark"),
        pytest.param(lambda pem: key("server").pem().reveal() + pem, id="a key before"),
    ],
)
def test_what_stands_around_a_certificate_is_passed_over(around: object) -> None:
    assert callable(around)
    assert load_certificate(around(server().pem())).facts.subject == SERVER_SUBJECT.one_line()


def test_a_certificate_by_the_guides_command_is_read(tmp_path: Path) -> None:
    facts = ca_by_the_guide(tmp_path).certificate.facts
    assert (facts.subject, facts.is_ca) == (CA_SUBJECT.one_line(), True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"junk", "is not in PEM form"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is damaged"),
        (b"-----BEGIN CERTIFICATE-----\n", "is damaged"),
        (
            b"-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n-----END TRUSTED CERTIFICATE-----\n",
            "holds a certificate in OpenSSL's own TRUSTED form",
        ),
    ],
)
def test_a_file_without_a_certificate_is_told_from_a_damaged_one(data: bytes, said: str) -> None:
    with pytest.raises(NotACertificate, match=f"the CA certificate {said}"):
        load_certificate(data, "the CA certificate")


def test_a_key_is_not_taken_for_a_certificate() -> None:
    with pytest.raises(NotACertificate, match="holds a private key, where a certificate"):
        load_certificate(key("server").pem().reveal())


def test_a_certificate_in_der_is_told_so() -> None:
    with pytest.raises(NotACertificate, match="is in DER form, not PEM"):
        load_certificate(ca().parsed.public_bytes(Encoding.DER))


def test_a_certificate_cut_short_is_damaged() -> None:
    pem = ca().pem()
    with pytest.raises(NotACertificate, match="is damaged"):
        load_certificate(pem[: len(pem) // 2])


def test_no_damaged_octet_escapes_the_error_family() -> None:
    """Damage is either found on reading, or leaves a certificate that every check can judge."""
    sound = ca().parsed.public_bytes(Encoding.DER)
    for position in range(len(sound)):
        damaged = bytearray(sound)
        damaged[position] ^= 0x15
        pem = ssl.DER_cert_to_PEM_cert(bytes(damaged)).encode()
        with suppress(NotACertificate):
            read = load_certificate(pem)
            ca_problems(read, key("ca"), now=NOW)
            server_problems(read, key("ca"), issuer=ca(), names=[HOST], now=NOW)


def test_nothing_shown_of_a_foreign_certificate_drives_the_terminal() -> None:
    evil = "a\x1b[2J.example.org"
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, evil)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("server").parsed.public_key())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .serial_number(1)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(evil)]), critical=False)
        .sign(key("server").parsed, hashes.SHA256())
    )
    read = load_certificate(made.public_bytes(Encoding.PEM))
    problems = server_problems(read, key("ca"), issuer=ca(), names=[HOST], now=NOW)
    assert "\x1b" not in f"{read.facts.subject}{read.facts.issuer}{''.join(read.facts.dns_names)}"
    assert all(problem.message.isprintable() for problem in problems)


def test_an_old_certificate_with_serial_number_zero_is_read_without_a_word(tmp_path: Path) -> None:
    openssl(
        *("req", "-x509", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key"),
        *("-subj", "/CN=old", "-set_serial", "0", "-out", "crt"),
        directory=tmp_path,
    )
    assert load_certificate((tmp_path / "crt").read_bytes()).facts.serial == 0


def test_a_certificate_that_openssl_overlooks_is_refused(tmp_path: Path) -> None:
    """It looks for a block at the beginning of a line alone, and so does Postfix."""
    (tmp_path / "certificate").write_bytes(b"  " + server().pem())
    assert not openssl_accepts("x509", "-in", "certificate", "-noout", directory=tmp_path)

    with pytest.raises(NotACertificate, match="not at the beginning of its line"):
        load_certificate((tmp_path / "certificate").read_bytes())

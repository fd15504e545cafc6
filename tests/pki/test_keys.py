"""Private keys."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from pfwizard.pki.errors import EncryptedKey, NotAKey, UnsupportedKey
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.secret import Secret
from tests.pki.builders import ca, key, server
from tests.pki.openssl import openssl, openssl_accepts

ENCRYPTED_FORMS = [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL]


def rsa_1024_pem() -> bytes:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    return weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("key_type", KeyType)
def test_a_generated_key_is_of_the_type_asked_for(key_type: KeyType) -> None:
    assert key("server", key_type).label == key_type.label


@pytest.mark.parametrize("key_type", KeyType)
def test_openssl_finds_the_key_sound(key_type: KeyType, tmp_path: Path) -> None:
    pem = key("server", key_type).pem().reveal()
    assert "Key is valid" in openssl("pkey", "-check", "-noout", given=pem, directory=tmp_path)


@pytest.mark.parametrize("key_type", KeyType)
def test_a_key_is_written_as_unencrypted_pkcs8(key_type: KeyType) -> None:
    pem = key("server", key_type).pem().reveal()
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert pem.endswith(b"-----END PRIVATE KEY-----\n")


@pytest.mark.parametrize("key_type", KeyType)
def test_a_key_that_is_read_back_is_the_same(key_type: KeyType) -> None:
    written = key("server", key_type)
    assert load_private_key(written.pem()).matches(written)


def test_two_generated_keys_differ() -> None:
    assert not key("server").matches(key("ca"))


def test_a_key_matches_its_own_certificate_only() -> None:
    assert key("ca").matches(ca())
    assert not key("ca").matches(server())


def test_the_fingerprint_of_a_key_is_that_of_openssl(tmp_path: Path) -> None:
    pem = key("server").pem().reveal()
    openssl("pkey", "-pubout", "-outform", "DER", "-out", "pub", given=pem, directory=tmp_path)
    said = openssl("dgst", "-sha256", "-c", "pub", directory=tmp_path)
    assert key("server").public_key.spki_sha256 == said.split("= ")[1].strip().upper()


@pytest.mark.parametrize("show", [repr, str])
def test_showing_a_key_shows_its_type_only(show: type[str]) -> None:
    assert show(key("server")) == "PrivateKey(EC P-256)"
    assert show(key("server").pem()) == "Secret(***)"


# --- keys found in place -------------------------------------------------------------------------


def test_a_key_in_the_same_file_as_certificates_is_found() -> None:
    combined = server().pem() + ca().pem() + key("server").pem().reveal()
    assert load_private_key(Secret(combined)).matches(server())


@pytest.mark.parametrize(
    "command",
    [
        ("genrsa", "-traditional", "2048"),
        ("genrsa", "2048"),
        ("ecparam", "-genkey", "-name", "prime256v1"),
        ("ecparam", "-genkey", "-noout", "-name", "secp384r1"),
        ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
    ],
)
def test_what_openssl_generates_is_read(command: tuple[str, ...], tmp_path: Path) -> None:
    program, *options = command
    openssl(program, "-out", "key", *options, directory=tmp_path)
    load_private_key(Secret((tmp_path / "key").read_bytes()))


@pytest.mark.parametrize("form", ENCRYPTED_FORMS)
def test_an_encrypted_key_is_called_so(form: PrivateFormat) -> None:
    pem = key("server").parsed.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"hush"))
    with pytest.raises(EncryptedKey, match="the CA key is encrypted with a passphrase"):
        load_private_key(Secret(pem), "the CA key")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"junk", "is not in PEM form"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "holds a public key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is damaged"),
        (b"-----BEGIN PRIVATE KEY-----\n", "is damaged"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n\xff\n-----END RSA PRIVATE KEY-----\n", "is damaged"),
    ],
)
def test_a_file_without_a_key_is_told_from_a_damaged_key(data: bytes, said: str) -> None:
    with pytest.raises(NotAKey, match=said):
        load_private_key(Secret(data))


def test_a_certificate_is_not_taken_for_a_key() -> None:
    with pytest.raises(NotAKey, match="holds a certificate, where a private key"):
        load_private_key(Secret(ca().pem()))


def test_a_key_cut_short_is_damaged() -> None:
    pem = key("server").pem().reveal()
    with pytest.raises(NotAKey, match="is damaged"):
        load_private_key(Secret(pem[: len(pem) // 2]))


def test_a_short_rsa_key_is_refused_with_its_length() -> None:
    with pytest.raises(UnsupportedKey, match="only 1024 bits"):
        load_private_key(Secret(rsa_1024_pem()))


@pytest.mark.parametrize(
    "odd",
    [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())],
    ids=["Ed25519", "secp256k1"],
)
def test_a_type_that_mail_clients_lack_is_refused_by_name(
    odd: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey, request: pytest.FixtureRequest
) -> None:
    pem = odd.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(UnsupportedKey, match=request.node.callspec.id):
        load_private_key(Secret(pem))


@pytest.mark.parametrize("curve", ["sect233k1", "brainpoolP256r1"])
def test_a_curve_that_tls_lacks_is_refused(curve: str, tmp_path: Path) -> None:
    openssl("ecparam", "-genkey", "-noout", "-name", curve, "-out", "key", directory=tmp_path)
    with pytest.raises(UnsupportedKey):
        load_private_key(Secret((tmp_path / "key").read_bytes()))


def test_no_error_about_a_key_shows_the_key() -> None:
    pem = rsa_1024_pem()
    with pytest.raises(UnsupportedKey) as caught:
        load_private_key(Secret(pem))
    assert pem.decode().splitlines()[1][:20] not in repr(caught.value) + str(caught.value)


@pytest.mark.parametrize("number", ["d", "dmp1", "dmq1", "iqmp"])
def test_an_rsa_key_whose_numbers_do_not_fit_together_is_damaged(number: str) -> None:
    """OpenSSL itself would sign with it, and only some of the time wrongly."""
    numbers = key("server", KeyType.RSA_2048).parsed.private_numbers()
    assert isinstance(numbers, rsa.RSAPrivateNumbers)
    fields = {name: getattr(numbers, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    fields[number] += 2
    damaged = rsa.RSAPrivateNumbers(**fields, public_numbers=numbers.public_numbers).private_key(
        unsafe_skip_rsa_key_validation=True
    )

    with pytest.raises(NotAKey, match="is damaged"):
        load_private_key(PrivateKey(damaged).pem())


def test_a_key_that_openssl_overlooks_is_refused(tmp_path: Path) -> None:
    """It looks for a block at the beginning of a line alone, and so does Postfix."""
    (tmp_path / "key").write_bytes(b"  " + key("server").pem().reveal())
    assert not openssl_accepts("pkey", "-in", "key", "-noout", directory=tmp_path)

    with pytest.raises(NotAKey, match="not at the beginning of its line"):
        load_private_key(Secret((tmp_path / "key").read_bytes()))


def test_a_key_in_the_form_of_openssh_is_called_so_and_not_damaged() -> None:
    theirs = key("server").parsed.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

    with pytest.raises(NotAKey, match="OpenSSH's own form") as caught:
        load_private_key(Secret(theirs))
    assert "ssh-keygen" in caught.value.remedy

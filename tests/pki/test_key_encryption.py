"""A CA key behind a passphrase."""

import os
from base64 import b64decode
from functools import cache
from pathlib import Path

import pytest

from pfwizard.pki import der
from pfwizard.pki.errors import EncryptedKey, NameProblem, NotAKey, UnsupportedKey, WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import is_encrypted, load_private_key
from pfwizard.secret import Secret
from tests.machines.machine import Machine
from tests.pki.builders import ca, key
from tests.pki.openssl import openssl, openssl_accepts

PASSPHRASE = Secret("correct horse battery")
WRONG = Secret("correct horse batterx")

types = pytest.mark.parametrize("key_type", KeyType)


@cache
def encrypted(key_type: KeyType = KeyType.EC_P256) -> Secret[bytes]:
    return encrypted_pem(key("ca", key_type), PASSPHRASE, os.urandom)


@types
def test_the_right_passphrase_gives_the_key_back(key_type: KeyType) -> None:
    read = load_private_key(encrypted(key_type), passphrase=PASSPHRASE)
    assert read.matches(key("ca", key_type))


def test_another_passphrase_is_called_so() -> None:
    with pytest.raises(WrongPassphrase) as caught:
        load_private_key(encrypted(), "the CA key", WRONG)
    assert caught.value.message == "the CA key does not open with this passphrase"
    assert WRONG.reveal() not in str(caught.value)


def test_without_a_passphrase_the_key_is_called_encrypted() -> None:
    with pytest.raises(EncryptedKey, match="the CA key is encrypted with a passphrase"):
        load_private_key(encrypted(), "the CA key")


def test_an_empty_passphrase_is_none() -> None:
    with pytest.raises(EncryptedKey):
        load_private_key(encrypted(), passphrase=Secret(""))


def test_a_passphrase_that_nothing_asks_for_does_no_harm() -> None:
    assert load_private_key(key("ca").pem(), passphrase=PASSPHRASE).matches(key("ca"))


@pytest.mark.parametrize("data", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_what_is_no_key_is_no_matter_of_the_passphrase(data: bytes) -> None:
    with pytest.raises(NotAKey):
        load_private_key(Secret(data), passphrase=PASSPHRASE)


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(NameProblem, match="11 characters"):
        encrypted_pem(key("ca"), Secret("x" * 11), os.urandom)


def test_a_file_tells_whether_its_key_is_encrypted() -> None:
    assert is_encrypted(encrypted())
    assert is_encrypted(Secret(ca().pem() + encrypted().reveal()))
    assert not is_encrypted(key("ca").pem())
    assert not is_encrypted(Secret(ca().pem()))


def test_salt_and_vector_are_drawn_each_for_itself() -> None:
    drawn = iter([b"S" * 16, b"V" * 16])
    made = encrypted_pem(key("ca"), PASSPHRASE, lambda _: next(drawn))
    envelope = b64decode(b"".join(made.reveal().splitlines()[1:-1]))
    assert der.octets(b"S" * 16) in envelope
    assert der.octets(b"V" * 16) in envelope


def test_the_same_randomness_gives_the_same_file() -> None:
    assert encrypted_pem(key("ca"), PASSPHRASE, bytes) == encrypted_pem(
        key("ca"), PASSPHRASE, bytes
    )


# --- other programs ------------------------------------------------------------------------------


@types
def test_openssl_opens_it(key_type: KeyType, tmp_path: Path) -> None:
    (tmp_path / "ca.key").write_bytes(encrypted(key_type).reveal())
    command = ("pkey", "-in", "ca.key", "-passin", "stdin")
    opened = openssl(*command, given=PASSPHRASE.reveal().encode(), directory=tmp_path)
    assert load_private_key(Secret(opened.encode())).matches(key("ca", key_type))
    assert not openssl_accepts(*command, given=WRONG.reveal().encode(), directory=tmp_path)


def test_the_key_is_derived_with_many_rounds(tmp_path: Path) -> None:
    said = openssl("asn1parse", given=encrypted().reveal(), directory=tmp_path)
    assert ":PBKDF2" in said
    assert ":hmacWithSHA256" in said
    assert f"INTEGER           :{600_000:X}" in said.replace(":0", ":")
    assert ":aes-256-cbc" in said


@pytest.mark.machine
@types
def test_gnutls_opens_it(key_type: KeyType, machine: Machine) -> None:
    command = ["certtool", "--key-info", "--pkcs8"]
    given = encrypted(key_type).reveal().decode()
    opened = machine.run([*command, f"--password={PASSPHRASE.reveal()}"], input=given)
    fingerprint = key("ca", key_type).public_key.spki_sha256.replace(":", "").lower()
    assert f"sha256:{fingerprint}" in opened.stdout
    refused = machine.run([*command, f"--password={WRONG.reveal()}"], input=given, check=False)
    assert refused.returncode != 0


@pytest.mark.parametrize(
    "options",
    [
        ("-scrypt",),
        ("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "100000"),
        ("-v2", "aes128"),
        ("-v1", "PBE-SHA1-3DES"),
    ],
    ids=lambda options: " ".join(options),
)
def test_what_openssl_encrypts_is_read(options: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(key("ca").pem().reveal())
    (tmp_path / "passphrase").write_text("überall\n")
    openssl(
        *("pkcs8", "-topk8", "-in", "plain", "-out", "ca.key", *options),
        *("-passout", "file:passphrase"),
        directory=tmp_path,
    )
    data = Secret((tmp_path / "ca.key").read_bytes())
    assert load_private_key(data, passphrase=Secret("überall")).matches(key("ca"))
    with pytest.raises(WrongPassphrase):
        load_private_key(data, passphrase=WRONG)


def test_the_older_form_is_read(tmp_path: Path) -> None:
    openssl(
        *("genrsa", "-traditional", "-aes256", "-out", "ca.key", "-passout", "stdin", "2048"),
        given=PASSPHRASE.reveal().encode(),
        directory=tmp_path,
    )
    data = Secret((tmp_path / "ca.key").read_bytes())
    assert is_encrypted(data)
    assert load_private_key(data, passphrase=PASSPHRASE).label == "RSA 2048"
    with pytest.raises(WrongPassphrase):
        load_private_key(data, passphrase=WRONG)


def test_a_key_of_a_type_that_clients_lack_is_refused_behind_a_passphrase_too(
    tmp_path: Path,
) -> None:
    openssl(
        *("genpkey", "-algorithm", "ED25519", "-aes256", "-out", "ca.key", "-pass", "stdin"),
        given=PASSPHRASE.reveal().encode(),
        directory=tmp_path,
    )
    with pytest.raises(UnsupportedKey, match="Ed25519"):
        load_private_key(Secret((tmp_path / "ca.key").read_bytes()), passphrase=PASSPHRASE)


# --- DER, by hand --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (der.integer(0), "020100"),
        (der.integer(127), "02017f"),
        (der.integer(128), "02020080"),
        (der.integer(600_000), "02030927c0"),
        (der.NULL, "0500"),
        (der.octets(b""), "0400"),
        (der.octets(b"\xff"), "0401ff"),
        (der.octets(bytes(127))[:3], "047f00"),
        (der.octets(bytes(128))[:4], "04818000"),
        (der.octets(bytes(256))[:5], "0482010000"),
        (der.sequence(der.NULL, der.integer(1)), "30050500020101"),
        (der.object_identifier("1.2.840.113549.1.5.13"), "06092a864886f70d01050d"),
        (der.object_identifier("2.16.840.1.101.3.4.1.42"), "060960864801650304012a"),
    ],
)
def test_values_are_encoded_as_x690_says(encoded: bytes, expected: str) -> None:
    assert encoded.hex() == expected

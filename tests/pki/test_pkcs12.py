"""A client's key and certificates in one file, as other programs open it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.errors import CannotExport, NameProblem
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import load_private_key
from pfwizard.pki.pkcs12 import Pkcs12Profile, pkcs12
from pfwizard.secret import Secret
from tests.machines.machine import Machine
from tests.pki.builders import ca, client, key
from tests.pki.openssl import openssl, openssl_accepts, openssl_says

PASSPHRASE = "correct horse battery"
WRONG = "correct horse batterx"
NAME = "Danilo (kernel-panic.it)"

ISSUER = ca()
CLIENTS = {key_type: client(ISSUER, key_type=key_type) for key_type in KeyType}

profiles = pytest.mark.parametrize("profile", Pkcs12Profile)
types = pytest.mark.parametrize("key_type", KeyType)


def exported(
    profile: Pkcs12Profile = Pkcs12Profile.MODERN,
    key_type: KeyType = KeyType.EC_P256,
    *,
    friendly_name: str = NAME,
    passphrase: str = PASSPHRASE,
) -> bytes:
    return pkcs12(
        key("client", key_type),
        CLIENTS[key_type],
        [ISSUER],
        friendly_name=friendly_name,
        passphrase=Secret(passphrase),
        profile=profile,
    ).reveal()


def opened_by_openssl(data: bytes, *options: str, directory: Path) -> str:
    (directory / "client.p12").write_bytes(data)
    return openssl(
        *("pkcs12", "-in", "client.p12", "-passin", "stdin", *options),
        given=PASSPHRASE.encode() + b"\n",
        directory=directory,
    )


# --- OpenSSL -------------------------------------------------------------------------------------


@profiles
@types
def test_openssl_finds_the_key_and_both_certificates(
    profile: Pkcs12Profile, key_type: KeyType, tmp_path: Path
) -> None:
    pem = opened_by_openssl(exported(profile, key_type), "-nodes", directory=tmp_path).encode()
    assert load_private_key(Secret(pem)).matches(key("client", key_type))
    assert load_certificates(pem) == (CLIENTS[key_type], ISSUER)


@pytest.mark.parametrize(
    ("profile", "cipher", "check"),
    [
        (Pkcs12Profile.MODERN, "PBES2, PBKDF2, AES-256-CBC", "MAC: sha256"),
        (Pkcs12Profile.COMPATIBLE, "pbeWithSHA1And3-KeyTripleDES-CBC", "MAC: sha1"),
    ],
)
def test_key_and_certificates_are_encrypted_and_checked_as_the_profile_says(
    profile: Pkcs12Profile, cipher: str, check: str, tmp_path: Path
) -> None:
    said = opened_by_openssl(exported(profile), "-info", "-noout", directory=tmp_path)
    assert f"Encrypted data: {cipher}" in said
    assert f"Shrouded Keybag: {cipher}" in said
    assert check in said


def test_the_certificate_is_listed_under_its_friendly_name(tmp_path: Path) -> None:
    said = opened_by_openssl(exported(), "-nokeys", "-clcerts", directory=tmp_path)
    assert f"friendlyName: {NAME}" in said


@profiles
def test_openssl_refuses_another_passphrase(profile: Pkcs12Profile, tmp_path: Path) -> None:
    (tmp_path / "client.p12").write_bytes(exported(profile))
    arguments = ("pkcs12", "-in", "client.p12", "-noout", "-passin", "stdin")
    assert openssl_accepts(*arguments, given=PASSPHRASE.encode(), directory=tmp_path)
    said = openssl_says(*arguments, given=WRONG.encode(), directory=tmp_path)
    assert "Mac verify error: invalid password?" in said


# --- GnuTLS --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """What a program of the machine made of the file."""

    succeeded: bool
    said: str


def opened(machine: Machine, data: bytes, *command: str) -> Opened:
    machine.write("/tmp/client.p12", data)
    done = machine.run(command, check=False)
    return Opened(done.returncode == 0, done.stdout + done.stderr)


def opened_by_certtool(machine: Machine, data: bytes, passphrase: str = PASSPHRASE) -> Opened:
    return opened(
        machine,
        data,
        *("certtool", "--p12-info", "--inder", "--infile=/tmp/client.p12"),
        f"--password={passphrase}",
    )


@pytest.mark.machine
@profiles
@types
def test_gnutls_finds_both_certificates(
    profile: Pkcs12Profile, key_type: KeyType, machine: Machine
) -> None:
    found = opened_by_certtool(machine, exported(profile, key_type))
    assert found.succeeded
    assert load_certificates(found.said.encode()) == (CLIENTS[key_type], ISSUER)
    assert f"Friendly name: {NAME}" in found.said


@pytest.mark.machine
@profiles
@types
def test_gnutls_finds_the_key(profile: Pkcs12Profile, key_type: KeyType, machine: Machine) -> None:
    """In two steps: what it shows of the file holds the key as it was encrypted."""
    shown = opened_by_certtool(machine, exported(profile, key_type)).said
    decrypt = ["certtool", "--key-info", "--pkcs8", f"--password={PASSPHRASE}"]
    fingerprint = key("client", key_type).public_key.spki_sha256.replace(":", "").lower()
    assert f"sha256:{fingerprint}" in machine.run(decrypt, input=shown).stdout


@pytest.mark.machine
@profiles
def test_gnutls_refuses_another_passphrase(profile: Pkcs12Profile, machine: Machine) -> None:
    found = opened_by_certtool(machine, exported(profile), WRONG)
    assert not found.succeeded
    assert "BEGIN CERTIFICATE" not in found.said


# --- Java ----------------------------------------------------------------------------------------


def opened_by_keytool(machine: Machine, data: bytes, passphrase: str = PASSPHRASE) -> Opened:
    return opened(
        machine,
        data,
        *("keytool", "-list", "-rfc", "-keystore", "/tmp/client.p12", "-storetype", "PKCS12"),
        *("-storepass", passphrase),
    )


@pytest.mark.machine
@profiles
def test_java_finds_a_key_and_both_certificates(profile: Pkcs12Profile, machine: Machine) -> None:
    found = opened_by_keytool(machine, exported(profile))
    assert found.succeeded
    assert "Entry type: PrivateKeyEntry" in found.said
    assert f"Alias name: {NAME.lower()}" in found.said
    assert load_certificates(found.said.encode()) == (CLIENTS[KeyType.EC_P256], ISSUER)


@pytest.mark.machine
@profiles
def test_java_refuses_another_passphrase(profile: Pkcs12Profile, machine: Machine) -> None:
    found = opened_by_keytool(machine, exported(profile), WRONG)
    assert not found.succeeded
    assert "keystore password was incorrect" in found.said


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", " x", "a\x1bb", "x" * 256])
def test_a_friendly_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(NameProblem, match="the friendly name"):
        exported(friendly_name=name)


@pytest.mark.parametrize("passphrase", ["", "short", "überlange Passphrase"])
def test_a_passphrase_that_cannot_be_is_refused(passphrase: str) -> None:
    with pytest.raises(NameProblem, match="the passphrase"):
        exported(passphrase=passphrase)


def test_a_key_of_another_certificate_is_refused() -> None:
    with pytest.raises(CannotExport, match="does not belong to the client certificate"):
        pkcs12(
            key("stranger"),
            client(),
            [ca()],
            friendly_name=NAME,
            passphrase=Secret(PASSPHRASE),
            profile=Pkcs12Profile.MODERN,
        )

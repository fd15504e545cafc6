"""A key, its certificate and the CA's in one file with a passphrase (PKCS #12, RFC 7292)."""

from collections.abc import Sequence
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    KeySerializationEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    serialize_key_and_certificates,
)

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import CannotExport
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.names import check_friendly_name
from pfwizard.pki.passphrases import check_passphrase
from pfwizard.secret import Secret


class Pkcs12Profile(StrEnum):
    """Which programs are to open the file, as written in the answers."""

    MODERN = "modern"
    """AES-256 and HMAC-SHA-256: whatever is of 2022 or later."""
    COMPATIBLE = "compatible"
    """Triple DES and HMAC-SHA-1: older telephones and systems, which call a modern file's right
    passphrase a wrong one."""


def pkcs12(
    key: PrivateKey,
    certificate: Certificate,
    issuers: Sequence[Certificate],
    *,
    friendly_name: str,
    passphrase: Secret[str],
    profile: Pkcs12Profile,
) -> Secret[bytes]:
    """The file in DER, to be installed on a client by its user.

    ``friendly_name`` is what the client lists it under. The passphrase alone protects the key: the
    count of rounds that the library has for the integrity check is a low one (2048), which is why
    a generated passphrase is better than a person's. Raises NameProblem for a name or a passphrase
    that cannot be, CannotExport for a key of another certificate.
    """
    if not key.matches(certificate):
        raise CannotExport(
            "the client key", "does not belong to the client certificate", "Name the two of a pair."
        )
    name = check_friendly_name(friendly_name).encode()
    secret = check_passphrase(passphrase).reveal().encode()
    try:
        made = serialize_key_and_certificates(
            name,
            key.parsed,
            certificate.parsed,
            [issuer.parsed for issuer in issuers],
            _encryption(profile, secret),
        )
    except UnsupportedAlgorithm as error:
        raise CannotExport(
            "a PKCS #12 file",
            f"of the {profile} kind cannot be made: the OpenSSL here has no such ciphers",
            "Ask for the other kind.",
        ) from error
    return Secret(made)


def _encryption(profile: Pkcs12Profile, passphrase: bytes) -> KeySerializationEncryption:
    cipher, hash_of_the_check = _CIPHERS[profile]
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(cipher)
        .hmac_hash(hash_of_the_check)
        .build(passphrase)
    )


_CIPHERS: dict[Pkcs12Profile, tuple[PBES, hashes.HashAlgorithm]] = {
    Pkcs12Profile.MODERN: (PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256()),
    Pkcs12Profile.COMPATIBLE: (PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA1()),  # noqa: S303
}

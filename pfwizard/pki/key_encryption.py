"""A private key behind a passphrase (PKCS #8, RFC 5958), for a CA key at rest.

The library would derive the key from the passphrase with 2048 rounds and offers no other number,
so that guessing costs next to nothing; hence the envelope is made here. What ``openssl pkcs8
-topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`` writes is the same.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pfwizard.pki import der
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.passphrases import check_passphrase
from pfwizard.secret import Secret

ROUNDS = 600_000
"""Of PBKDF2 with HMAC-SHA-256 (OWASP Password Storage Cheat Sheet, 2023); some 0.2 s."""

_KEY_OCTETS = 32
_BLOCK_OCTETS = 16
_SALT_OCTETS = 16

# RFC 8018 appendices A.2, A.4 and B.1.2; the last is of NIST's Computer Security Objects Register.
_PBES2 = der.object_identifier("1.2.840.113549.1.5.13")
_PBKDF2 = der.object_identifier("1.2.840.113549.1.5.12")
_HMAC_SHA256 = der.object_identifier("1.2.840.113549.2.9")
_AES_256_CBC = der.object_identifier("2.16.840.1.101.3.4.1.42")

_PEM_LINE_OCTETS = 48  # 64 characters of base64 (RFC 7468 section 2)


def encrypted_pem(
    key: PrivateKey, passphrase: Secret[str], randomness: Callable[[int], bytes]
) -> Secret[bytes]:
    """The key as ``ENCRYPTED PRIVATE KEY`` in PEM (RFC 7468 section 11).

    ``randomness`` is such as os.urandom. Raises NameProblem for a passphrase that is too short.
    """
    secret = check_passphrase(passphrase).reveal().encode()
    salt, vector = randomness(_SALT_OCTETS), randomness(_BLOCK_OCTETS)
    derived = hashlib.pbkdf2_hmac("sha256", secret, salt, ROUNDS, _KEY_OCTETS)
    plain = key.parsed.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    envelope = der.sequence(
        der.sequence(_PBES2, _parameters(salt, vector)),
        der.octets(_aes_256_cbc(derived, vector, plain)),
    )
    return Secret(_pem(envelope))


def _parameters(salt: bytes, vector: bytes) -> bytes:
    """RFC 8018 appendices A.2 and A.4."""
    pseudorandom_function = der.sequence(_HMAC_SHA256, der.NULL)
    derivation = der.sequence(der.octets(salt), der.integer(ROUNDS), pseudorandom_function)
    return der.sequence(
        der.sequence(_PBKDF2, derivation), der.sequence(_AES_256_CBC, der.octets(vector))
    )


def _aes_256_cbc(key: bytes, vector: bytes, plain: bytes) -> bytes:
    padding = PKCS7(8 * _BLOCK_OCTETS).padder()
    padded = padding.update(plain) + padding.finalize()
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(vector)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def _pem(envelope: bytes) -> bytes:
    lines = (
        b64encode(envelope[start : start + _PEM_LINE_OCTETS])
        for start in range(0, len(envelope), _PEM_LINE_OCTETS)
    )
    label = b"ENCRYPTED PRIVATE KEY-----"
    return b"\n".join([b"-----BEGIN " + label, *lines, b"-----END " + label, b""])

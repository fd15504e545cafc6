"""Private keys, and the public keys inside requests and certificates."""

from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from pfwizard.pki import pem
from pfwizard.pki.errors import EncryptedKey, NotAKey, UnsupportedKey, WrongPassphrase
from pfwizard.pki.fingerprints import sha256_fingerprint
from pfwizard.pki.key_type import KeyType
from pfwizard.secret import Secret

# What OpenSSL's security level 2, the default of most systems, still accepts.
SHORTEST_RSA = 2048

_RSA_BITS = {KeyType.RSA_2048: 2048, KeyType.RSA_3072: 3072, KeyType.RSA_4096: 4096}
_RSA_EXPONENT = 65537
_CURVES: dict[KeyType, ec.EllipticCurve] = {
    KeyType.EC_P256: ec.SECP256R1(),
    KeyType.EC_P384: ec.SECP384R1(),
}

# The curves TLS has for certificates (RFC 8446 section 4.2.3).
_CURVE_LABELS = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key by its SubjectPublicKeyInfo in DER; two are equal when these bytes are."""

    spki: bytes = field(repr=False)

    @property
    def spki_sha256(self) -> str:
        """The fingerprint of the key itself, which outlives certificates; upper-case colon hex."""
        return sha256_fingerprint(self.spki)

    def parsed(self) -> CertificateIssuerPublicKeyTypes:
        """The library's own object.

        Raises UnsupportedKey for a key that cannot sign in TLS.
        """
        try:
            key = load_der_public_key(self.spki)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnsupportedKey("the public key", "is of an unknown type") from error
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise UnsupportedKey("the public key", f"is {label(key)}", "Use RSA or EC.")
        return key

    def __repr__(self) -> str:
        return f"PublicKey({self.spki_sha256})"


class HasPublicKey(Protocol):
    """A certificate, a request, a private key: whatever a private key may belong to."""

    @property
    def public_key(self) -> PublicKey: ...


@dataclass(frozen=True, slots=True, eq=False)
class PrivateKey:
    """A private key for TLS. Showing it shows its type only."""

    parsed: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        return public_key_of(self.parsed.public_key())

    @property
    def label(self) -> str:
        """For people: ``RSA 2048``, ``EC P-256``."""
        return label(self.parsed)

    @property
    def signature_hash(self) -> hashes.SHA256 | hashes.SHA384:
        """The hash to sign with: SHA-384 for the longer curves, SHA-256 for all else.

        Never SHA-512: rustls does not verify ECDSA with it.
        """
        longer_curve = isinstance(self.parsed, ec.EllipticCurvePrivateKey) and (
            self.parsed.curve.key_size > 256
        )
        return hashes.SHA384() if longer_curve else hashes.SHA256()

    def matches(self, holder: HasPublicKey) -> bool:
        """Whether the certificate or request is for this key."""
        return self.public_key == holder.public_key

    def pem(self) -> Secret[bytes]:
        """PKCS #8 in PEM (RFC 5958, RFC 7468 section 10), not encrypted: Postfix has nobody to ask
        for a passphrase."""
        return Secret(self.parsed.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def __repr__(self) -> str:
        return f"PrivateKey({self.label})"


def generate(key_type: KeyType) -> PrivateKey:
    """A new key. RSA takes time (some 50 ms for 2048 bits, 1 s for 4096); EC takes none."""
    if key_type in _RSA_BITS:
        return PrivateKey(rsa.generate_private_key(_RSA_EXPONENT, _RSA_BITS[key_type]))
    return PrivateKey(ec.generate_private_key(_CURVES[key_type]))


def load_private_key(
    data: Secret[bytes], what: str = "the private key", passphrase: Secret[str] | None = None
) -> PrivateKey:
    """The first private key in a PEM file, which may hold certificates too.

    ``what`` names the key in errors, such as "the CA key". A passphrase is of no account when the
    key turns out not to be encrypted. Raises NotAKey, EncryptedKey without a passphrase,
    WrongPassphrase with another, or UnsupportedKey when it is no RSA key of 2048 bits or more and
    on none of the curves of TLS.
    """
    overlooked = pem.why_overlooked(data.reveal())
    if overlooked:
        raise NotAKey(what, overlooked, pem.DELETE)
    behind = passphrase.reveal().encode() if passphrase and is_encrypted(data) else None
    try:
        # The library would test again whether the factors of an RSA key are prime, which takes
        # 30 ms a key and protects against an author of keys who means harm; the files read here
        # belong to root. That the numbers fit together is checked in _usable.
        key = load_pem_private_key(data.reveal(), behind, unsafe_skip_rsa_key_validation=True)
    except TypeError as error:
        raise EncryptedKey(
            what,
            "is encrypted with a passphrase",
            "Postfix has nobody to ask for it, so a server's key must be written out without one:"
            " openssl pkey -in FILE -out NEW",
        ) from error
    except UnsupportedAlgorithm as error:
        raise UnsupportedKey(what, "is on a curve or of a type that TLS lacks", _USE) from error
    except ValueError as error:
        if behind is not None:
            raise WrongPassphrase(
                what,
                "does not open with this passphrase",
                "Give the one it was encrypted with; if this is the one, the file is damaged.",
            ) from error
        raise _not_a_key(data, what) from error
    return _usable(key, what)


def is_encrypted(data: Secret[bytes]) -> bool:
    """Whether the file has a private key that is behind a passphrase (RFC 7468 section 11, and
    OpenSSL's older form, RFC 1421 section 4.6.1.1)."""
    return any(mark in data.reveal() for mark in (b"BEGIN ENCRYPTED PRIVATE KEY", b"4,ENCRYPTED"))


def public_key_of(key: object) -> PublicKey:
    """The library's public key as a value."""
    der: bytes = key.public_bytes(  # type: ignore[attr-defined]
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return PublicKey(der)


def label(key: object) -> str:
    """What kind of key the library's object is, for people."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return f"EC {_CURVE_LABELS.get(key.curve.name, key.curve.name)}"
    return type(key).__name__.removesuffix("PrivateKey").removesuffix("PublicKey")


_RESTORE = "Restore it from a backup, or create another."
_USE = "Use RSA of 2048 bits or more, or EC on P-256 or P-384."


def _usable(key: object, what: str) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < SHORTEST_RSA:
            raise UnsupportedKey(what, f"has only {key.key_size} bits, which TLS refuses", _USE)
        if not _fit_together(key.private_numbers()):
            raise NotAKey(what, "is damaged", _RESTORE)
        return PrivateKey(key)
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVE_LABELS:
        return PrivateKey(key)
    raise UnsupportedKey(what, f"is of type {label(key)}, which mail clients lack", _USE)


def _fit_together(numbers: rsa.RSAPrivateNumbers) -> bool:
    """Whether the eight numbers belong to one key (RFC 8017 section 3.2)."""
    p, q, d = numbers.p, numbers.q, numbers.d
    e, n = numbers.public_numbers.e, numbers.public_numbers.n
    return (
        p * q == n
        and d * e % (p - 1) == 1
        and d * e % (q - 1) == 1
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and numbers.iqmp * q % p == 1
    )


def _not_a_key(data: Secret[bytes], what: str) -> NotAKey:
    if "OPENSSH PRIVATE KEY" in pem.labels(data.reveal()):
        return NotAKey(
            what,
            f"{pem.contents(data.reveal())}, which Postfix does not read",
            "Write it in the usual one, in a copy of the file: ssh-keygen -p -m PKCS8 -f FILE",
        )
    if any(name.endswith("PRIVATE KEY") for name in pem.labels(data.reveal())):
        return NotAKey(what, "is damaged", _RESTORE)
    return NotAKey(
        what,
        f"{pem.contents(data.reveal())}, where a private key in PEM is wanted",
        "Name the file that begins with -----BEGIN PRIVATE KEY-----.",
    )

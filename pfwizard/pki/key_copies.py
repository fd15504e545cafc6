"""Recognising a private key wherever a copy of it may lie."""

import re

from pfwizard.pki.errors import PkiError
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.secret import Secret

_PRIVATE_KEYS = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL
)
"""Each private key in a PEM file (RFC 7468), encrypted or not."""


def private_keys_in(content: Secret[bytes]) -> tuple[Secret[bytes], ...]:
    """The private keys in PEM that a file has, each by itself."""
    return tuple(Secret(found.group()) for found in _PRIVATE_KEYS.finditer(content.reveal()))


def holds_key(content: Secret[bytes], key: PrivateKey, passphrase: Secret[str]) -> bool:
    """Whether this key is in a file of any kind: in the clear, or behind this passphrase."""
    return any(_is(each, key, passphrase) for each in private_keys_in(content))


def _is(block: Secret[bytes], key: PrivateKey, passphrase: Secret[str]) -> bool:
    try:
        return load_private_key(block, passphrase=passphrase).matches(key)
    except PkiError:
        return False

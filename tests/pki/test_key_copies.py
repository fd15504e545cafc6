"""Recognising a key in whatever file a copy of it lies."""

import os
from pathlib import Path

import pytest

from pfwizard.pki.key_copies import holds_key, private_keys_in
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.key_type import KeyType
from pfwizard.secret import Secret
from tests.pki.builders import ca, key
from tests.pki.openssl import openssl

PASSPHRASE = Secret("correct horse battery")
KEY = key("ca")
PLAIN = KEY.pem().reveal()
ENCRYPTED = encrypted_pem(KEY, PASSPHRASE, os.urandom).reveal()
ANOTHER = key("another").pem().reveal()


def holds(content: bytes) -> bool:
    return holds_key(Secret(content), KEY, PASSPHRASE)


@pytest.mark.parametrize(
    "content",
    [PLAIN, ENCRYPTED, ca().pem() + PLAIN, ANOTHER + PLAIN, PLAIN.replace(b"\n", b"\r\n")],
    ids=["plain", "encrypted", "with a certificate", "behind another key", "with CR LF"],
)
def test_a_copy_is_recognised(content: bytes) -> None:
    assert holds(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\x00 no text", ca().pem(), ANOTHER, PLAIN[:-40]],
    ids=["nothing", "octets", "a certificate", "another key", "half a key"],
)
def test_everything_else_is_no_copy(content: bytes) -> None:
    assert not holds(content)


def test_behind_another_passphrase_nobody_can_tell() -> None:
    assert not holds_key(Secret(ENCRYPTED), KEY, Secret("correct horse batterx"))


def test_the_older_form_of_a_key_is_recognised(tmp_path: Path) -> None:
    rsa = key("ca", KeyType.RSA_2048)
    (tmp_path / "new").write_bytes(rsa.pem().reveal())
    openssl("rsa", "-in", "new", "-traditional", "-out", "old", directory=tmp_path)
    content = (tmp_path / "old").read_bytes()

    assert b"BEGIN RSA PRIVATE KEY" in content
    assert holds_key(Secret(content), rsa, PASSPHRASE)


def test_the_keys_of_a_file_are_told_apart() -> None:
    assert private_keys_in(Secret(ca().pem() + ANOTHER + PLAIN)) == (
        Secret(ANOTHER.strip()),
        Secret(PLAIN.strip()),
    )

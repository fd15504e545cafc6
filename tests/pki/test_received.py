"""Certificates in the forms in which CAs hand them out."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from pfwizard.pki.errors import NotACertificate
from pfwizard.pki.received import received_certificates
from tests.pki.builders import ca, key, server

LEAF, ISSUER = server(), ca()
BOTH = [LEAF.parsed, ISSUER.parsed]


def test_a_file_in_pem_gives_all_its_certificates_in_order() -> None:
    assert received_certificates(LEAF.pem() + ISSUER.pem()) == (LEAF, ISSUER)


def test_a_certificate_in_der_is_read() -> None:
    assert received_certificates(LEAF.parsed.public_bytes(Encoding.DER)) == (LEAF,)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_pkcs7_bundle_is_read(encoding: Encoding) -> None:
    found = received_certificates(serialize_certificates(BOTH, encoding))

    assert set(found) == {LEAF, ISSUER}


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text.replace(b"-----BEGIN", b"\t -----BEGIN").replace(
            b"-----END", b" -----END"
        ),
        lambda text: b"From: the CA <ca@example.org>\n\n" + text + b"-- \nthe CA\n",
    ],
    ids=["UTF-8 with a mark", "UTF-16", "Windows", "old Mac", "indented", "a whole mail"],
)
def test_what_a_mail_program_or_an_editor_has_made_of_the_text_is_read(
    saved: Callable[[bytes], bytes],
) -> None:
    assert received_certificates(saved(LEAF.pem() + ISSUER.pem())) == (LEAF, ISSUER)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<html>Please log in</html>", "holds no certificate in PEM, DER or PKCS #7"),
        (LEAF.parsed.public_bytes(Encoding.DER)[:-1], "holds no certificate"),
        (b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "holds no certificate"),
        (key("server").pem().reveal(), "holds a private key, where a certificate"),
        (LEAF.pem().replace(b"M", b"N"), "is damaged"),
    ],
    ids=["empty", "a page", "cut off", "damaged bundle", "a key", "damaged"],
)
def test_anything_else_is_refused_with_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(NotACertificate, match=words):
        received_certificates(content)

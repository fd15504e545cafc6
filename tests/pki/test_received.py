"""Certificates in the forms in which CAs hand them out."""

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

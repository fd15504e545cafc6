"""Certificate requests."""

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.pki.errors import NotARequest
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.names import NameProblem
from pfwizard.pki.requests import Request, build_request, load_request
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret
from tests.pki.builders import HOST, SERVER_SUBJECT, ca, key
from tests.pki.openssl import openssl


def request(
    *,
    subject: Subject = SERVER_SUBJECT,
    names: tuple[str, ...] = (HOST,),
    password: str = "",
    company: str = "",
    key_type: KeyType = KeyType.EC_P256,
) -> Request:
    return build_request(
        key("server", key_type),
        subject,
        names,
        challenge_password=Secret(password),
        company_name=company,
    )


def as_openssl_sees(it: Request, directory: Path) -> str:
    pem = it.pem().reveal()
    return openssl(
        "req", "-text", "-noout", "-verify", "-nameopt", "utf8", given=pem, directory=directory
    )


@pytest.mark.parametrize("key_type", KeyType)
def test_openssl_verifies_the_signature(key_type: KeyType, tmp_path: Path) -> None:
    assert "verify OK" in as_openssl_sees(request(key_type=key_type), tmp_path)


def test_the_names_are_asked_for_in_an_extension(tmp_path: Path) -> None:
    said = as_openssl_sees(request(names=(HOST, "192.0.2.1")), tmp_path)
    assert f"DNS:{HOST}, IP Address:192.0.2.1" in said


def test_the_attributes_of_the_guides_prompts_are_written(tmp_path: Path) -> None:
    said = as_openssl_sees(request(password="sésame", company="Überpost S.p.A."), tmp_path)
    assert "challengePassword        :sésame" in said
    assert "unstructuredName         :Überpost S.p.A." in said


def test_attributes_left_empty_are_not_written(tmp_path: Path) -> None:
    said = as_openssl_sees(request(), tmp_path)
    assert "challengePassword" not in said
    assert "unstructuredName" not in said


def test_a_request_without_a_subject_marks_its_names_critical(tmp_path: Path) -> None:
    said = as_openssl_sees(request(subject=Subject()), tmp_path)
    assert "Subject Alternative Name: critical" in said


def test_a_request_tells_its_key_its_subject_and_its_names() -> None:
    it = request(names=(HOST, "2001:db8::1"))
    assert key("server").matches(it)
    assert it.subject == SERVER_SUBJECT.one_line()
    assert it.names == (HOST, "2001:db8::1")


def test_a_request_that_is_read_back_tells_the_same() -> None:
    written = request(password="sesame", company="Example")
    assert load_request(written.pem().reveal()) == written


def test_a_request_tells_the_attributes_of_the_guides_prompts() -> None:
    it = request(password="sésame", company="Überpost S.p.A.")
    assert it.challenge_password == Secret("sésame")
    assert it.company_name == "Überpost S.p.A."


def test_a_request_without_these_attributes_tells_that_there_are_none() -> None:
    assert not request().challenge_password
    assert not request().company_name


def test_showing_a_request_does_not_show_the_password() -> None:
    it = request(password="sesame")
    assert "sesame" not in repr(it) + str(it) + repr(it.pem())


@pytest.mark.parametrize("password", ["abc", "x" * 21, "hush\x1b"])
def test_a_password_out_of_bounds_is_refused(password: str) -> None:
    with pytest.raises(NameProblem):
        request(password=password)


def test_a_request_without_names_is_refused() -> None:
    with pytest.raises(NameProblem, match="no names"):
        request(names=())


def test_a_request_openssl_made_is_read(tmp_path: Path) -> None:
    openssl(
        *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "csr"),
        *("-subj", SERVER_SUBJECT.one_line()),
        directory=tmp_path,
    )
    it = load_request((tmp_path / "csr").read_bytes())
    assert (it.subject, it.names) == (SERVER_SUBJECT.one_line(), ())


def test_an_altered_request_is_refused() -> None:
    der = bytearray(request().parsed.public_bytes(Encoding.DER))
    position = der.index(b"Milan")
    der[position : position + 5] = b"Turin"
    with pytest.raises(NotARequest, match="not signed by the key inside"):
        load_request(
            ssl.DER_cert_to_PEM_cert(bytes(der))
            .replace("CERTIFICATE", "CERTIFICATE REQUEST")
            .encode()
        )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (
            b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
            "is damaged",
        ),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(NotARequest, match=f"the request of mail {said}"):
        load_request(data, "the request of mail")


def test_a_certificate_is_not_taken_for_a_request() -> None:
    with pytest.raises(NotARequest, match="holds a certificate, where"):
        load_request(ca().pem())

"""The same answers give the same names as the openssl commands of the guide."""

from pathlib import Path

import pytest

from pfwizard.pki.authority import create_ca
from pfwizard.pki.requests import build_request
from pfwizard.pki.subject import Subject
from tests.pki.builders import CA_SUBJECT, HOST, NOW, SERVER_SUBJECT, ca, key, server
from tests.pki.openssl import openssl

SUBJECTS = [
    pytest.param(CA_SUBJECT, id="the guide's CA"),
    pytest.param(SERVER_SUBJECT, id="the guide's server"),
    pytest.param(
        Subject("DE", "Köln/Bonn", "Köln", "A + B", "Überpost", "mail", "a@example.org"),
        id="every field",
    ),
    pytest.param(Subject(common_name="mail.example.org"), id="the common name alone"),
]


def by_openssl(subject: Subject, directory: Path) -> str:
    """What the guide's first command makes of the answers, down to the ASN.1 types."""
    openssl(
        *("req", "-days", "3650", "-nodes", "-new", "-x509", "-newkey", "rsa:2048"),
        *("-keyout", "ca.key", "-out", "ca.crt", "-utf8", "-subj", subject.one_line()),
        directory=directory,
    )
    return shown("x509", (directory / "ca.crt").read_bytes(), directory)


def shown(kind: str, pem: bytes, directory: Path) -> str:
    return openssl(
        *(kind, "-noout", "-subject", "-nameopt", "multiline,show_type,utf8,-esc_msb"),
        given=pem,
        directory=directory,
    )


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_ca_has_the_subject_the_guides_command_gives(subject: Subject, tmp_path: Path) -> None:
    made = create_ca(key("ca"), subject, 3650, now=NOW, serial=1)
    assert shown("x509", made.pem(), tmp_path) == by_openssl(subject, tmp_path)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_request_has_the_subject_the_guides_command_gives(
    subject: Subject, tmp_path: Path
) -> None:
    made = build_request(key("server"), subject, [HOST])
    assert shown("req", made.pem().reveal(), tmp_path) == by_openssl(subject, tmp_path)


def test_the_subjects_are_those_the_guide_shows(tmp_path: Path) -> None:
    said = openssl(
        *("x509", "-noout", "-subject", "-nameopt", "compat"),
        given=server(ca()).pem(),
        directory=tmp_path,
    )
    expected = "/C=IT/ST=Italy/L=Milan/O=Kernel Panic Inc./OU=Postfix Server/CN=" + HOST
    assert said.strip() == f"subject={expected}"

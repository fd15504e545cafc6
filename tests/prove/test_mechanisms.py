"""The client's side of SASL, against the examples of the standards."""

import pytest

from pfwizard.prove.mechanisms import MECHANISMS, Answering, Login, NotTheServer
from pfwizard.secret import Secret


def begun(mechanism: str, user: str, password: str, nonce: str = "") -> Answering:
    return MECHANISMS[mechanism].begin(Login(user, Secret(password)), nonce)


def test_plain_answers_as_in_rfc_4616() -> None:
    assert begun("PLAIN", "tim", "tanstaaftanstaaf")(b"") == b"\0tim\0tanstaaftanstaaf"


def test_login_gives_the_name_and_then_the_password() -> None:
    answer = begun("LOGIN", "tim", "secret")

    assert [answer(b"Username:"), answer(b"Password:")] == [b"tim", b"secret"]


def test_cram_md5_answers_as_in_rfc_2195() -> None:
    answer = begun("CRAM-MD5", "tim", "tanstaaftanstaaf")

    answered = answer(b"<1896.697170952@postoffice.reston.mci.net>")

    assert answered == b"tim b913a602c7eda7a495b4e6e7334d3890"


def test_scram_sha_1_answers_as_in_rfc_5802() -> None:
    answer = begun("SCRAM-SHA-1", "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL")

    assert answer(b"") == b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
    assert answer(b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096") == (
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    )
    assert answer(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=") == b""


def test_scram_sha_256_answers_as_in_rfc_7677() -> None:
    answer = begun("SCRAM-SHA-256", "user", "pencil", "rOprNGfwEbeRWgbNEkqO")

    assert answer(b"") == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert answer(
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    ) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert answer(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""


def test_scram_does_not_believe_a_server_that_does_not_know_the_password() -> None:
    answer = begun("SCRAM-SHA-1", "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL")
    answer(b"")
    answer(b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096")

    with pytest.raises(NotTheServer):
        answer(b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=")


def test_scram_does_not_go_on_with_a_nonce_that_is_not_its_own() -> None:
    answer = begun("SCRAM-SHA-256", "user", "pencil", "ours")
    answer(b"")

    with pytest.raises(NotTheServer):
        answer(b"r=theirs,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")


@pytest.mark.parametrize(
    "challenge",
    [
        b"r=oursandtheirs",
        b"r=oursandtheirs,s=W22ZaJ0SNY7soEsUEjb6gQ==",
        b"r=oursandtheirs,s=%%%,i=4096",
        b"r=oursandtheirs,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=many",
        b"r=oursandtheirs,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
        b"r=oursandtheirs,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000",
    ],
)
def test_scram_does_not_go_on_with_what_is_no_challenge(challenge: bytes) -> None:
    answer = begun("SCRAM-SHA-256", "user", "pencil", "ours")
    answer(b"")

    with pytest.raises(NotTheServer):
        answer(challenge)


def test_scram_writes_what_would_end_a_field_otherwise() -> None:
    assert begun("SCRAM-SHA-256", "a=b,c", "pencil", "ours")(b"") == b"n,,n=a=3Db=2Cc,r=ours"

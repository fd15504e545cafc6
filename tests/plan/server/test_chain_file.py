"""The file of a key with its certificates behind it, as smtpd_tls_chain_files wants it."""

import pytest

from pfwizard.plan.certificate_files import chain_file
from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    SERVER,
    SERVER_KEY,
    answers,
    file,
    identifiers,
    plan_for,
)
from tests.plan.others import CHAIN, EC, ISSUER, LEAF, RSA, secret, signed, with_roots

OLD = signed(days=30).pem()
KEY = secret(RSA)
DH = b"-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n"
CURVE = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"


def relabelled(certificate: bytes, label: str) -> bytes:
    return certificate.replace(b" CERTIFICATE-----", f" {label}-----".encode())


OLD_ONES = {
    "line ends of Windows": OLD.replace(b"\n", b"\r\n"),
    "blanks behind the lines": OLD.replace(b"-----\n", b"----- \t\n"),
    "the older label": relabelled(OLD, "X509 CERTIFICATE"),
    "the form of OpenSSL's own": relabelled(OLD, "TRUSTED CERTIFICATE"),
    "no last line end": OLD.rstrip(),
}


@pytest.mark.parametrize("old", OLD_ONES.values(), ids=OLD_ONES.keys())
def test_whatever_certificate_was_there_gives_way(old: bytes) -> None:
    assert chain_file(KEY + old, [LEAF, ISSUER]) == KEY + CHAIN


def test_one_that_stands_on_the_line_of_the_keys_end_gives_way_too() -> None:
    assert chain_file(KEY.rstrip() + OLD, [LEAF, ISSUER]) == KEY + CHAIN


def test_a_key_between_a_torn_certificate_and_a_whole_one_stays() -> None:
    torn = OLD[:200] + b"\n"

    assert KEY in chain_file(torn + KEY + OLD, [LEAF])


@pytest.mark.parametrize("label", ["CERTIFICATE", "X509 CERTIFICATE"])
def test_the_same_certificates_in_another_form_are_left_as_they_are(label: str) -> None:
    there = (KEY + relabelled(CHAIN, label)).replace(b"\n", b"\r\n")

    assert chain_file(there, [LEAF, ISSUER]) == there


def test_the_parameters_of_a_curve_are_left_out() -> None:
    """Postfix takes keys and certificates alone (src/tls/tls_certkey.c, load_pem_object)."""
    assert chain_file(CURVE + secret(EC) + CHAIN, [LEAF, ISSUER]) == secret(EC) + CHAIN


# --- what cannot be one ---------------------------------------------------------------------------


def plan(key: bytes, certificate: bytes | None = CHAIN, layout: str = "chain") -> Plan:
    wanted = answers(
        ca__source="none",
        tls__ca_file="",
        server__source="request",
        server__layout=layout,
    )
    there = [] if certificate is None else [file(SERVER, certificate)]
    return plan_for(with_roots(file(SERVER_KEY, key, 0o600), *there), wanted)


UNFIT = {"two keys": KEY + secret(EC), "parameters": KEY + DH, "the same twice": KEY + KEY}


@pytest.mark.parametrize("there", UNFIT.values(), ids=UNFIT.keys())
@pytest.mark.parametrize("certificate", [CHAIN, None], ids=["there", "awaited"])
def test_what_postfix_would_not_take_is_refused_and_named(
    there: bytes, certificate: bytes | None
) -> None:
    made = plan(there, certificate)

    (refusal,) = made.refusals
    assert refusal.identifier == "not-for-a-chain"
    assert str(SERVER_KEY) in refusal.message


@pytest.mark.parametrize("there", UNFIT.values(), ids=UNFIT.keys())
def test_beside_a_certificate_in_a_file_of_its_own_it_does_no_harm(there: bytes) -> None:
    made = plan(there, layout="pair")

    assert made.refusals == ()
    assert SERVER_KEY not in {change.path for change in made.changes}


def test_for_a_certificate_of_our_own_ca_it_is_refused_too() -> None:
    with_two = with_roots(file(SERVER_KEY, KEY + secret(EC), 0o600))

    assert "not-for-a-chain" in identifiers(plan_for(with_two, answers(server__layout="chain")))

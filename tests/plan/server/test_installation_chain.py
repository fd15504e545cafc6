"""Issuers that did not come with a certificate, and are in files of this machine."""

from datetime import timedelta
from pathlib import PurePosixPath

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import Certificate, examined, load_certificates
from pfwizard.plan.plan import Plan
from pfwizard.plan.server.installation import InstallationRequest, files_of_installation
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import NOW, STOCK_MAIN, content_of, file
from tests.plan.server.test_installation import (
    COMPLETE,
    KEY,
    LEAF,
    LOWER,
    ROOT,
    SHORT_LOWER,
    UPPER,
    installing,
    refusals,
    with_key,
)

SHOWN = PurePosixPath("/etc/ssl/mail.pem")
CHAIN = SHOWN.parent / "chain.pem"
OTHER, OTHER_KEY = PurePosixPath("/srv/other.pem"), PurePosixPath("/srv/other.key")
AUTHORITIES = PurePosixPath("/srv/authorities.pem")

BEFORE = pki.server(LOWER, ca_key=pki.key("lower"), days=30)
IN_USE = f"{STOCK_MAIN}smtpd_tls_cert_file = {SHOWN}\nsmtpd_tls_key_file = {KEY}\n"


def pem(*certificates: Certificate) -> bytes:
    return b"".join(each.pem() for each in certificates)


def replacing(*before: Certificate, more: dict[PurePosixPath, bytes] | None = None) -> Facts:
    """A machine that shows these certificates, and has more files."""
    others = [file(path, content) for path, content in (more or {}).items()]
    return with_key(file(SHOWN, pem(*before)), *others, main_cf=IN_USE)


def taken(plan: Plan) -> list[str]:
    return [each.message for each in plan.findings if each.identifier == "issuer-found"]


def test_issuers_come_from_the_file_that_is_replaced_in_their_order_and_that_is_said() -> None:
    plan = installing(LEAF, facts=replacing(BEFORE, UPPER, LOWER))

    assert load_certificates(content_of(plan, SHOWN)) == COMPLETE
    assert plan.refusals == ()
    assert taken(plan) == [
        f"the certificate of the issuer {each.facts.subject} did not come along, and is taken from "
        f"{SHOWN}"
        for each in (LOWER, UPPER)
    ]


def test_what_came_is_completed_where_it_has_some_of_them() -> None:
    plan = installing(LEAF, LOWER, facts=replacing(BEFORE, UPPER))

    assert load_certificates(content_of(plan, SHOWN)) == COMPLETE
    assert len(taken(plan)) == 1


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        (CHAIN, ""),
        (SHOWN.parent / "mail-chain.pem", ""),
        (KEY.parent / "fullchain.pem", ""),
        (OTHER, f"smtpd_tls_eccert_file = {OTHER}\nsmtpd_tls_eckey_file = {OTHER_KEY}\n"),
        (AUTHORITIES, f"smtpd_tls_CAfile = {AUTHORITIES}\n"),
    ],
    ids=["chain.pem", "the same name", "beside the key", "another certificate's", "CAfile"],
)
def test_they_come_from_its_neighbours_and_other_files_of_the_server(
    path: PurePosixPath, setting: str
) -> None:
    found = file(path, pem(UPPER, LOWER))
    facts = with_key(file(SHOWN, BEFORE.pem()), found, main_cf=IN_USE + setting)
    request = InstallationRequest((LEAF,), (KEY,))

    plan = installing(LEAF, facts=facts)

    assert path in files_of_installation(request, facts)
    assert load_certificates(content_of(plan, SHOWN)) == COMPLETE
    assert all(str(path) in each for each in taken(plan))


def test_the_file_that_is_replaced_comes_first() -> None:
    plan = installing(LEAF, facts=replacing(BEFORE, LOWER, UPPER, more={CHAIN: pem(LOWER, UPPER)}))

    assert all(each.endswith(str(SHOWN)) for each in taken(plan))


def test_what_came_complete_needs_nothing() -> None:
    plan = installing(*COMPLETE, facts=replacing(BEFORE, LOWER, UPPER))

    assert taken(plan) == []


def test_no_root_is_taken_and_nothing_above_what_clients_trust() -> None:
    facts = with_key(file(SHOWN, pem(BEFORE, LOWER, UPPER, ROOT)), main_cf=IN_USE)
    untrusted = with_key(file(SHOWN, pem(BEFORE, LOWER, UPPER, ROOT)), main_cf=IN_USE, roots=b"")

    for each in (facts, untrusted):
        assert load_certificates(content_of(installing(LEAF, facts=each), SHOWN)) == COMPLETE


def test_one_that_is_in_place_already_is_no_change_and_no_news() -> None:
    plan = installing(LEAF, facts=replacing(*COMPLETE))

    assert plan.is_empty
    assert plan.refusals == ()
    assert taken(plan) == []


# --- what is of no use ----------------------------------------------------------------------------


def impostor() -> Certificate:
    """The name of the issuer, with another key."""
    authority = x509.BasicConstraints(ca=True, path_length=None)
    return examined(
        x509.CertificateBuilder()
        .subject_name(LOWER.parsed.subject)
        .issuer_name(LOWER.parsed.issuer)
        .public_key(pki.key("stranger").parsed.public_key())
        .not_valid_before(LOWER.facts.not_before)
        .not_valid_after(LOWER.facts.not_after)
        .serial_number(7)
        .add_extension(authority, critical=True)
        .sign(pki.key("upper").parsed, hashes.SHA256())
    )


NO_AUTHORITY = issuing("lower", (UPPER, "upper"), is_ca=False)
"""The name and the key of the issuer, without the right to issue."""


@pytest.mark.parametrize("useless", [impostor(), NO_AUTHORITY], ids=["another key", "no CA"])
def test_the_name_alone_makes_no_issuer(useless: Certificate) -> None:
    plan = installing(LEAF, facts=replacing(BEFORE, useless, UPPER))

    assert refusals(plan) == ["missing-intermediate"]
    assert plan.is_empty


def test_one_that_has_expired_is_passed_over_for_one_that_has_not() -> None:
    now = NOW + timedelta(days=201)

    alone = installing(LEAF, facts=replacing(SHORT_LOWER, UPPER), now=now)
    both = installing(LEAF, facts=replacing(SHORT_LOWER, UPPER, LOWER), now=now)

    assert refusals(alone) == ["missing-intermediate"]
    assert load_certificates(content_of(both, SHOWN)) == COMPLETE


def test_of_two_the_one_whose_own_issuer_clients_have_is_taken() -> None:
    elsewhere = issuing("another")
    crossed = issuing("lower", (elsewhere, "another"))
    facts = with_key(
        file(SHOWN, pem(BEFORE, LOWER, crossed)), main_cf=IN_USE, roots=elsewhere.pem()
    )

    plan = installing(LEAF, facts=facts)

    assert load_certificates(content_of(plan, SHOWN)) == (LEAF, crossed)


def test_what_has_expired_and_is_not_needed_is_left_away_and_that_is_said() -> None:
    older = issuing("older root")
    crossed = issuing("root", (older, "older root"), days=-1)
    expired = issuing("lower", (UPPER, "upper"), days=-1)

    plan = installing(LEAF, expired, LOWER, UPPER, crossed, facts=replacing(BEFORE))

    assert load_certificates(content_of(plan, SHOWN)) == COMPLETE
    assert plan.refusals == ()
    assert [each.identifier for each in plan.findings].count("unrelated") == 2


def test_a_root_that_has_expired_is_nowhere_to_lead_to() -> None:
    expired = with_key(
        file(SHOWN, pem(BEFORE, LOWER, UPPER)),
        main_cf=IN_USE,
        roots=pem(issuing("upper", days=-1), ROOT),
    )

    plan = installing(LEAF, facts=expired)

    assert load_certificates(content_of(plan, SHOWN)) == COMPLETE

"""What keeps the issuers of a server's certificate from being believed."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.chains import chain_of, chain_problems, without_expired_end
from pfwizard.pki.checks import Defect, Problem
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import PrivateKey
from pfwizard.pki.name_constraints import limited_to
from tests.pki.builders import HOST, NOW, ca, key, server
from tests.pki.issuers import issuing
from tests.pki.openssl import openssl, openssl_says

ROOT = issuing("root")
UPPER = issuing("upper", (ROOT, "root"))
LOWER = issuing("lower", (UPPER, "upper"))
LEAF = server(LOWER, ca_key=key("lower"))

EXPIRED_LOWER = issuing("lower", (UPPER, "upper"), days=-1)

OLDER = issuing("older root")
CROSSED = issuing("root", (OLDER, "older root"))
CROSSED_ONCE = issuing("root", (OLDER, "older root"), days=-1)


def problems(
    *given: Certificate, trusted: tuple[Certificate, ...] = (ROOT,)
) -> tuple[Problem, ...]:
    chain = chain_of(given, key("server"), now=NOW)
    return chain_problems(chain, trusted=trusted, now=NOW)


def defects(*given: Certificate, trusted: tuple[Certificate, ...] = (ROOT,)) -> list[Defect]:
    return [problem.defect for problem in problems(*given, trusted=trusted)]


# --- of several certificates for one issuer -------------------------------------------------------


@pytest.mark.parametrize(
    "given", [(LEAF, EXPIRED_LOWER, LOWER, UPPER), (LEAF, LOWER, EXPIRED_LOWER, UPPER)]
)
def test_beside_an_expired_certificate_of_an_issuer_its_newer_one_counts(
    given: tuple[Certificate, ...],
) -> None:
    assert chain_of(given, key("server"), now=NOW).sent() == (LEAF, LOWER, UPPER)
    assert defects(*given) == []


@pytest.mark.parametrize("crossed", [(CROSSED, ROOT), (ROOT, CROSSED)])
def test_a_root_that_an_older_one_signed_too_is_sent_for_those_who_have_only_that(
    crossed: tuple[Certificate, ...],
) -> None:
    chain = chain_of([LEAF, LOWER, UPPER, *crossed], key("server"), now=NOW)

    assert chain.sent() == (LEAF, LOWER, UPPER, CROSSED)
    assert chain_problems(chain, trusted=[OLDER], now=NOW) == ()


def test_a_signature_of_an_older_root_is_left_away_when_it_has_expired() -> None:
    chain = chain_of([LEAF, LOWER, UPPER, CROSSED_ONCE, ROOT], key("server"), now=NOW)

    assert chain.sent() == (LEAF, LOWER, UPPER)


def test_what_has_expired_beyond_a_root_that_clients_have_is_of_no_account() -> None:
    assert defects(LEAF, LOWER, UPPER, CROSSED_ONCE) == []
    assert Defect.EXPIRED in defects(LEAF, LOWER, UPPER, CROSSED_ONCE, trusted=(OLDER,))


def test_an_expired_end_that_clients_do_not_need_can_be_left_away() -> None:
    chain = chain_of([LEAF, LOWER, UPPER, CROSSED_ONCE], key("server"), now=NOW)

    cut = without_expired_end(chain, trusted=[ROOT], now=NOW)
    assert cut.sent() == (LEAF, LOWER, UPPER)
    assert cut.unrelated == (CROSSED_ONCE,)
    assert without_expired_end(chain, trusted=[OLDER], now=NOW) == chain


def test_a_root_that_has_expired_proves_nothing() -> None:
    (problem,) = problems(LEAF, LOWER, UPPER, trusted=(issuing("root", days=-1),))

    assert problem.defect is Defect.EXPIRED
    assert "the root /CN=root expired" in problem.message


# --- what each may do -----------------------------------------------------------------------------


def test_an_issuer_whose_key_may_not_sign_certificates_is_named() -> None:
    usage = x509.KeyUsage(True, False, False, False, False, False, True, False, False)
    lower = issuing("lower", (UPPER, "upper"), more=[usage])

    (problem,) = problems(LEAF, lower, UPPER)

    assert problem.defect is Defect.NOT_A_CA
    assert "/CN=lower may not sign certificates" in problem.message


def test_an_issuer_for_other_purposes_is_named() -> None:
    mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    lower = issuing("lower", (UPPER, "upper"), more=[mail])

    (problem,) = problems(LEAF, lower, UPPER)

    assert problem.defect is Defect.WRONG_PURPOSE
    assert "/CN=lower" in problem.message


def test_an_issuer_with_a_short_key_is_named() -> None:
    short = PrivateKey(rsa.generate_private_key(65537, 1024))  # noqa: S505
    lower = issuing("lower", (UPPER, "upper"), own=short)

    (problem,) = problems(server(lower, ca_key=short), lower, UPPER)

    assert problem.defect is Defect.WEAK_KEY
    assert "/CN=lower" in problem.message


def test_names_outside_the_limits_of_an_issuer_are_told() -> None:
    lower = issuing("lower", (UPPER, "upper"), more=[limited_to(["example.org"])])

    (problem,) = problems(LEAF, lower, UPPER)

    assert problem.defect is Defect.OUTSIDE_LIMITS
    assert problem.blocking
    assert "limited to example.org" in problem.message
    assert HOST in problem.message


def test_openssl_refuses_what_is_outside_the_limits_too(tmp_path: Path) -> None:
    lower = issuing("lower", (UPPER, "upper"), more=[limited_to(["example.org"])])
    (tmp_path / "root").write_bytes(ROOT.pem())
    (tmp_path / "sent").write_bytes(lower.pem() + UPPER.pem())
    (tmp_path / "leaf").write_bytes(LEAF.pem())

    said = openssl_says(
        *("verify", "-attime", f"{NOW.timestamp():.0f}", "-CAfile", "root"),
        *("-untrusted", "sent", "leaf"),
        directory=tmp_path,
    )

    assert "permitted subtree violation" in said


def test_the_limits_of_a_root_count_as_well_unless_there_is_one_without() -> None:
    limited = issuing("root", more=[limited_to(["example.org"])])

    assert defects(LEAF, LOWER, UPPER, trusted=(limited,)) == [Defect.OUTSIDE_LIMITS]
    assert defects(LEAF, LOWER, UPPER, trusted=(limited, ROOT)) == []


def test_names_inside_the_limits_will_do() -> None:
    lower = issuing("lower", (UPPER, "upper"), more=[limited_to(["kernel-panic.it"])])

    assert defects(LEAF, lower, UPPER) == []


def test_an_issuer_signed_with_sha1_is_named_and_nothing_is_said_to_be_missing(
    tmp_path: Path,
) -> None:
    root, lower = _root_and_sha1_intermediate(tmp_path)
    leaf = server(lower, ca_key=key("lower"), now=lower.facts.not_before + timedelta(days=1))
    chain = chain_of([leaf, lower], key("server"))

    (problem,) = chain_problems(chain, trusted=[root], now=leaf.facts.not_before)

    assert problem.defect is Defect.WEAK_SIGNATURE
    assert "/CN=lower is signed with SHA1" in problem.message


def _root_and_sha1_intermediate(directory: Path) -> tuple[Certificate, Certificate]:
    root = ca(key_type=KeyType.RSA_2048)
    (directory / "root").write_bytes(root.pem())
    (directory / "root.key").write_bytes(key("ca", KeyType.RSA_2048).pem().reveal())
    (directory / "lower.key").write_bytes(key("lower").pem().reveal())
    (directory / "as a CA").write_text("basicConstraints = critical, CA:TRUE\n")
    openssl(
        *("req", "-new", "-key", "lower.key", "-subj", "/CN=lower", "-out", "request"),
        directory=directory,
    )
    openssl(
        *("x509", "-req", "-sha1", "-in", "request", "-CA", "root", "-CAkey", "root.key"),
        *("-set_serial", "7", "-days", "300", "-extfile", "as a CA", "-out", "lower"),
        directory=directory,
    )
    return root, load_certificate((directory / "lower").read_bytes())

"""Certificates found in place by a second run."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pfwizard.pki.certificates import Certificate, examined, load_certificate
from pfwizard.pki.checks import Defect, Problem, ca_problems, server_problems
from tests.pki.builders import HOST, NOW, ca, key, server
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide
from tests.pki.openssl import openssl

SECOND = timedelta(seconds=1)


def found_in_server(
    certificate: Certificate,
    *,
    whose_key: str = "server",
    issuer: Certificate | None = None,
    names: tuple[str, ...] = (HOST,),
    now: datetime = NOW,
) -> list[Defect]:
    found = server_problems(
        certificate, key(whose_key), issuer=issuer or ca(), names=names, now=now
    )
    return [problem.defect for problem in found]


def found_in_ca(
    certificate: Certificate, *, whose_key: str = "ca", now: datetime = NOW
) -> list[Defect]:
    return [problem.defect for problem in ca_problems(certificate, key(whose_key), now=now)]


def odd_server(usage: x509.ExtensionType) -> Certificate:
    issuer = ca()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]))
        .issuer_name(issuer.parsed.subject)
        .public_key(key("server").parsed.public_key())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .serial_number(1)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(usage, critical=False)
    )
    return examined(builder.sign(key("ca").parsed, hashes.SHA256()))


def test_a_pair_pfwizard_made_has_no_problem() -> None:
    assert found_in_server(server()) == []
    assert found_in_ca(ca()) == []


def test_a_ca_whose_key_is_kept_elsewhere_has_no_problem() -> None:
    assert ca_problems(ca(), None, now=NOW) == ()


@pytest.mark.parametrize("certificate", [server(), ca()], ids=["server", "CA"])
def test_a_key_of_another_certificate_is_noticed(certificate: Certificate) -> None:
    found = found_in_ca if certificate.facts.is_ca else found_in_server
    assert Defect.KEY_MISMATCH in found(certificate, whose_key="stranger")


def test_another_issuer_is_noticed_though_it_has_the_same_name() -> None:
    assert found_in_server(server(), issuer=ca(whose="stranger")) == [Defect.WRONG_ISSUER]


def test_any_issuer_will_do_where_none_is_expected() -> None:
    assert server_problems(server(), key("server"), issuer=None, names=[HOST], now=NOW) == ()


def test_a_certificate_is_good_until_its_last_second() -> None:
    end = NOW + timedelta(days=397)
    assert found_in_server(server(), now=end) == []
    assert found_in_server(server(), now=end + SECOND) == [Defect.EXPIRED]


def test_a_certificate_is_good_from_its_first_second() -> None:
    start = NOW - timedelta(hours=1)
    assert found_in_server(server(), now=start) == []
    assert found_in_server(server(), now=start - SECOND) == [Defect.NOT_YET_VALID]


def test_a_clock_at_1970_is_suspected() -> None:
    (problem,) = ca_problems(ca(), key("ca"), now=datetime(1970, 1, 1, tzinfo=UTC))
    assert problem.defect is Defect.NOT_YET_VALID
    assert "1970" in problem.remedy


@pytest.mark.parametrize(
    "names",
    [
        (HOST, "mx.kernel-panic.it"),
        ("192.0.2.1",),
        ("kernel-panic.it",),
    ],
)
def test_names_that_are_not_covered_are_noticed(names: tuple[str, ...]) -> None:
    assert found_in_server(server(), names=names) == [Defect.NAME_NOT_COVERED]


def test_the_names_that_are_missing_are_listed() -> None:
    (problem,) = server_problems(
        server(), None, issuer=None, names=[HOST, "a.example.org", "b.example.org"], now=NOW
    )
    assert "is not for a.example.org, b.example.org" in problem.message
    assert f"its names are {HOST}" in problem.message


def test_wildcards_and_addresses_cover() -> None:
    made = server(names=["*.kernel-panic.it", "192.0.2.1"])
    assert found_in_server(made, names=(HOST, "192.0.2.1")) == []


def test_a_certificate_for_clients_is_noticed() -> None:
    made = odd_server(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))
    assert found_in_server(made) == [Defect.WRONG_PURPOSE]


def usage(**allowed: bool) -> x509.KeyUsage:
    nothing = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    return x509.KeyUsage(**{**nothing, **allowed})


def test_a_key_that_may_do_nothing_of_tls_is_noticed() -> None:
    made = odd_server(usage(key_cert_sign=True, crl_sign=True))
    assert found_in_server(made) == [Defect.WRONG_PURPOSE]


@pytest.mark.parametrize("allowed", ["digital_signature", "key_encipherment", "key_agreement"])
def test_a_key_that_may_do_anything_of_tls_will_do(allowed: str) -> None:
    assert found_in_server(odd_server(usage(**{allowed: True}))) == []


def test_a_certificate_for_any_purpose_will_do() -> None:
    made = odd_server(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]))
    assert found_in_server(made) == []


def test_a_server_certificate_in_the_place_of_the_ca_is_noticed() -> None:
    assert found_in_ca(server(), whose_key="server") == [Defect.NOT_A_CA]


def test_a_signature_with_sha1_is_noticed(tmp_path: Path) -> None:
    authority = ca_by_the_guide(tmp_path)
    pair = server_by_the_guide(tmp_path, "-sha1")
    found = server_problems(
        pair.certificate, pair.key, issuer=authority.certificate, names=[], now=datetime.now(UTC)
    )
    assert [problem.defect for problem in found] == [Defect.WEAK_SIGNATURE, Defect.OLD_VERSION]


def test_a_short_rsa_key_is_noticed(tmp_path: Path) -> None:
    openssl(
        *("req", "-x509", "-new", "-newkey", "rsa:1024", "-nodes", "-keyout", "key"),
        *("-subj", "/CN=old", "-extensions", "v3_ca", "-out", "crt"),
        directory=tmp_path,
    )
    weak = load_certificate((tmp_path / "crt").read_bytes())
    found = [problem.defect for problem in ca_problems(weak, None, now=datetime.now(UTC))]
    assert found == [Defect.NO_KEY_USAGE, Defect.WEAK_KEY]


# --- what the guide's own commands leave behind --------------------------------------------------


def test_a_ca_by_the_guide_lacks_the_key_usage_that_strict_clients_want(tmp_path: Path) -> None:
    pair = ca_by_the_guide(tmp_path)
    (problem,) = ca_problems(pair.certificate, pair.key, now=datetime.now(UTC))
    assert problem.defect is Defect.NO_KEY_USAGE
    assert not problem.blocking


def test_a_server_by_the_guide_is_of_version_1_and_without_names(tmp_path: Path) -> None:
    authority = ca_by_the_guide(tmp_path)
    pair = server_by_the_guide(tmp_path)
    found = server_problems(
        pair.certificate,
        pair.key,
        issuer=authority.certificate,
        names=[HOST],
        now=datetime.now(UTC),
    )
    assert [problem.defect for problem in found] == [Defect.NAME_NOT_COVERED, Defect.OLD_VERSION]
    assert not any(problem.blocking for problem in found)
    assert "no subjectAltName at all" in found[0].message


# --- what problems say ---------------------------------------------------------------------------


@pytest.mark.parametrize("defect", [Defect.KEY_MISMATCH, Defect.EXPIRED, Defect.WRONG_ISSUER])
def test_what_no_client_accepts_is_blocking(defect: Defect) -> None:
    assert Problem(defect, "", "").blocking

"""Certificates as others make them: what clients would say of them."""

from pathlib import Path

from pfwizard.plan.server.foreign_chain import BUNDLES
from tests.check.builders import CERTIFICATE, certified, found, identifiers
from tests.check.odd_certificates import CLIENT_AUTH, odd
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide
from tests.plan.builders import file
from tests.plan.others import LEAF


def test_a_sound_certificate_is_passed_over_in_silence() -> None:
    assert identifiers(certified(chain=odd())) == set()


def test_a_certificate_for_clients_is_told() -> None:
    assert found(certified(chain=odd(purpose=CLIENT_AUTH)), "certificate-wrong-purpose")


def test_a_certificate_without_alternative_names_is_told_once() -> None:
    assert identifiers(certified(chain=odd(names=()))) == {"certificate-without-names"}


def test_a_key_of_1024_bits_is_told() -> None:
    assert found(certified(chain=odd(bits=1024)), "certificate-weak")


def test_what_the_guide_signs_is_of_version_1(tmp_path: Path) -> None:
    ca_by_the_guide(tmp_path)
    pair = server_by_the_guide(tmp_path)

    facts = certified(chain=pair.certificate.pem(), key=pair.key.pem().reveal())

    assert {"certificate-old-version", "certificate-without-names"} <= identifiers(facts)


def test_the_servers_own_certificate_among_the_cas_does_not_tell_which_ones_clients_know() -> None:
    facts = certified(
        f"smtpd_tls_CAfile = {CERTIFICATE}\n", chain=LEAF.pem(), roots=file(BUNDLES[0], b"")
    )

    assert found(facts, "chain-incomplete") == []

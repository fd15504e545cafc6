"""Which parameters there are, and since when."""

import pytest

from pfwizard.machine.parameter_names import came_after, is_known
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS, SINCE, Version


@pytest.mark.parametrize("name", sorted({*BUILT_IN_DEFAULTS, *SINCE}))
def test_every_parameter_that_pfwizard_reasons_about_is_known(name: str) -> None:
    assert is_known(name)


def test_a_transport_has_parameters_of_its_own() -> None:
    assert is_known("relay_destination_concurrency_limit")
    assert is_known("policyd_time_limit")


def test_another_name_is_not_known() -> None:
    assert not is_known("smtpd_tls_auth_onyl")


def test_a_parameter_of_a_newer_release_is_known_to_be_missing() -> None:
    assert came_after("smtpd_tls_enable_rpk", Version(3, 7, 11)) == Version(3, 10)


def test_a_release_has_its_own_parameters() -> None:
    assert came_after("smtpd_tls_enable_rpk", Version(3, 10, 2)) is None
    assert came_after("smtpd_tls_auth_only", Version(3, 5)) is None


def test_between_two_releases_nobody_knows() -> None:
    assert came_after("smtpd_tls_enable_rpk", Version(3, 9, 1)) is None
    assert came_after("requiretls_enable", Version(3, 8)) == Version(3, 11)


def test_a_parameter_that_is_gone_did_not_come_later() -> None:
    assert came_after("tls_legacy_public_key_fingerprints", Version(3, 11, 7)) is None

"""The profiles: each as the running version spells it, and never weaker than what is there."""

import pytest

from pfwizard.answers.tls_answers import ProfileName
from pfwizard.plan.plan import Plan
from pfwizard.plan.tls.profiles import BEST_SUITES, PROFILES
from tests.plan.builders import (
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    main_of,
    plan_for,
)

CHOICES = [each.value for each in PROFILES]
SUITES = ":".join(BEST_SUITES)


def plan(
    profile: str,
    more: str = "",
    *,
    version: str = "3.7.11",
    groups: str = "X25519 X448 prime256v1",
    **overrides: object,
) -> Plan:
    facts = machine(
        STOCK_MAIN + more,
        STOCK_MASTER,
        *guide_pki(),
        version=version,
        defaults={"tls_eecdh_auto_curves": groups},
    )
    return plan_for(facts, answers(tls__profile=profile, **overrides))


def settings(profile: str, more: str = "", **given: str) -> dict[str, str]:
    """What the profile makes of main.cf, besides what is planned without one."""
    without = {each.name for each in main_of(plan("", **given)).settings}
    found = main_of(plan(profile, more, **given)).settings
    return {each.name: each.value for each in found if each.name not in without}


def kept(of: Plan) -> str:
    return next(each.message for each in of.findings if each.identifier == "stricter-than-profile")


def test_every_choice_but_the_empty_one_has_a_profile() -> None:
    assert set(PROFILES) == set(ProfileName) - {ProfileName.NONE}


def test_without_a_choice_nothing_is_said_or_set() -> None:
    assert settings("") == {}
    assert "reach-of-profile" not in identifiers(plan(""))


@pytest.mark.parametrize("profile", CHOICES)
def test_the_cost_in_reach_is_told(profile: str) -> None:
    (found,) = [each for each in plan(profile).findings if each.identifier == "reach-of-profile"]

    assert PROFILES[ProfileName(profile)].reach in found.message


def test_the_intermediate_profile_before_ranges_of_versions() -> None:
    assert settings("intermediate", version="3.5.25") == {
        "smtpd_tls_mandatory_protocols": "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1",
        "smtpd_tls_protocols": "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1",
        "tls_medium_cipherlist": SUITES,
        "tls_eecdh_auto_curves": "X25519 prime256v1 secp384r1",
    }


def test_the_intermediate_profile_before_groups_of_finite_fields() -> None:
    assert settings("intermediate") == {
        "smtpd_tls_mandatory_protocols": ">=TLSv1.2",
        "smtpd_tls_protocols": ">=TLSv1.2",
        "tls_medium_cipherlist": SUITES,
        "tls_eecdh_auto_curves": "X25519 prime256v1 secp384r1",
    }


def test_the_intermediate_profile_where_no_group_is_of_a_finite_field() -> None:
    assert settings("intermediate", version="3.8.0")["tls_ffdhe_auto_groups"] == ""


def test_post_quantum_key_exchange_is_offered_where_the_library_knows_it() -> None:
    found = settings("intermediate", version="3.11.7", groups="?X25519MLKEM768:DEFAULT")

    assert found["tls_eecdh_auto_curves"] == "X25519MLKEM768 X25519 prime256v1 secp384r1"


def test_the_modern_profile_keeps_the_reach_of_port_25() -> None:
    found = settings("modern")

    assert found["smtpd_tls_mandatory_protocols"] == ">=TLSv1.3"
    assert found["smtpd_tls_protocols"] == ">=TLSv1.2"


def test_the_profile_of_internet_nl_lets_the_server_choose() -> None:
    found = settings("ncsc")

    assert found["tls_preempt_cipherlist"] == "yes"
    assert found["tls_medium_cipherlist"].startswith("ECDHE-ECDSA-AES256-GCM-SHA384:")
    assert found["tls_eecdh_auto_curves"] == "X25519 X448 prime256v1 secp384r1 secp521r1"


@pytest.mark.parametrize(
    ("version", "expected"), [("3.3.0", None), ("3.7.11", "NO_RENEGOTIATION"), ("3.8.0", None)]
)
def test_renegotiation_is_forbidden_where_postfix_does_not_do_so(
    version: str, expected: str | None
) -> None:
    assert settings("ncsc", version=version).get("tls_ssl_options") == expected


def test_other_options_of_the_library_stay() -> None:
    found = settings("ncsc", "tls_ssl_options = NO_TICKET\n")

    assert found["tls_ssl_options"] == "NO_TICKET NO_RENEGOTIATION"
    assert settings("ncsc", "tls_ssl_options = no_renegotiation\n")["tls_ssl_options"] == (
        "no_renegotiation"
    )


HAND_MADE = """\
smtpd_tls_protocols = !SSLv2
smtpd_tls_mandatory_protocols = SSLv3, TLSv1
smtpd_tls_ciphers = export
smtpd_tls_mandatory_ciphers = low
tls_medium_cipherlist = ALL:!aNULL
tls_high_cipherlist = EECDH+AES:AES256-SHA
tls_eecdh_auto_curves = secp521r1
tls_preempt_cipherlist = yes
"""


def test_postfixs_own_defaults_are_had_by_setting_nothing() -> None:
    assert settings("postfix", HAND_MADE) == {}


@pytest.mark.parametrize("profile", ["intermediate", "modern", "ncsc"])
def test_a_profile_takes_the_place_of_what_is_weaker(profile: str) -> None:
    found = settings(profile, HAND_MADE)

    assert found == {**settings(profile), "tls_high_cipherlist": "EECDH+AES:AES256-SHA"} | {
        "tls_eecdh_auto_curves": found["tls_eecdh_auto_curves"]
    }


STRICTER = [
    ("smtpd_tls_protocols", ">=TLSv1.3"),
    ("smtpd_tls_protocols", "TLSv1.3"),
    ("smtpd_tls_mandatory_ciphers", "high"),
    ("tls_medium_cipherlist", "ECDHE-RSA-AES256-GCM-SHA384"),
]


@pytest.mark.parametrize("profile", CHOICES)
@pytest.mark.parametrize(("name", "value"), STRICTER)
def test_what_is_stricter_stays_and_is_told_of(profile: str, name: str, value: str) -> None:
    found = plan(profile, f"{name} = {value}\n")

    assert main_of(found).get(name) == value
    assert name in kept(found)


@pytest.mark.parametrize("profile", CHOICES)
def test_excluded_ciphers_stay_excluded(profile: str) -> None:
    found = plan(profile, "smtpd_tls_exclude_ciphers = aNULL, MD5\n")

    assert main_of(found).get("smtpd_tls_exclude_ciphers") == "aNULL, MD5"


def test_what_is_as_strict_stays_in_its_own_spelling_without_a_word() -> None:
    spelled = "!SSLv2 !SSLv3 !TLSv1 !TLSv1.1"

    found = plan("intermediate", f"smtpd_tls_protocols = {spelled}\n")

    assert main_of(found).get("smtpd_tls_protocols") == spelled
    assert "stricter-than-profile" not in identifiers(found)


def test_the_list_of_a_stricter_grade_is_the_profiles_too() -> None:
    found = plan("intermediate", "smtpd_tls_mandatory_ciphers = high\n")

    assert main_of(found).get("tls_high_cipherlist") == SUITES


def test_a_reference_counts_by_what_it_meant_until_now() -> None:
    found = plan("modern", "smtpd_tls_protocols = $smtpd_tls_mandatory_protocols\n")

    assert main_of(found).get("smtpd_tls_protocols") == ">=TLSv1.2"


def test_a_floor_that_is_asked_for_besides_counts_too() -> None:
    found = plan("intermediate", tls__minimum_version="TLSv1.3")

    assert main_of(found).get("smtpd_tls_protocols") == ">=TLSv1.3"


@pytest.mark.parametrize("version", ["3.5.25", "3.7.11", "3.11.7"])
@pytest.mark.parametrize("profile", CHOICES)
def test_the_same_answers_change_nothing_more(profile: str, version: str) -> None:
    facts = machine(STOCK_MAIN + HAND_MADE, STOCK_MASTER, *guide_pki(), version=version)
    wanted = answers(tls__profile=profile)
    after = applied(facts, plan_for(facts, wanted))

    assert plan_for(after, wanted).changes == ()

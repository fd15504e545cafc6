"""A finding names its place and its service, and shows the value that is in force there."""

from dataclasses import replace

import pytest

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.expiry.judgement import Level
from pfwizard.plan.plan import Severity
from pfwizard.plan.tls.profiles import PROFILES, Profile
from tests.check.builders import (
    CERTIFICATE,
    KEY,
    LOGINS,
    PAIR,
    SUBMISSION,
    found,
    main_cf,
    master_cf,
)
from tests.plan.builders import (
    BARE_MASTER,
    MAIN_CF,
    MASTER_CF,
    NOW,
    STOCK_MAIN,
    directory,
    file,
    machine,
    with_files,
)


def test_a_setting_is_told_once_with_all_services_that_go_by_it() -> None:
    facts = master_cf(SUBMISSION, "smtpd_tls_ciphers = export\n")

    (finding,) = found(facts, "tls-ciphers-weak")

    assert finding.place == Place(MAIN_CF, 6)
    assert finding.in_force == "smtpd_tls_ciphers = export for smtp/inet and submission/inet"


def test_an_option_is_told_with_its_own_line_and_service() -> None:
    facts = master_cf(SUBMISSION + "  -o smtpd_tls_ciphers=low\n")

    (finding,) = found(facts, "tls-ciphers-weak")

    assert finding.place == Place(MASTER_CF, 4, "submission/inet")
    assert finding.in_force == "smtpd_tls_ciphers = low for submission/inet"


def test_an_option_that_is_right_hides_what_is_wrong_in_main_cf() -> None:
    facts = machine(
        STOCK_MAIN + "smtpd_tls_ciphers = export\n",
        BARE_MASTER.rstrip("\n") + " -o smtpd_tls_ciphers=medium\n",
    )

    assert found(facts, "tls-ciphers-weak") == []


def test_a_value_is_judged_as_it_is_expanded() -> None:
    facts = main_cf("grade = export\nsmtpd_tls_ciphers = ${grade}\n")

    (finding,) = found(facts, "tls-ciphers-weak")

    assert finding.in_force == "smtpd_tls_ciphers = export for smtp/inet"


def test_restrictions_are_followed_into_their_classes() -> None:
    facts = main_cf(
        "smtpd_restriction_classes = everybody\neverybody = permit\n"
        "smtpd_relay_restrictions = everybody, reject_unauth_destination\n"
    )

    assert [each.place.line for each in found(facts, "open-relay")] == [7]


def test_of_two_entries_for_a_port_only_the_last_counts() -> None:
    facts = master_cf(BARE_MASTER.rstrip("\n") + " -o smtpd_relay_restrictions=permit\n")

    assert [each.place.service for each in found(facts, "open-relay")] == ["smtp/inet"]


def test_a_service_opens_the_relay_whatever_main_cf_says() -> None:
    facts = master_cf(SUBMISSION + "  -o smtpd_relay_restrictions=permit\n")

    (finding,) = found(facts, "open-relay")

    assert finding.place == Place(MASTER_CF, 4, "submission/inet")
    assert finding.message.startswith("submission/inet: ")


def test_what_a_service_overrides_is_listed_with_its_values() -> None:
    facts = master_cf(
        SUBMISSION + LOGINS, "smtpd_tls_security_level = may\nsmtpd_sasl_auth_enable = no\n"
    )

    (finding,) = found(facts, "differs-from-main")

    assert finding.place.service == "submission/inet"
    assert finding.in_force == "smtpd_tls_security_level = encrypt, smtpd_sasl_auth_enable = yes"


def test_an_option_for_what_main_cf_does_not_set_is_no_override() -> None:
    assert found(master_cf(SUBMISSION + LOGINS), "differs-from-main") == []


def test_a_value_that_postfix_gives_up_on_keeps_no_other_from_being_told() -> None:
    facts = main_cf("mydomain = ${mydomain}\nsmtpd_tls_ciphers = export\n")

    assert found(facts, "tls-ciphers-weak")


def test_the_worst_comes_first_and_then_the_order_of_the_files() -> None:
    facts = main_cf(
        "broken_sasl_auth_clients = yes\nsmtpd_tls_ciphers = export\nsmtp_use_tls = yes\n"
        "smtpd_tls_security_level = maybe\n"
    )

    order = [each.identifier for each in check(Inspection(facts, NOW)).findings]

    assert order == [
        "tls-level-invalid",
        "tls-ciphers-weak",
        "obsolete-parameter",
        "obsolete-dialect",
    ]


def test_notes_alone_are_nothing_that_is_wrong() -> None:
    checked = check(Inspection(master_cf(SUBMISSION), NOW))

    assert {each.severity for each in checked.findings} >= {Severity.NOTE}
    assert check(Inspection(main_cf("broken_sasl_auth_clients = yes\n"), NOW)).level is Level.OK


def test_a_warning_is_a_warning_and_a_refusal_is_critical() -> None:
    weak = check(Inspection(main_cf("smtpd_tls_ciphers = export\n"), NOW))
    broken = check(Inspection(main_cf("smtpd_tls_security_level = maybe\n"), NOW))

    assert weak.level is Level.WARNING
    assert broken.level is Level.CRITICAL


def test_a_port_on_which_a_running_postfix_does_not_listen_is_told() -> None:
    facts = master_cf(SUBMISSION)

    half_open = Inspection(facts, NOW, open_ports=frozenset({25}))
    unseen = Inspection(facts, NOW)

    told = [each for each in check(half_open).findings if each.identifier == "port-not-open"]
    assert [each.place.service for each in told] == ["submission/inet"]
    assert "port-not-open" not in {each.identifier for each in check(unseen).findings}


def test_a_file_of_somebody_else_than_root_is_told() -> None:
    owned = replace(file(MAIN_CF, STOCK_MAIN.encode()), uid=1000)

    (finding,) = found(with_files(main_cf(""), owned), "configuration-writable")

    assert "number 1000" in finding.message


def test_a_file_that_was_moved_from_a_home_directory_is_told() -> None:
    labels = {MAIN_CF: "admin_home_t", MASTER_CF: "postfix_etc_t"}

    checked = check(Inspection(main_cf(""), NOW, labels=labels))

    told = [each for each in checked.findings if each.identifier == "file-mislabelled"]
    assert [each.place.file for each in told] == [MAIN_CF]


def test_a_boolean_of_old_beside_its_successor_is_to_be_taken_out() -> None:
    alone, beside = (
        found(main_cf(f"smtpd_use_tls = yes\n{more}"), "obsolete-parameter")
        for more in ("", "smtpd_tls_security_level = may\n")
    )

    assert "Set smtpd_tls_security_level = may in place of yes" in alone[0].remedy
    assert beside[0].remedy == "Take it out: smtpd_tls_security_level is set, and beats it."


@pytest.mark.parametrize("profile", [each for each in PROFILES.values() if each.suites])
def test_a_list_of_ciphers_of_a_profile_is_none_by_hand(profile: Profile) -> None:
    suites = ":".join(profile.suites)

    assert found(main_cf(f"tls_medium_cipherlist = {suites}\n"), "ciphers-by-hand") == []
    assert found(main_cf(f"tls_medium_cipherlist = {suites}:RC4\n"), "ciphers-by-hand")


def test_an_option_with_blanks_is_told_once() -> None:
    facts = master_cf(SUBMISSION + "  -o smtpd_client_restrictions = reject\n")

    assert [each.place.line for each in found(facts, "option-with-blanks")] == [4]


def test_a_directory_in_place_of_a_certificate_is_told() -> None:
    facts = with_files(main_cf(PAIR), directory(CERTIFICATE), file(KEY, b""))

    (finding,) = found(facts, "tls-file-missing")

    assert f"{CERTIFICATE}, which is no file (directory)" in finding.message


DOUBLING = "".join(f"v{depth} = $v{depth + 1} $v{depth + 1}\n" for depth in range(40))


def test_values_that_double_with_each_reference_are_told_once() -> None:
    facts = main_cf(f"{DOUBLING}v40 = x\nsmtpd_banner = $v0\nmynetworks = $v0\n")

    (finding,) = found(facts, "broken-expansion")

    assert "unreasonable length" in finding.message


def test_values_that_lead_back_to_themselves_are_told_once() -> None:
    facts = main_cf("smtpd_banner = $one\none = $two\ntwo = <$one>\n")

    (finding,) = found(facts, "broken-expansion")

    assert finding.place == Place(MAIN_CF, 8)


def test_a_value_that_rests_on_a_malformed_one_has_no_finding_of_its_own() -> None:
    facts = main_cf("smtpd_banner = $one\none = ${two\n")

    assert [each.place.line for each in found(facts, "broken-expansion")] == [7]


def test_an_option_that_leads_back_to_itself_is_told_with_its_service() -> None:
    facts = master_cf(SUBMISSION + "  -o smtpd_banner=$smtpd_banner\n")

    (finding,) = found(facts, "broken-expansion")

    assert finding.place == Place(MASTER_CF, 4, "submission/inet")


DISABLED = "master_service_disable = submission/inet\n"
OPEN = SUBMISSION + "  -o smtpd_relay_restrictions=permit\n"


def test_nothing_is_said_of_a_service_that_the_master_does_not_start() -> None:
    facts = master_cf(OPEN, DISABLED)

    assert found(facts, "open-relay") == []


def test_the_last_of_two_entries_counts_even_if_the_master_starts_none() -> None:
    facts = master_cf(OPEN.replace("submission ", "587 ") + SUBMISSION, DISABLED)

    assert found(facts, "open-relay") == []


def test_a_disabled_service_may_refer_to_what_nobody_else_does() -> None:
    service = SUBMISSION + "  -o smtpd_banner=$smtpd_tls_auth_onyl\n"
    facts = master_cf(service, DISABLED + "smtpd_tls_auth_onyl = yes\n")

    assert found(facts, "parameter-unknown") == []

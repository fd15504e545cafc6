"""smtpd_tls_*: what is asked for, unless something stricter is there already."""

import pytest

from pfwizard.machine.postfix import Version
from pfwizard.plan.plan import Plan
from pfwizard.plan.tls.tls_versions import allowed, at_least, is_at_least_as_strict
from tests.plan.builders import (
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    guide_pki,
    identifiers,
    machine,
    main_of,
    plan_for,
)

NEW, OLD = Version(3, 7), Version(3, 5)


def plan(more: str = "", *, version: str = "3.7.11", **overrides: object) -> Plan:
    facts = machine(STOCK_MAIN + more, STOCK_MASTER, *guide_pki(), version=version)
    return plan_for(facts, answers(**overrides))


@pytest.mark.parametrize(
    "present", ["", "smtpd_tls_security_level = none\n", "smtpd_tls_security_level = None\n"]
)
def test_a_weaker_level_is_raised(present: str) -> None:
    assert main_of(plan(present)).get("smtpd_tls_security_level") == "may"


def test_a_level_that_postfix_does_not_know_is_replaced() -> None:
    found = plan("smtpd_tls_security_level = always\n")

    assert main_of(found).get("smtpd_tls_security_level") == "may"


@pytest.mark.parametrize("level", ["encrypt", "Encrypt", "verify", "secure", "fingerprint"])
def test_a_stricter_level_is_kept(level: str) -> None:
    found = plan(f"smtpd_tls_security_level = {level}\n")

    assert main_of(found).get("smtpd_tls_security_level") == level
    assert "stricter-level-kept" in identifiers(found)


def test_the_older_parameter_counts_where_the_newer_one_is_empty() -> None:
    found = plan("smtpd_enforce_tls = yes\n")

    assert main_of(found).get("smtpd_tls_security_level") is None
    assert "stricter-level-kept" in identifiers(found)


def test_login_over_tls_only_is_kept() -> None:
    found = plan("smtpd_tls_auth_only = yes\n", tls__auth_only=False)

    assert main_of(found).get("smtpd_tls_auth_only") == "yes"


PROTOCOLS = ("smtpd_tls_protocols", "smtpd_tls_mandatory_protocols")


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.5.25", "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"),
        ("3.6.0", ">=TLSv1.2"),
        ("3.11.7", ">=TLSv1.2"),
    ],
)
def test_the_floor_is_spelled_as_the_version_reads_it(
    name: str, version: str, expected: str
) -> None:
    found = plan(version=version, tls__minimum_version="TLSv1.2")

    assert main_of(found).get(name) == expected


@pytest.mark.parametrize(
    "strict",
    [
        ">=TLSv1.3",
        "TLSv1.3",
        ">=tlsv1.3",
        ">=0x0304",
        "!SSLv2 !SSLv3 !TLSv1 !TLSv1.1",
        "!SSLv2:!SSLv3:!TLSv1:!TLSv1.1:!TLSv1.2",
        "$smtpd_tls_mandatory_protocols",
    ],
)
def test_a_stricter_list_of_versions_is_kept(strict: str) -> None:
    more = f"smtpd_tls_protocols = {strict}\nsmtpd_tls_mandatory_protocols = >=TLSv1.2\n"

    found = plan(more, tls__minimum_version="TLSv1.2")

    assert main_of(found).get("smtpd_tls_protocols") == strict


@pytest.mark.parametrize(
    "weak", ["!SSLv2", ">=TLSv1", "", "TLSv1.3 TLSv1.2+", ">=TLSv1.1 <=TLSv1.2"]
)
def test_a_weaker_or_unreadable_list_of_versions_is_replaced(weak: str) -> None:
    found = plan(f"smtpd_tls_protocols = {weak}\n", tls__minimum_version="TLSv1.2")

    assert main_of(found).get("smtpd_tls_protocols") == ">=TLSv1.2"


def test_a_range_is_not_read_by_the_versions_before_it() -> None:
    more = "smtpd_tls_protocols = >=TLSv1.3\n"

    found = plan(more, version="3.5.25", tls__minimum_version="TLSv1.2")

    assert main_of(found).get("smtpd_tls_protocols") == "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"


@pytest.mark.parametrize("minimum", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_floor_allows_itself_and_nothing_older(minimum: str, version: Version) -> None:
    written = at_least(minimum, version)

    assert min(allowed(written, version)) == minimum
    assert is_at_least_as_strict(written, minimum, version)


def test_a_blank_behind_the_range_means_this_version_alone() -> None:
    assert allowed(">= TLSv1.2", NEW) == {"TLSv1.2"}


def test_the_pair_takes_the_place_of_a_chain_file() -> None:
    main_cf = main_of(plan("smtpd_tls_chain_files = /etc/old.pem\n"))

    assert main_cf.get("smtpd_tls_chain_files") == ""
    assert main_cf.get("smtpd_tls_cert_file") == str(SERVER)
    assert main_cf.get("smtpd_tls_key_file") == str(SERVER_KEY)


OTHER_PAIRS = """\
smtpd_tls_cert_file = /etc/old.crt
smtpd_tls_key_file = /etc/old.key
smtpd_tls_eccert_file = /etc/old-ec.crt
smtpd_tls_eckey_file = /etc/old-ec.key
"""


def test_a_chain_file_takes_the_place_of_every_pair() -> None:
    main_cf = main_of(plan(OTHER_PAIRS, server__layout="chain"))

    assert main_cf.get("smtpd_tls_chain_files") == str(SERVER_KEY)
    pairs = [setting for setting in main_cf.settings if setting.value.startswith("/etc/old")]
    assert pairs == []


def test_a_pair_takes_the_place_of_the_pairs_of_other_types() -> None:
    main_cf = main_of(plan(OTHER_PAIRS))

    assert (main_cf.get("smtpd_tls_eccert_file"), main_cf.get("smtpd_tls_eckey_file")) == ("", "")


@pytest.mark.parametrize(
    "served",
    [OTHER_PAIRS, "smtpd_tls_eccert_file = /etc/old-ec.crt\n", "smtpd_tls_chain_files = /etc/o\n"],
)
def test_that_clients_saw_another_certificate_is_warned_of(served: str) -> None:
    assert "certificate-replaced" in identifiers(plan(served))


@pytest.mark.parametrize(
    "served", ["", "smtpd_tls_cert_file = none\n", f"smtpd_tls_cert_file = {SERVER}\n"]
)
def test_no_certificate_to_replace_is_no_note(served: str) -> None:
    assert "certificate-replaced" not in identifiers(plan(served))


@pytest.mark.parametrize(("version", "refused"), [("3.3.22", True), ("3.4.0", False)])
def test_chain_files_came_with_3_4(version: str, refused: bool) -> None:
    found = plan(version=version, server__layout="chain")

    assert ("chain-files-unknown" in identifiers(found)) is refused
    assert (main_of(found).get("smtpd_tls_chain_files") is None) is refused


def test_a_missing_ca_file_is_refused() -> None:
    found = plan(tls__ca_file="/etc/ssl/missing.crt")

    assert [finding.identifier for finding in found.refusals] == ["ca-file-missing"]


def test_a_log_level_that_nobody_answered_stays() -> None:
    found = plan("smtpd_tls_loglevel = 2\n", tls__log_level="")

    assert main_of(found).get("smtpd_tls_loglevel") == "2"


LEVEL, OUTGOING = "smtpd_tls_security_level", "smtp_tls_security_level"


@pytest.mark.parametrize(
    "own",
    [
        f"tls_level = may\n{LEVEL} = $tls_level\n",
        f"tls_level = $mail_level\nmail_level = may\n{LEVEL} = ${{tls_level}}\n",
    ],
)
def test_a_level_that_an_own_parameter_comes_to_is_left_as_it_is_written(own: str) -> None:
    assert main_of(plan(own)).get(LEVEL) in ("$tls_level", "${tls_level}")


@pytest.mark.parametrize(
    "other",
    [
        f"tls_level = none\n{LEVEL} = $tls_level\n",
        f"{OUTGOING} = may\n{LEVEL} = ${OUTGOING}\n",
        f"{OUTGOING} = may\ntls_level = ${OUTGOING}\n{LEVEL} = $tls_level\n",
    ],
)
def test_a_level_that_may_come_to_something_else_is_written_out(other: str) -> None:
    assert main_of(plan(other)).get(LEVEL) == "may"

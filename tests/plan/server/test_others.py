"""Certificates and keys of somebody else: named where they are, or refused for a reason."""

from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import EnterInLedger, Plan, Severity
from pfwizard.plan.planner import files_of_interest
from pfwizard.plan.server.foreign_chain import BUNDLES
from tests.pki import builders as pki
from tests.plan.builders import MAIN_CF, MASTER_CF, NOW, STOCK_MAIN, answers, file, main_of
from tests.plan.others import (
    CERTIFICATE,
    CHAIN,
    COMBINED,
    EC,
    FULL_CHAIN,
    ISSUER,
    KEY,
    LEAF,
    LETSENCRYPT,
    LINEAGE,
    LOCKED,
    OTHER_KEY,
    ROOT,
    RSA,
    TWICE,
    UPSIDE_DOWN,
    certbot,
    naming,
    secret,
    signed,
)

DAY = timedelta(days=1)


def refusals(plan: Plan) -> list[str]:
    return [finding.identifier for finding in plan.refusals]


# --- named where they are -------------------------------------------------------------------------


def test_a_chain_names_the_key_and_then_the_certificate() -> None:
    settings = main_of(naming(*certbot()))

    assert settings.get("smtpd_tls_chain_files") == f"{KEY} {FULL_CHAIN}"


def test_a_pair_names_each_in_its_parameter() -> None:
    settings = main_of(naming(*certbot(), server__layout="pair"))

    assert settings.get("smtpd_tls_cert_file") == str(FULL_CHAIN)
    assert settings.get("smtpd_tls_key_file") == str(KEY)
    assert settings.get("smtpd_tls_chain_files") is None


def test_one_file_for_both_is_named_once() -> None:
    both = file(COMBINED, secret(RSA) + CHAIN, 0o600)

    plan = naming(both, certificate=COMBINED, key=COMBINED)

    assert main_of(plan).get("smtpd_tls_chain_files") == str(COMBINED)


def with_a_second(main_cf: str = STOCK_MAIN, layout: str = "chain") -> Plan:
    second = LINEAGE.with_name("mail-ecdsa")
    return naming(
        *certbot(),
        *certbot(signed(EC).pem() + ISSUER.pem(), secret(EC), second),
        main_cf=main_cf,
        server__layout=layout,
        server__ecdsa=True,
        server__ecdsa_certificate=str(second / "fullchain.pem"),
        server__ecdsa_key=str(second / "privkey.pem"),
    )


def test_a_second_certificate_stands_behind_the_first() -> None:
    second = LINEAGE.with_name("mail-ecdsa")

    settings = main_of(with_a_second())

    assert settings.get("smtpd_tls_chain_files") == (
        f"{KEY} {FULL_CHAIN} {second / 'privkey.pem'} {second / 'fullchain.pem'}"
    )


def test_a_second_certificate_has_parameters_of_its_own_in_a_pair() -> None:
    second = LINEAGE.with_name("mail-ecdsa")

    settings = main_of(with_a_second(layout="pair"))

    assert settings.get("smtpd_tls_eccert_file") == str(second / "fullchain.pem")
    assert settings.get("smtpd_tls_eckey_file") == str(second / "privkey.pem")


@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_nothing_of_it_is_written_or_kept(layout: str) -> None:
    plan = naming(*certbot(), server__layout=layout)

    theirs = {state.path for state in certbot()} | {state.real for state in certbot()}
    assert not theirs & {path for change in plan.changes for path in (change.path, change.real)}
    kept = b"".join((change.before or b"") + (change.after or b"") for change in plan.changes)
    assert b"BEGIN" not in kept
    assert not [action for action in plan.actions if isinstance(action, EnterInLedger)]


def test_that_clients_saw_another_certificate_is_told_without_a_word_of_a_ca_of_ones_own() -> None:
    plan = naming(*certbot(), main_cf=f"{STOCK_MAIN}smtpd_tls_cert_file = /etc/old.crt\n")

    (found,) = [each for each in plan.findings if each.identifier == "certificate-replaced"]
    assert found.severity is Severity.NOTE
    assert "CA" not in found.message


def test_without_a_ca_its_usual_file_is_one_like_any_other() -> None:
    assert refusals(naming(*certbot(), tls__ca_file="/etc/ssl/ca.crt")) == ["ca-file-missing"]


def test_no_key_request_or_ca_is_made() -> None:
    plan = naming(*certbot())

    written = {change.path for change in plan.changes if change.is_about_a_file}
    assert {path.parent for path in written} <= {
        MAIN_CF.parent,
        MASTER_CF.parent / "sasl",
        LETSENCRYPT / "renewal-hooks/deploy",
    }


def test_the_plan_is_right_as_long_as_what_the_links_lead_to_is_the_same() -> None:
    premises = {premise.path: premise.content for premise in naming(*certbot()).premises}

    assert premises[FULL_CHAIN] == CHAIN
    assert premises[KEY] == secret(RSA)


def test_a_new_edition_of_the_systems_roots_makes_no_plan_wrong() -> None:
    wanted = answers(server__source="files")

    assert set(BUNDLES) <= set(files_of_interest(wanted))
    assert not set(BUNDLES) & {premise.path for premise in naming(*certbot()).premises}


# --- refused --------------------------------------------------------------------------------------


OTHER_HOST = signed(names=("mx.example.org",)).pem() + ISSUER.pem()
A_CLIENT = pki.client(pki.ca()).pem()
REVERSED = ISSUER.pem() + LEAF.pem()


@pytest.mark.parametrize(
    ("files", "days_later", "identifier"),
    [
        (certbot(), 91, "server-expired"),
        (certbot(), -1, "server-not-yet-valid"),
        (certbot(LEAF.pem()), 0, "server-missing-intermediate"),
        (certbot(REVERSED), 0, "server-wrong-order"),
        (certbot(OTHER_HOST), 0, "server-name-not-covered"),
        (certbot(own=secret(EC)), 0, "server-key-mismatch"),
        (certbot(own=LOCKED), 0, "others-key-encrypted"),
        (certbot(own=b"damaged"), 0, "unusable-certificate"),
        (certbot(b"damaged"), 0, "unusable-certificate"),
    ],
    ids=[
        "expired",
        "not yet valid",
        "a gap",
        "reversed",
        "another name",
        "another key",
        "encrypted",
        "no key",
        "no certificate",
    ],
)
def test_what_is_wrong_has_a_name_of_its_own(
    files: tuple[FileState, ...], days_later: int, identifier: str
) -> None:
    plan = naming(*files, now=NOW + days_later * DAY)

    assert refusals(plan) == [identifier]
    assert plan.refusals[0].remedy


@pytest.mark.parametrize(("days", "warned"), [(825, False), (826, True)])
def test_one_that_lasts_too_long_for_apples_clients_is_warned_of(days: int, warned: bool) -> None:
    plan = naming(*certbot(signed(days=days).pem() + ISSUER.pem()))

    assert ("long-validity" in {finding.identifier for finding in plan.findings}) is warned
    assert refusals(plan) == []


def test_a_certificate_that_is_not_for_servers_is_refused() -> None:
    own = pki.key("client").pem().reveal()

    plan = naming(*certbot(A_CLIENT, own))

    assert "server-wrong-purpose" in refusals(plan)


def test_a_file_that_is_missing_is_named() -> None:
    plan = naming(file(COMBINED, CHAIN), certificate=COMBINED, key=OTHER_KEY)

    assert refusals(plan) == ["others-file-missing"]
    assert str(OTHER_KEY) in plan.refusals[0].message


def test_a_link_to_nowhere_is_told_with_its_end() -> None:
    end = LETSENCRYPT / "archive/mail.kernel-panic.it/privkey4.pem"
    dangling = FileState(OTHER_KEY, end, FileKind.ABSENT)

    plan = naming(file(COMBINED, CHAIN), dangling, certificate=COMBINED, key=OTHER_KEY)

    assert f"{OTHER_KEY} leads to {end}" in plan.refusals[0].message


def test_a_lineage_with_only_a_readme_is_told_as_such() -> None:
    readme = file(LINEAGE / "README", b"This directory contains your keys.\n")

    plan = naming(readme)

    assert set(refusals(plan)) == {"lineage-empty"}
    assert "README" in plan.refusals[0].message


def test_a_wrong_name_is_told_with_the_right_ones() -> None:
    for typed in ("fulchain.pem", "README.pem"):
        plan = naming(*certbot(), certificate=LINEAGE / typed)

        assert refusals(plan) == ["others-file-missing"]
        assert f"{LINEAGE / typed} does not exist" in plan.refusals[0].message
        assert f"{LINEAGE} has fullchain.pem, privkey.pem and cert.pem" in plan.refusals[0].message


def test_a_wrong_name_for_the_key_alone_is_told_with_the_right_ones() -> None:
    plan = naming(*certbot(), file(COMBINED, CHAIN), certificate=COMBINED, key=LINEAGE / "key.pem")

    assert refusals(plan) == ["others-file-missing"]
    assert "privkey.pem" in plan.refusals[0].message


@pytest.mark.parametrize("directory", ["mial.kernel-panic.it", "."])
def test_a_certificate_that_certbot_does_not_have_is_told_as_such(directory: str) -> None:
    readme = file(LETSENCRYPT / "live/README", b"This directory contains your keys.\n")
    wrong = LETSENCRYPT / "live" / directory / "fullchain.pem"

    plan = naming(*certbot(), readme, certificate=wrong)

    assert refusals(plan) == ["others-file-missing"]
    assert "README" not in plan.refusals[0].message
    assert "certbot certificates" in plan.refusals[0].remedy


@pytest.mark.parametrize("named", ["live", "live/mail.kernel-panic.it", "archive", "."])
def test_a_directory_of_certbots_is_refused_as_one(named: str) -> None:
    path = LETSENCRYPT / named

    for certificate, key in ((path, KEY), (FULL_CHAIN, path)):
        plan = naming(*certbot(), certificate=certificate, key=key)

        assert refusals(plan) == ["not-a-file", "certbots-directory"]
        assert f"{path} is a directory" in plan.refusals[1].message


def test_the_files_in_the_directory_of_a_certificate_are_named() -> None:
    plan = naming(*certbot(), certificate=LINEAGE)

    assert f"Name {FULL_CHAIN} and {KEY}." in plan.refusals[1].remedy


def test_a_directory_of_somebody_else_is_refused_once() -> None:
    plan = naming(*certbot(), certificate=PurePosixPath("/etc/ssl"))

    assert refusals(plan) == ["not-a-file"]


def test_a_file_in_the_archive_that_is_of_no_certificate_is_refused_all_the_same() -> None:
    stray = LETSENCRYPT / "archive/fullchain3.pem"

    plan = naming(*certbot(), file(stray, CHAIN), certificate=stray)

    assert refusals(plan) == ["one-generation"]


def test_the_file_with_the_whole_chain_is_named_where_it_is_beside() -> None:
    plan = naming(*certbot(), certificate=CERTIFICATE)

    assert refusals(plan) == ["server-missing-intermediate"]
    assert f"Name {FULL_CHAIN} in server.certificate." in plan.refusals[0].remedy


def test_where_the_whole_chain_is_short_itself_there_is_no_better_file_to_name() -> None:
    plan = naming(*certbot(LEAF.pem()))

    assert "Name " not in plan.refusals[0].remedy
    assert "tls.ca_file" in plan.refusals[0].remedy


def test_one_generation_in_the_archive_is_refused() -> None:
    generation = LETSENCRYPT / "archive/mail.kernel-panic.it/fullchain3.pem"
    own = LETSENCRYPT / "archive/mail.kernel-panic.it/privkey3.pem"
    files = (*certbot(), file(generation, CHAIN), file(own, secret(RSA), 0o600))

    for certificate, key in ((generation, own), (generation, KEY), (FULL_CHAIN, own)):
        plan = naming(*files, certificate=certificate, key=key)
        assert refusals(plan) == ["one-generation"]
        assert str(LINEAGE) in plan.refusals[0].remedy


def test_two_keys_of_one_type_are_refused() -> None:
    second = LINEAGE.with_name("second")

    plan = naming(
        *certbot(),
        *certbot(lineage=second),
        server__ecdsa=True,
        server__ecdsa_certificate=str(second / "fullchain.pem"),
        server__ecdsa_key=str(second / "privkey.pem"),
    )

    assert refusals(plan) == ["one-type-twice"]


@pytest.mark.parametrize(("layout", "refused"), [("chain", True), ("pair", False)])
def test_a_chain_wants_the_key_first(layout: str, refused: bool) -> None:
    plan = naming(UPSIDE_DOWN, certificate=COMBINED, key=COMBINED, server__layout=layout)

    assert ("not-a-chain" in refusals(plan)) is refused


def test_a_key_in_both_files_is_no_chain() -> None:
    files = (file(OTHER_KEY, secret(RSA), 0o600), file(COMBINED, CHAIN + secret(RSA), 0o600))

    plan = naming(*files, certificate=COMBINED, key=OTHER_KEY)

    assert refusals(plan) == ["not-a-chain"]


@pytest.mark.parametrize(("layout", "refused"), [("chain", True), ("pair", False)])
def test_certificates_behind_the_key_are_not_sent_a_second_time(layout: str, refused: bool) -> None:
    plan = naming(*TWICE, certificate=COMBINED, key=OTHER_KEY, server__layout=layout)

    assert refusals(plan) == refused * ["chain-twice"]
    assert not refused or str(OTHER_KEY) in plan.refusals[0].message


def test_where_no_roots_are_known_a_gap_is_only_warned_of() -> None:
    plan = naming(*certbot(LEAF.pem()), roots=file(BUNDLES[0], b""))

    found = {finding.identifier: finding.severity for finding in plan.findings}
    assert found["server-missing-intermediate"] is Severity.WARNING


def test_a_ca_that_the_answers_name_for_clients_needs_no_other_proof() -> None:
    root = PurePosixPath("/etc/ssl/company.crt")

    plan = naming(
        *certbot(),
        file(root, ROOT.pem()),
        roots=file(BUNDLES[0], pki.ca().pem()),
        tls__ca_file=str(root),
    )

    assert plan.refusals == ()


def test_a_key_open_to_others_is_warned_of() -> None:
    files = (file(COMBINED, CHAIN), file(OTHER_KEY, secret(RSA), 0o640))

    plan = naming(*files, certificate=COMBINED, key=OTHER_KEY)

    assert "key-open-to-others" in {finding.identifier for finding in plan.findings}


def test_two_blocks_without_a_line_end_between_them_are_refused() -> None:
    """OpenSSL, and so Postfix, calls the first one's end a bad one and reads neither."""
    glued = LEAF.pem().rstrip(b"\n") + ISSUER.pem()

    plan = naming(*certbot(glued))

    assert [each.identifier for each in plan.refusals] == ["unusable-certificate"]
    (refused,) = plan.refusals
    assert f"{FULL_CHAIN} has two blocks on one line" in str(refused.message)

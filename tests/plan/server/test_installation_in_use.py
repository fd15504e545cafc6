"""Certificates that are installed into files that are in use, or have more in them."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan, Reload
from pfwizard.plan.server.installation import (
    InstallationRequest,
    files_of_installation,
    make_installation_plan,
)
from tests.pki import builders as pki
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    applied,
    circumstances,
    content_of,
    file,
    identifiers,
    main_of,
)
from tests.plan.others import LEAF, RSA, secret, signed
from tests.plan.server.test_installation import (
    BESIDE,
    COMPLETE,
    KEY,
    SERVERS,
    installing,
    refusals,
    with_key,
)
from tests.plan.server.test_installation_place import OWN, PAIR, WANTED, requesting

SENT = b"".join(each.pem() for each in COMPLETE)

# --- the pair that Postfix has --------------------------------------------------------------------


OTHER_KEY = PurePosixPath("/etc/ssl/private/other.key")
OTHERS = pki.key("other").pem().reveal()
OTHER_PAIR = (file(OTHER_KEY, OTHERS, 0o600), file(WANTED, signed(pki.key("other")).pem()))
MAY = f"{STOCK_MAIN}smtpd_tls_security_level = may\n"


def pair(certificate: PurePosixPath, key: PurePosixPath) -> str:
    return f"{MAY}smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n"


@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_a_file_that_postfix_reads_with_another_key_is_not_written(layout: str) -> None:
    facts = with_key(*OTHER_PAIR, main_cf=pair(WANTED, OTHER_KEY))

    plan = installing(*COMPLETE, facts=facts, server=requesting(layout))

    assert refusals(plan) == ["file-in-the-way"]
    assert "server.certificate" in plan.refusals[0].remedy
    assert "mv" not in plan.refusals[0].remedy
    assert plan.is_empty


def test_nor_is_one_beside_the_key_where_nobody_says_the_place() -> None:
    there = file(BESIDE, signed(pki.key("other")).pem())
    facts = with_key(OTHER_PAIR[0], there, main_cf=pair(BESIDE, OTHER_KEY))

    plan = installing(*COMPLETE, facts=facts)

    assert refusals(plan) == ["file-in-the-way"]
    assert "mv" not in plan.refusals[0].remedy


@pytest.mark.parametrize("layout", ["pair", "chain"])
@pytest.mark.parametrize("today", ["pair", "chain", "chain of two files"])
def test_where_postfix_has_it_today_it_is_replaced_and_reloaded(layout: str, today: str) -> None:
    """Whatever layout the answers want from their next run on."""
    main_cf = {
        "pair": pair(WANTED, KEY),
        "chain": f"{MAY}smtpd_tls_chain_files = {KEY}\n",
        "chain of two files": f"{MAY}smtpd_tls_chain_files = {KEY} {WANTED}\n",
    }[today]
    behind = pki.server().pem() if today == "chain" else b""
    facts = with_key(file(WANTED, pki.server().pem()), main_cf=main_cf, key=SERVERS + behind)

    plan = installing(*COMPLETE, facts=facts, server=requesting(layout))

    assert isinstance(plan.actions[-1], Reload)
    assert "not-used-yet" not in identifiers(plan)
    after = applied(facts, plan)
    assert after.file(WANTED).content == SENT
    assert after.file(KEY).content == SERVERS + (SENT if today == "chain" else b"")
    assert installing(*COMPLETE, facts=after, server=requesting(layout)).is_empty


def submission_broken() -> Plan:
    """A plan after which one service has the old certificate with the new key."""
    facts = with_key(*OTHER_PAIR, main_cf=pair(WANTED, OTHER_KEY))
    submission = f"submission inet n - y - - smtpd\n  -o smtpd_tls_cert_file={WANTED}\n"
    master = MasterCf.parse((BARE_MASTER + submission).encode())
    facts = replace(facts, configuration=replace(facts.configuration, master=master))

    return installing(*COMPLETE, facts=facts)


def test_a_service_that_reads_the_new_key_with_a_certificate_of_its_own_is_not_broken() -> None:
    plan = submission_broken()

    assert refusals(plan) == ["pair-would-not-fit"]
    assert "submission" in plan.refusals[0].message


# --- files that have more in them -----------------------------------------------------------------


def test_a_key_in_the_file_of_the_certificates_is_not_lost() -> None:
    facts = with_key(file(OWN, SERVERS + pki.server().pem(), 0o600), main_cf=pair(OWN, KEY))

    plan = installing(*COMPLETE, facts=facts)

    assert content_of(plan, OWN) == SERVERS + SENT
    assert plan.changes[0].secret


def test_one_file_under_both_names_is_written_once() -> None:
    both = file(KEY, SERVERS + pki.server().pem(), 0o600)
    facts = with_key(replace(both, path=WANTED), key=both.content or b"")

    plan = installing(*COMPLETE, facts=facts, server=requesting("chain"))

    assert [change.real for change in plan.changes] == [KEY]
    assert plan.changes[0].after == SERVERS + SENT


def test_one_file_for_both_is_named_by_the_parameters_of_a_pair_where_there_is_no_chain() -> None:
    """Postfix before 3.4 has no other."""
    combined = PurePosixPath("/etc/postfix/mail.crt")
    facts = with_key(file(combined, SERVERS + pki.server().pem(), 0o600), key=OTHERS)

    plan = installing(*COMPLETE, facts=facts, keys=(combined,))

    assert main_of(plan).get("smtpd_tls_cert_file") == str(combined)
    assert main_of(plan).get("smtpd_tls_key_file") == str(combined)
    assert main_of(plan).get("smtpd_tls_chain_files") is None


TWO_CHAINS = SERVERS + pki.server().pem() + OTHERS + pki.server().pem()


def test_a_chain_file_of_several_keys_is_left_alone() -> None:
    """All certificates would come behind the last key, and Postfix give up on the file."""
    facts = with_key(main_cf=f"{MAY}smtpd_tls_chain_files = {KEY}\n", key=TWO_CHAINS)

    plan = installing(*COMPLETE, facts=facts)

    assert refusals(plan) == ["not-for-a-chain"]
    assert plan.is_empty


def test_a_chain_file_of_several_keys_is_not_joined_by_another_of_the_same_type() -> None:
    main_cf = f"{MAY}smtpd_tls_chain_files = {OTHER_KEY}\n"
    several = file(OTHER_KEY, secret(RSA) + LEAF.pem() + OTHERS + LEAF.pem(), 0o600)

    plan = installing(*COMPLETE, facts=with_key(several, main_cf=main_cf))

    assert refusals(plan) == ["not-for-a-chain"]


def test_what_others_keep_beside_a_key_that_is_read_for_both_stays() -> None:
    """Postfix passes it over where one file is named for certificate and key."""
    parameters = b"-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n"
    facts = with_key(main_cf=pair(KEY, KEY), key=SERVERS + pki.server().pem() + parameters)

    plan = installing(*COMPLETE, facts=facts)

    assert content_of(plan, KEY) == SERVERS + parameters + SENT
    assert installing(*COMPLETE, facts=applied(facts, plan)).is_empty


# --- other files that were made here -------------------------------------------------------------


def knowing(*files: FileState) -> Plan:
    """The plan where Postfix has a chain, and the history tells of these files too."""
    main_cf = f"{MAY}smtpd_tls_chain_files = {KEY}\n"
    facts = with_key(*files, main_cf=main_cf, key=SERVERS + pki.server().pem())
    request = InstallationRequest(COMPLETE, (KEY,), known_files=tuple(f.path for f in files))
    assert {each.path for each in files} <= set(files_of_installation(request, facts))
    return make_installation_plan(request, facts, circumstances())


def test_a_file_that_has_the_certificate_of_the_same_key_is_kept_up() -> None:
    """The answers would find the old one there, and which of the two counts is a guess."""
    plan = knowing(file(WANTED, pki.server().pem()))

    assert {change.path for change in plan.changes} == {KEY, WANTED}
    assert content_of(plan, WANTED) == SENT


@pytest.mark.parametrize("content", [LEAF.pem(), secret(RSA), b"", SERVERS])
def test_a_file_that_has_something_else_is_left_alone(content: bytes) -> None:
    plan = knowing(file(WANTED, content))

    assert {change.path for change in plan.changes} == {KEY}


# --- a root that nobody knows ---------------------------------------------------------------------


@pytest.mark.parametrize("roots", [b"", pki.ca().pem()], ids=["no roots", "others"])
def test_that_a_root_is_unknown_is_said_once(roots: bytes) -> None:
    facts = with_key(main_cf=STOCK_MAIN + PAIR, roots=roots)

    first = installing(*COMPLETE, facts=facts, force=True)
    again = installing(*COMPLETE, facts=applied(facts, first), force=True)

    assert "missing-intermediate" in identifiers(first)
    assert again.is_empty
    assert "missing-intermediate" not in identifiers(again)

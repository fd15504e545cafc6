"""Renewal of the server's certificate: when, with which key, and into which files."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import load_certificate, load_certificates
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.keys import HasPublicKey, generate, load_private_key
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.plan import ChangeKind, EnterInLedger, Reload, Severity
from pfwizard.plan.renewal.renewal import Renewable, RenewalRequest, make_renewal_plan
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    circumstances,
    content_of,
    file,
    identifiers,
    machine,
)
from tests.plan.renewals import (
    CHAIN,
    CHAIN_IN_MAIN_CF,
    DAY,
    ENCRYPTED,
    NEARLY_OVER,
    NEXT,
    PAIR_IN_MAIN_CF,
    SERVERS,
    changed,
    files,
    renewed_at,
    renewing,
    server,
    with_next_key,
)


def digest_of(key: HasPublicKey) -> str:
    """As TLSA records have it."""
    return key.public_key.spki_sha256.replace(":", "").lower()


# --- the same key ---------------------------------------------------------------------------------


def test_the_certificate_alone_is_replaced_and_postfix_reloaded() -> None:
    plan = renewing(server())

    assert changed(plan) == [SERVER]
    assert [type(action) for action in plan.actions] == [EnterInLedger, Reload]


def test_key_names_and_issuer_stay() -> None:
    old, new = pki.server(), renewed_at(renewing(server()))

    assert new.public_key == old.public_key
    assert new.facts.dns_names == old.facts.dns_names
    assert new.is_issued_by(pki.ca())


def test_it_lasts_as_long_as_the_old_one_did_from_now_on() -> None:
    assert renewed_at(renewing(server())).facts.not_after == NEARLY_OVER + 397 * DAY


def test_what_clients_do_not_accept_is_made_shorter_and_said() -> None:
    long = server(server=pki.server(days=2000).pem())

    plan = renewing(long, force=True)

    assert renewed_at(plan).facts.not_after == NEARLY_OVER + 825 * DAY
    assert "validity-shortened" in identifiers(plan)


def test_the_ledger_has_the_new_certificate_as_the_servers() -> None:
    plan = renewing(server())

    (entry,) = [action.entry for action in plan.actions if isinstance(action, EnterInLedger)]
    assert isinstance(entry, Issued)
    assert (entry.role, entry.serial) == (Role.SERVER, renewed_at(plan).facts.serial)


def test_all_else_in_the_file_stays() -> None:
    comment, more = b"# for mail\n", pki.ca().pem()
    facts = server(server=comment + pki.server().pem() + more)

    after = content_of(renewing(facts), SERVER)

    assert after.startswith(comment)
    assert after.endswith(more)
    assert len(load_certificates(after)) == 2


def test_in_a_chain_file_the_key_stays_in_its_place_and_is_not_shown() -> None:
    plan = renewing(server(CHAIN_IN_MAIN_CF))

    assert content_of(plan, CHAIN).startswith(SERVERS)
    (change,) = plan.changes
    assert change.secret


def test_what_a_service_shows_in_place_of_the_others_is_renewed_too() -> None:
    other = PurePosixPath("/etc/postfix/ssl/other.crt")
    master = BARE_MASTER + f"smtps inet n - y - - smtpd\n  -o smtpd_tls_cert_file={other}\n"
    leaf = pki.server(names=["smtp.kernel-panic.it"])
    facts = machine(PAIR_IN_MAIN_CF, master, *files(), file(other, leaf.pem()))

    assert set(changed(renewing(facts))) == {SERVER, other}


def test_a_file_with_two_names_is_written_once() -> None:
    link = PurePosixPath("/etc/postfix/ssl/link.crt")
    master = BARE_MASTER + f"smtps inet n - y - - smtpd\n  -o smtpd_tls_cert_file={link}\n"
    behind = replace(file(SERVER, pki.server().pem()), path=link)

    assert len(changed(renewing(machine(PAIR_IN_MAIN_CF, master, *files(), behind)))) == 1


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [1, 132, -1])
def test_it_is_due_when_a_third_of_its_life_is_left(left: int) -> None:
    assert changed(renewing(server(), now=NOW + (397 - left) * DAY)) == [SERVER]


def test_before_that_there_is_nothing_to_do_and_the_plan_says_until_when() -> None:
    plan = renewing(server(), now=NOW + (397 - 133) * DAY)

    assert plan.is_empty
    (finding,) = plan.findings
    assert finding.identifier == "not-due"
    assert "lasts until 2027-02-16, 133 days from now" in finding.message


def test_before_that_it_is_renewed_when_that_is_insisted_on() -> None:
    assert changed(renewing(server(), force=True, now=NOW + DAY)) == [SERVER]


def test_one_that_was_to_last_for_ten_years_is_not_replaced_by_one_that_ends_earlier() -> None:
    facts = server(
        ca=pki.ca(days=7300).pem(), server=pki.server(pki.ca(days=7300), days=3650).pem()
    )

    assert renewing(facts, now=NOW + 3000 * DAY).is_empty
    assert changed(renewing(facts, now=NOW + 3400 * DAY)) == [SERVER]


# --- a new key ------------------------------------------------------------------------------------


def test_with_a_new_key_certificate_and_key_change_together() -> None:
    plan = renewing(server(), Renewable.SERVER_WITH_NEW_KEY)

    assert set(changed(plan)) == {SERVER, SERVER_KEY}
    key = load_private_key(Secret(content_of(plan, SERVER_KEY)))
    assert key.matches(renewed_at(plan))
    assert not key.matches(pki.server())
    assert renewed_at(plan).is_issued_by(pki.ca())


def test_a_new_key_is_never_shown() -> None:
    plan = renewing(server(), Renewable.SERVER_WITH_NEW_KEY)

    (change,) = [each for each in plan.changes if each.path == SERVER_KEY]
    assert change.secret
    assert change.summary[0].startswith("private key, EC P-256")


def test_in_a_chain_file_both_change_in_one_file() -> None:
    plan = renewing(server(CHAIN_IN_MAIN_CF), Renewable.SERVER_WITH_NEW_KEY)

    assert changed(plan) == [CHAIN]
    content = content_of(plan, CHAIN)
    assert load_private_key(Secret(content)).matches(load_certificate(content))
    assert content.count(b"BEGIN") == 2


def test_a_new_key_is_of_the_old_ones_type() -> None:
    asked: list[KeyType] = []

    def made(key_type: KeyType) -> object:
        asked.append(key_type)
        return generate(key_type)

    here = replace(circumstances(), now=NEARLY_OVER, generate_key=made)  # type: ignore[arg-type]
    make_renewal_plan(RenewalRequest(Renewable.SERVER_WITH_NEW_KEY), server(), here)

    assert asked == [KeyType.EC_P256]


def test_a_new_key_is_made_whether_the_certificate_is_due_or_not() -> None:
    plan = renewing(server(), Renewable.SERVER_WITH_NEW_KEY, now=NOW + DAY)

    assert set(changed(plan)) == {SERVER, SERVER_KEY}


def test_the_records_of_both_keys_are_named_for_every_port_with_tls() -> None:
    plan = renewing(server(), Renewable.SERVER_WITH_NEW_KEY)

    (finding,) = [each for each in plan.findings if each.identifier == "key-replaced"]
    for certificate in (pki.server(), renewed_at(plan)):
        record = f"_25._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 {digest_of(certificate)}"
        assert record in finding.remedy


def test_a_key_that_postfix_does_not_name_is_not_replaced() -> None:
    plan = renewing(server(server_key=None), Renewable.SERVER_WITH_NEW_KEY)

    assert [finding.identifier for finding in plan.refusals] == ["key-not-found"]
    assert plan.is_empty


def test_the_curve_that_older_programs_write_before_a_key_goes_with_it() -> None:
    curve = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"

    plan = renewing(server(server_key=curve + SERVERS), Renewable.SERVER_WITH_NEW_KEY)

    assert b"PARAMETERS" not in content_of(plan, SERVER_KEY)


# --- the next key ---------------------------------------------------------------------------------


def test_a_next_key_waits_beside_the_key_for_its_owner_alone_and_postfix_is_left_alone() -> None:
    plan = renewing(server(), Renewable.NEXT_KEY)

    (change,) = plan.changes
    assert (change.path, change.mode, change.secret) == (NEXT, 0o600, True)
    assert plan.actions == ()


def test_its_records_are_said_before_it_is_in_use() -> None:
    plan = renewing(server(), Renewable.NEXT_KEY)

    (finding,) = plan.findings
    following = load_private_key(Secret(content_of(plan, NEXT)))
    record = f"_25._tcp.mail.kernel-panic.it. IN TLSA 3 1 1 {digest_of(following)}"
    assert record in finding.remedy


def test_a_next_key_that_waits_already_stays_and_its_records_are_said_again() -> None:
    plan = renewing(with_next_key(), Renewable.NEXT_KEY)

    assert plan.is_empty
    assert digest_of(pki.key("next")) in plan.findings[0].remedy


def test_the_new_key_is_the_one_that_has_waited_and_its_file_goes_away() -> None:
    plan = renewing(with_next_key(), Renewable.SERVER_WITH_NEW_KEY)

    assert {change.path: change.kind for change in plan.changes} == {
        NEXT: ChangeKind.DELETE,
        SERVER_KEY: ChangeKind.REPLACE,
        SERVER: ChangeKind.REPLACE,
    }
    assert pki.key("next").matches(renewed_at(plan))
    assert not any(finding.severity is Severity.WARNING for finding in plan.findings)


def test_a_next_key_of_another_family_does_not_fit_the_certificate_and_is_not_used() -> None:
    other = pki.key("next", KeyType.RSA_2048)

    plan = renewing(with_next_key(key=other.pem().reveal()), Renewable.SERVER_WITH_NEW_KEY)

    assert not other.matches(renewed_at(plan))
    assert NEXT not in changed(plan)


def test_a_plain_renewal_does_not_touch_the_next_key() -> None:
    assert changed(renewing(with_next_key())) == [SERVER]


# --- the plan -------------------------------------------------------------------------------------


def test_the_plan_rests_on_what_was_in_the_files_of_both() -> None:
    plan = renewing(server())

    assert {SERVER, SERVER_KEY, CA, CA_KEY} <= {premise.path for premise in plan.premises}


def test_nothing_is_created_or_deleted_but_for_a_next_key() -> None:
    for what in set(Renewable) - {Renewable.NEXT_KEY}:
        plan = renewing(server(), what, force=True)
        assert {change.kind for change in plan.changes} == {ChangeKind.REPLACE}


# --- one key, several certificates; and a key that waits in vain ----------------------------------

SECOND = SERVER.with_name("second.crt")
TWO_CERTIFICATES = BARE_MASTER + (
    "submission inet n - y - - smtpd\n"
    f"  -o smtpd_tls_cert_file={SECOND}\n  -o smtpd_tls_key_file={SERVER_KEY}\n"
)


def with_two_certificates() -> Facts:
    second = pki.server(names=("smtp.kernel-panic.it",), serial=0x77)
    return machine(PAIR_IN_MAIN_CF, TWO_CERTIFICATES, *files(), file(SECOND, second.pem()))


def test_two_certificates_of_one_key_get_the_same_new_one() -> None:
    plan = renewing(with_two_certificates(), Renewable.SERVER_WITH_NEW_KEY)

    key = load_private_key(Secret(content_of(plan, SERVER_KEY)))
    assert key.matches(renewed_at(plan))
    assert key.matches(renewed_at(plan, SECOND))


def test_one_key_waits_for_two_certificates_of_one_key() -> None:
    assert changed(renewing(with_two_certificates(), Renewable.NEXT_KEY)) == [NEXT]


@pytest.mark.parametrize(
    "content",
    [pki.key("next", KeyType.RSA_2048).pem().reveal(), ENCRYPTED, b"garbage\n"],
    ids=["another type", "locked", "no key"],
)
def test_a_key_that_waits_and_is_of_no_use_is_not_overwritten(content: bytes) -> None:
    plan = renewing(with_next_key(key=content), Renewable.NEXT_KEY)

    (finding,) = plan.refusals
    assert str(NEXT) in finding.message
    assert NEXT not in changed(plan)

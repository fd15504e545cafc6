"""Which CAs a renewal looks at: our own, in whatever bundle, and of several each."""

from pathlib import PurePosixPath

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.plan.renewal.renewal import Renewable
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    directory,
    file,
    identifiers,
    machine,
)
from tests.plan.renewals import (
    DAY,
    ENCRYPTED,
    PAIR_IN_MAIN_CF,
    changed,
    files,
    renewing,
    server,
)

MEDIUM = PurePosixPath("/media/safe/ca.key")

BUNDLE = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")
WITH_THE_BUNDLE = PAIR_IN_MAIN_CF.replace(f"CAfile = {CA}", f"CAfile = {BUNDLE}")
CA_NEARLY_OVER = NOW + 3600 * DAY


def bundled(*more: Certificate, days: int = 100) -> FileState:
    """What a distribution has: the roots of others, of which the first ends after so many days."""
    others = [issuing(f"public {number}", days=days + 1000 * number) for number in range(12)]
    return file(BUNDLE, b"".join(each.pem() for each in (*others, *more)))


def with_bundle(*more: Certificate, days: int = 100, **different: bytes | None) -> Facts:
    return machine(WITH_THE_BUNDLE, BARE_MASTER, *files(**different), bundled(*more, days=days))


def test_our_own_ca_is_judged_and_not_the_first_of_a_distributions_bundle() -> None:
    lasting = with_bundle(days=9000, ca_key=ENCRYPTED)

    with pytest.raises(PassphraseNeeded):
        renewing(lasting, Renewable.AUTHORITY, now=CA_NEARLY_OVER)


def test_a_root_of_a_bundle_that_ends_asks_nobody_for_a_passphrase() -> None:
    plan = renewing(with_bundle(ca_key=ENCRYPTED), Renewable.AUTHORITY, now=NOW + 90 * DAY)

    assert [finding.identifier for finding in plan.findings] == ["not-due"]
    assert str(CA) in plan.findings[0].message


def test_the_ca_that_has_issued_for_postfix_is_ours_in_a_bundle_too() -> None:
    facts = with_bundle(pki.ca(), ca=None, ca_key=ENCRYPTED)

    with pytest.raises(PassphraseNeeded):
        renewing(facts, Renewable.AUTHORITY, now=CA_NEARLY_OVER)
    assert identifiers(renewing(facts, Renewable.AUTHORITY, now=NOW + 90 * DAY)) == {"not-due"}


def test_a_ca_that_is_renewed_in_a_bundle_comes_back_as_it_was_and_that_is_told() -> None:
    own = pki.ca()

    plan = renewing(with_bundle(own, ca=own.pem()), Renewable.AUTHORITY, force=True)

    assert {CA, BUNDLE} <= set(changed(plan))
    (found,) = [each for each in plan.findings if each.identifier == "ca-in-a-bundle"]
    assert str(BUNDLE) in found.message


def test_a_root_of_others_in_a_chain_that_was_installed_is_not_ours() -> None:
    root = issuing("root", days=400)
    upper = issuing("upper", (root, "root"))
    theirs = pki.server(upper, ca_key=pki.key("upper")).pem() + upper.pem() + root.pem()

    plan = renewing(
        server(server=theirs, ca_key=None),
        Renewable.AUTHORITY,
        now=NOW + 390 * DAY,
        known_files=(SERVER,),
    )

    assert identifiers(plan) == {"not-due"}


def test_a_bundle_alone_holds_no_ca_of_ours() -> None:
    theirs = pki.server(issuing("upper", (issuing("root"), "root")), ca_key=pki.key("upper"))
    facts = with_bundle(ca=None, ca_key=ENCRYPTED, server=theirs.pem())

    assert identifiers(renewing(facts, Renewable.AUTHORITY, now=NOW + 90 * DAY)) == {"no-ca"}


def test_a_ca_whose_key_is_kept_elsewhere_is_refused_when_it_is_due_and_not_before() -> None:
    away = server(ca_key=None)

    early = renewing(away, Renewable.AUTHORITY)
    late = renewing(away, Renewable.AUTHORITY, now=CA_NEARLY_OVER)

    assert identifiers(early) == {"not-due"}
    assert identifiers(late) == {"ca-key-missing"}


OTHER_CA = PurePosixPath("/srv/other.crt")
OTHER_KEY = PurePosixPath("/srv/other.key")


def with_another_ca(days: int = 9000, **different: bytes | None) -> Facts:
    """Another CA lies here too, with its key."""
    other = pki.ca(whose="other", subject=pki.CLIENT_SUBJECT, days=days)
    return machine(
        PAIR_IN_MAIN_CF,
        BARE_MASTER,
        *files(**different),
        directory(OTHER_CA.parent),
        file(OTHER_CA, other.pem()),
        file(OTHER_KEY, pki.key("other").pem().reveal(), 0o600),
    )


BOTH = (OTHER_CA, OTHER_KEY)


def test_a_ca_with_an_open_key_does_not_hide_that_another_is_due() -> None:
    facts = with_another_ca(ca_key=ENCRYPTED)

    with pytest.raises(PassphraseNeeded) as asked:
        renewing(facts, Renewable.AUTHORITY, now=CA_NEARLY_OVER, known_files=BOTH)

    assert asked.value.key == CA_KEY


def test_of_one_whose_key_is_elsewhere_a_warning_is_given_beside_what_can_be_done() -> None:
    facts = with_another_ca(days=3650, ca_key=None)

    plan = renewing(facts, Renewable.AUTHORITY, now=CA_NEARLY_OVER, known_files=BOTH)

    assert changed(plan) == [OTHER_CA]
    assert "ca-due-too" in identifiers(plan)


def test_one_whose_key_is_elsewhere_is_warned_of_where_nothing_else_is_due() -> None:
    facts = with_another_ca(ca_key=None)

    plan = renewing(facts, Renewable.AUTHORITY, now=CA_NEARLY_OVER, known_files=BOTH)

    assert plan.is_empty
    assert identifiers(plan) == {"ca-due-too", "not-due"}


def test_of_two_generations_of_a_ca_the_one_that_lasts_longer_is_judged() -> None:
    both = pki.ca(days=400).pem() + pki.ca().pem()

    plan = renewing(server(ca=both, ca_key=ENCRYPTED), Renewable.AUTHORITY, now=NOW + 390 * DAY)

    assert [finding.identifier for finding in plan.findings] == ["not-due"]


def test_a_key_that_was_brought_is_for_its_own_ca_alone() -> None:
    brought = BroughtKey(MEDIUM, Secret(pki.key("other").pem().reveal()))
    facts = with_another_ca(days=3650)

    plan = renewing(
        facts, Renewable.AUTHORITY, now=CA_NEARLY_OVER, known_files=BOTH, brought=brought
    )

    assert changed(plan) == [OTHER_CA]
    assert "ca-due-too" not in identifiers(plan)


def test_a_ca_behind_the_server_in_its_list_of_files_is_no_servers_certificate() -> None:
    listed = PAIR_IN_MAIN_CF + f"smtpd_tls_chain_files = {SERVER_KEY} {SERVER} {CA}\n"

    plan = renewing(server(listed), force=True)

    assert not plan.refusals
    assert changed(plan) == [SERVER]


def test_one_of_somebody_else_that_is_not_due_is_not_offered_to_be_renewed_by_force() -> None:
    other = pki.ca(whose="another ca", subject=pki.SERVER_SUBJECT)
    leaf = pki.server(other, ca_key=pki.key("another ca"))

    (finding,) = renewing(server(server=leaf.pem()), now=NOW + DAY).findings

    assert finding.identifier == "not-due"
    assert "--force" not in finding.remedy


def test_an_intermediate_ca_is_said_to_be_renewed_by_its_issuer() -> None:
    root = issuing("root")
    upper = issuing("upper", (root, "root"))
    key = pki.key("upper").pem().reveal()
    leaf = pki.server(upper, ca_key=pki.key("upper")).pem()
    facts = server(ca=upper.pem(), ca_key=key, server=leaf)

    plan = renewing(facts, Renewable.AUTHORITY, force=True, known_files=(CA, CA_KEY))

    (finding,) = plan.refusals
    assert finding.identifier == "issued-by-others"
    assert root.facts.subject in finding.message
    assert "--answers" not in finding.remedy

"""Which CA signs a renewal, where its key may be, and what is said where none can."""

import os
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.plan.renewal.renewal import Renewable
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide
from tests.pki.issuers import issuing
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    SERVER,
    content_of,
    file,
    identifiers,
    machine,
)
from tests.plan.renewals import (
    DAY,
    ENCRYPTED,
    NEARLY_OVER,
    PAIR_IN_MAIN_CF,
    PASSPHRASE,
    THE_CAS,
    changed,
    files,
    renewed_at,
    renewing,
    server,
)

MEDIUM = PurePosixPath("/media/safe/ca.key")

STRANGE = pki.key("another ca").pem().reveal()
LOCKED = encrypted_pem(pki.key("another ca"), PASSPHRASE, os.urandom).reveal()


def test_the_ca_may_be_elsewhere_when_it_is_known_where() -> None:
    certificate, key = PurePosixPath("/root/our.crt"), PurePosixPath("/root/our.key")
    main_cf = PAIR_IN_MAIN_CF.replace(f"smtpd_tls_CAfile = {CA}\n", "")
    facts = machine(
        main_cf,
        BARE_MASTER,
        *files(ca=None, ca_key=None),
        *(file(certificate, pki.ca().pem()), file(key, THE_CAS)),
    )

    assert "issued-by-others" in identifiers(renewing(facts))
    assert changed(renewing(facts, known_files=(certificate, key))) == [SERVER]


def test_the_key_is_known_by_its_content_whatever_it_is_called() -> None:
    odd = PurePosixPath("/etc/ssl/private/cakey.pem")
    facts = machine(PAIR_IN_MAIN_CF, BARE_MASTER, *files(ca_key=None), file(odd, THE_CAS))

    assert changed(renewing(facts)) == [SERVER]


def test_what_somebody_else_has_issued_is_refused_with_the_name_of_the_issuer() -> None:
    other = pki.ca(whose="another ca", subject=pki.SERVER_SUBJECT)
    leaf = pki.server(other, ca_key=pki.key("another ca"))

    plan = renewing(server(server=leaf.pem()))

    (finding,) = plan.refusals
    assert finding.identifier == "issued-by-others"
    assert other.facts.subject in finding.message
    assert plan.is_empty


@pytest.mark.parametrize(
    ("ca_key", "identifier"),
    [
        (None, "ca-key-missing"),
        (STRANGE, "ca-key-mismatch"),
    ],
    ids=["missing", "another one"],
)
def test_without_the_cas_key_it_says_what_is_wrong_with_it(
    ca_key: bytes | None, identifier: str
) -> None:
    plan = renewing(server(ca_key=ca_key))

    assert [finding.identifier for finding in plan.refusals] == [identifier]
    assert plan.is_empty


def test_a_refusal_for_want_of_the_key_tells_how_one_from_elsewhere_is_named() -> None:
    for ca_key in (None, STRANGE):
        (finding,) = renewing(server(ca_key=ca_key)).refusals
        assert "--ca-key FILE" in finding.remedy


def test_of_two_generations_of_the_ca_the_one_that_lasts_longer_signs() -> None:
    """The certificate would end with the older one."""
    older, newer = pki.ca(days=400).pem(), pki.ca().pem()

    for both in (older + newer, newer + older):
        plan = renewing(server(ca=both))
        assert renewed_at(plan).facts.not_after == NEARLY_OVER + 397 * DAY


def test_what_an_intermediate_of_somebody_else_has_issued_is_refused_as_theirs() -> None:
    root = issuing("root")
    issuer = issuing("upper", (root, "root"))
    leaf = pki.server(issuer, ca_key=pki.key("upper"))

    plan = renewing(server(server=leaf.pem() + issuer.pem() + root.pem()))

    assert [finding.identifier for finding in plan.refusals] == ["issued-by-others"]


def test_an_expired_ca_is_to_be_renewed_first() -> None:
    plan = renewing(server(ca=pki.ca(days=200).pem()))

    assert identifiers(plan) == {"ca-expired"}
    assert "pfwizard renew --ca" in plan.refusals[0].remedy


def test_a_ca_that_ends_before_the_new_certificate_would_is_warned_of() -> None:
    plan = renewing(server(ca=pki.ca(days=500).pem()))

    assert renewed_at(plan).facts.not_after == NOW + 500 * DAY
    assert "ca-ends-first" in identifiers(plan)


def test_a_ca_that_ends_with_the_old_certificate_gains_nothing_and_is_refused() -> None:
    plan = renewing(server(ca=pki.ca(days=397).pem()))

    assert [finding.identifier for finding in plan.refusals] == ["ca-ends-first"]
    assert plan.is_empty


def test_without_a_certificate_there_is_nothing_to_renew() -> None:
    assert identifiers(renewing(machine())) == {"no-certificate"}


def test_a_certificate_without_names_is_refused(tmp_path: Path) -> None:
    authority, leaf = ca_by_the_guide(tmp_path), server_by_the_guide(tmp_path)
    facts = server(
        ca=authority.certificate.pem(),
        ca_key=authority.key.pem().reveal(),
        server=leaf.certificate.pem(),
    )

    plan = renewing(facts, force=True, now=leaf.certificate.facts.not_before + DAY)

    assert [finding.identifier for finding in plan.refusals] == ["cannot-be-renewed"]
    assert "no subjectAltName" in plan.refusals[0].message


# --- a key behind a passphrase --------------------------------------------------------------------


def test_a_key_behind_a_passphrase_signs_when_that_is_given() -> None:
    plan = renewing(server(ca_key=ENCRYPTED), passphrase=PASSPHRASE)

    assert changed(plan) == [SERVER]
    assert renewed_at(plan).is_issued_by(pki.ca())


@pytest.mark.parametrize("what", [Renewable.SERVER, Renewable.AUTHORITY])
def test_without_the_passphrase_it_is_asked_for_by_the_name_of_the_file(what: Renewable) -> None:
    with pytest.raises(PassphraseNeeded) as raised:
        renewing(server(ca_key=ENCRYPTED), what, force=True)

    assert raised.value.key == CA_KEY
    assert not raised.value.is_new


@pytest.mark.parametrize("what", [Renewable.SERVER, Renewable.AUTHORITY])
def test_another_passphrase_is_wrong_and_the_file_named(what: Renewable) -> None:
    with pytest.raises(WrongPassphrase) as raised:
        renewing(server(ca_key=ENCRYPTED), what, force=True, passphrase=Secret("another one"))

    assert str(CA_KEY) in raised.value.message
    assert "another one" not in str(raised.value)


@pytest.mark.parametrize("what", [Renewable.SERVER, Renewable.AUTHORITY])
def test_where_nothing_is_due_no_passphrase_is_needed(what: Renewable) -> None:
    plan = renewing(server(ca_key=ENCRYPTED), what, now=NOW + DAY)

    assert plan.is_empty
    assert identifiers(plan) == {"not-due"}


def test_a_next_key_needs_no_passphrase() -> None:
    assert not renewing(server(ca_key=ENCRYPTED), Renewable.NEXT_KEY).is_empty


def test_of_several_keys_behind_passphrases_the_one_beside_the_ca_is_asked_for() -> None:
    odd = PurePosixPath("/etc/ssl/a.key")
    facts = machine(PAIR_IN_MAIN_CF, BARE_MASTER, *files(ca_key=ENCRYPTED), file(odd, LOCKED))

    with pytest.raises(PassphraseNeeded) as raised:
        renewing(facts, known_files=(odd,))

    assert raised.value.key == CA_KEY


def test_one_that_opens_with_the_passphrase_and_is_another_cas_is_refused() -> None:
    plan = renewing(server(ca_key=LOCKED), passphrase=PASSPHRASE)

    assert [finding.identifier for finding in plan.refusals] == ["ca-key-mismatch"]


def test_a_passphrase_that_no_key_needs_does_no_harm() -> None:
    assert changed(renewing(server(), passphrase=PASSPHRASE)) == [SERVER]


def test_a_ca_that_is_renewed_keeps_its_key_as_it_is_encrypted() -> None:
    facts = server(ca_key=ENCRYPTED)

    plan = renewing(facts, Renewable.AUTHORITY, force=True, passphrase=PASSPHRASE)

    assert changed(plan) == [CA]
    assert renewed_at(plan, CA).public_key == pki.ca().public_key


def test_a_ca_in_one_file_with_its_key_keeps_that_as_it_is_encrypted() -> None:
    facts = server(ca=ENCRYPTED + pki.ca().pem(), ca_key=None)

    plan = renewing(facts, Renewable.AUTHORITY, force=True, passphrase=PASSPHRASE)

    assert content_of(plan, CA).startswith(ENCRYPTED)
    assert changed(plan) == [CA]


# --- a key kept elsewhere -------------------------------------------------------------------------


@pytest.mark.parametrize("what", [Renewable.SERVER, Renewable.AUTHORITY])
def test_a_key_that_was_brought_signs_and_is_in_no_file_afterwards(what: Renewable) -> None:
    brought = BroughtKey(MEDIUM, Secret(THE_CAS))

    plan = renewing(server(ca_key=None), what, force=True, brought=brought)

    assert not plan.refusals
    assert changed(plan) == [SERVER if what is Renewable.SERVER else CA]
    assert MEDIUM not in {premise.path for premise in plan.premises}


def test_a_key_that_was_brought_may_be_behind_a_passphrase() -> None:
    brought = BroughtKey(MEDIUM, Secret(ENCRYPTED))
    opened = renewing(server(ca_key=None), brought=brought, passphrase=PASSPHRASE)

    with pytest.raises(PassphraseNeeded) as needed:
        renewing(server(ca_key=None), brought=brought)
    with pytest.raises(WrongPassphrase) as wrong:
        renewing(server(ca_key=None), brought=brought, passphrase=Secret("another one"))

    assert changed(opened) == [SERVER]
    assert needed.value.key == MEDIUM
    assert str(MEDIUM) in wrong.value.message


def test_a_key_that_was_brought_and_is_another_cas_is_refused_whatever_is_here() -> None:
    plan = renewing(server(), brought=BroughtKey(MEDIUM, Secret(STRANGE)))

    (finding,) = plan.refusals
    assert finding.identifier == "ca-key-mismatch"
    assert str(MEDIUM) in finding.message


def test_what_was_brought_and_is_no_key_is_refused_by_its_name() -> None:
    plan = renewing(server(ca_key=None), brought=BroughtKey(MEDIUM, Secret(b"nothing")))

    (finding,) = plan.refusals
    assert str(MEDIUM) in finding.message

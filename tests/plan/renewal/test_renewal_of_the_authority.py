"""The CA's own renewal: with its key and its name as they are."""

from pathlib import Path

from pfwizard.pki.certificates import load_certificates
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.pki.renewal import depends_on_the_serial_of_its_issuer
from pfwizard.plan.plan import EnterInLedger
from pfwizard.plan.renewal.renewal import Renewable
from tests.pki import builders as pki
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide
from tests.plan.builders import (
    CA,
    NOW,
    SERVER,
    content_of,
    identifiers,
)
from tests.plan.renewals import (
    DAY,
    changed,
    renewed_at,
    renewing,
    server,
)


def test_the_ca_is_renewed_in_its_file_with_key_and_name_as_they_are() -> None:
    plan = renewing(server(), Renewable.AUTHORITY, now=NOW + 3000 * DAY)

    assert changed(plan) == [CA]
    old, new = pki.ca(), renewed_at(plan, CA)
    assert new.public_key == old.public_key
    assert new.parsed.subject.public_bytes() == old.parsed.subject.public_bytes()
    assert pki.server().is_issued_by(new)
    assert new.facts.not_after == NOW + 6650 * DAY


def test_the_ca_is_renewed_wherever_its_certificate_is() -> None:
    leaf, root = pki.server(), pki.ca().pem()
    facts = server(ca=root, server=leaf.pem() + root)

    plan = renewing(facts, Renewable.AUTHORITY, force=True)

    assert set(changed(plan)) == {CA, SERVER}
    assert load_certificates(content_of(plan, SERVER)) == (leaf, renewed_at(plan, CA))


def test_the_ledger_has_the_new_certificate_as_the_cas_own() -> None:
    plan = renewing(server(), Renewable.AUTHORITY, force=True)

    (entry,) = [action.entry for action in plan.actions if isinstance(action, EnterInLedger)]
    assert isinstance(entry, Issued)
    assert (entry.role, entry.public_key) == (Role.CA, entry.issuer_public_key)


def test_a_certificate_that_names_its_issuer_by_serial_is_renewed_together_with_the_ca(
    tmp_path: Path,
) -> None:
    authority = ca_by_the_guide(tmp_path)
    extensions = "authorityKeyIdentifier=keyid,issuer:always\nsubjectAltName=DNS:mail.example.org\n"
    (tmp_path / "extensions").write_text(extensions)
    leaf = server_by_the_guide(tmp_path, "-extfile", "extensions").certificate
    facts = server(
        ca=authority.certificate.pem(),
        ca_key=authority.key.pem().reveal(),
        server=leaf.pem(),
    )

    plan = renewing(facts, Renewable.AUTHORITY, force=True, now=leaf.facts.not_before + DAY)

    assert set(changed(plan)) == {CA, SERVER}
    new = renewed_at(plan)
    assert new.is_issued_by(renewed_at(plan, CA))
    assert not depends_on_the_serial_of_its_issuer(new)


def test_other_cas_in_the_file_stay() -> None:
    other = pki.ca(whose="another ca").pem()

    plan = renewing(server(ca=other + pki.ca().pem()), Renewable.AUTHORITY, force=True)

    assert content_of(plan, CA).startswith(other)


def test_an_expired_ca_can_be_renewed() -> None:
    expired = server(ca=pki.ca(days=200).pem())

    assert changed(renewing(expired, Renewable.AUTHORITY)) == [CA]


def test_a_ca_that_is_not_due_is_left_alone() -> None:
    plan = renewing(server(), Renewable.AUTHORITY)

    assert plan.is_empty
    assert identifiers(plan) == {"not-due"}


def test_the_cas_key_must_be_there_for_that() -> None:
    plan = renewing(server(ca_key=None), Renewable.AUTHORITY, force=True)

    assert [finding.identifier for finding in plan.refusals] == ["ca-key-missing"]

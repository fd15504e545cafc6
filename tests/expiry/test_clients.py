"""Which clients are told of because their certificates run out, and which are not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pfwizard.expiry.clients import clients_in_want
from pfwizard.expiry.judgement import Judge, Level
from pfwizard.expiry.limits import Limits
from pfwizard.expiry.status import Status, look
from pfwizard.machine.tree import Tree
from pfwizard.pki.ledger_entries import Issued, Reason
from pfwizard.plan.clients.client_plan import RevokeClient, make_client_plan
from pfwizard.plan.plan import Finding
from tests.pki import builders as pki
from tests.plan.builders import MAIN_CF, NOW, circumstances
from tests.plan.client_builders import ANNA, RELAY, TABLE, Machine
from tests.plan.client_builders import server as server_with

DAY = timedelta(days=1)


def in_want(machine: Machine, days: float, limits: Limits | None = None) -> list[Finding]:
    """After so many days of the 397 that their certificates last."""
    judge = Judge(NOW + days * DAY, limits or Limits())
    return list(clients_in_want(machine.facts, machine.ledger, judge))


def revoke(machine: Machine, name: str) -> None:
    here = circumstances(machine.ledger)
    machine.take(make_client_plan(RevokeClient(name), machine.facts, here))


def test_whose_certificate_lasts_is_worth_no_word() -> None:
    assert in_want(Machine([ANNA]), 360) == []


def test_whoever_has_to_be_given_a_new_one_is_named_and_how() -> None:
    (found,) = in_want(Machine([ANNA]), 370)

    assert found.identifier == "client-expires-soon"
    assert found.message == (
        f"the certificate of the client {ANNA} expires on 2027-02-16 12:30 UTC"
    )
    assert f"pfwizard client revoke {ANNA}, then pfwizard client add {ANNA}." in found.remedy


def test_each_is_named() -> None:
    assert len(in_want(Machine([ANNA, RELAY]), 370)) == 2


def test_what_has_expired_is_told_too_because_postfix_lets_it_pass() -> None:
    (found,) = in_want(Machine([ANNA]), 400)

    assert (found.identifier, "expired on" in found.message) == ("client-expired", True)


def test_the_limit_is_that_of_all_certificates() -> None:
    assert in_want(Machine([ANNA]), 370, Limits(warning=20)) == []


def test_who_is_revoked_needs_no_new_one() -> None:
    machine = Machine([ANNA, RELAY])
    revoke(machine, ANNA)

    (found,) = in_want(machine, 370)

    assert RELAY in found.message


def test_who_has_a_newer_one_needs_no_other() -> None:
    machine = Machine([ANNA])
    old = machine.ledger.entries[0]
    assert isinstance(old, Issued)
    newer = replace(old, serial=0xF00D, not_after=NOW + 800 * DAY)
    machine.ledger = machine.ledger.with_issued(newer)

    assert in_want(machine, 370) == []


def test_who_may_not_relay_any_more_is_nobodys_concern() -> None:
    machine = Machine([ANNA])
    machine.facts = server_with()

    assert in_want(machine, 370) == []


@pytest.mark.parametrize("days", [0, 370])
def test_who_is_revoked_and_may_relay_all_the_same_is_told_at_any_time(days: int) -> None:
    """As after the rollback of a revocation."""
    machine = Machine([ANNA])
    (issued,) = machine.ledger.entries
    machine.ledger = machine.ledger.with_revoked(issued.serial, Reason.KEY_COMPROMISE, at=NOW)

    (found,) = in_want(machine, days)

    assert found.identifier == "client-not-kept-out"
    assert f"pfwizard client revoke {issued.serial:X}" in found.remedy


# --- in the status --------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A server with a certificate for long, and one client."""
    machine = Machine([ANNA])
    state = tmp_path / "var/lib/pfwizard"
    state.mkdir(parents=True)
    (state / "certificates").write_bytes(machine.ledger.encoded)
    (tmp_path / "etc/postfix").mkdir(parents=True)
    for path in (TABLE, MAIN_CF):
        (tmp_path / path.relative_to("/")).write_bytes(machine.facts.file(path).content or b"")
    main_cf = tmp_path / "etc/postfix/main.cf"
    main_cf.write_text(f"{main_cf.read_text()}smtpd_tls_cert_file = /etc/server.crt\n")
    (tmp_path / "etc/postfix/master.cf").write_text("smtp inet n - y - - smtpd\n")
    (tmp_path / "etc/server.crt").write_bytes(pki.server(days=800).pem())
    return tmp_path


def status_of(root: Path, days: int) -> Status:
    judge = Judge(NOW + days * DAY)
    state = root / "var/lib/pfwizard"
    return look(Tree(root), None, judge, is_root=True, state_directory=state)


def test_a_client_in_want_is_a_warning(root: Path) -> None:
    assert status_of(root, 360).level is Level.OK

    status = status_of(root, 370)

    assert status.level is Level.WARNING
    assert [each.identifier for each in status.findings] == [
        "ports-not-asked",
        "client-expires-soon",
    ]


def test_a_ledger_that_cannot_be_believed_is_a_warning(root: Path) -> None:
    (root / "var/lib/pfwizard/certificates").write_text("nonsense\n")

    status = status_of(root, 0)

    assert status.level is Level.WARNING
    assert status.findings[-1].identifier == "ledger-unreadable"
    assert "does not begin with its format" in status.findings[-1].message


def test_without_a_ledger_there_are_no_clients(root: Path) -> None:
    (root / "var/lib/pfwizard/certificates").unlink()

    assert status_of(root, 370).level is Level.OK

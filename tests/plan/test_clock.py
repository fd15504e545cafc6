"""Plans by a clock that is wrong, or that reads dates which are written in another way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import load_certificate
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Reason, Revoked, Role
from pfwizard.plan.clients.client_plan import RevokeClient, make_client_plan
from pfwizard.plan.plan import Finding, Plan, Severity
from pfwizard.plan.planner import make_plan
from pfwizard.plan.renewal.renewal import Renewable, RenewalRequest, make_renewal_plan
from tests.pki import builders as pki
from tests.pki.verifiers import complaint_of_openssl
from tests.plan.builders import (
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    answers,
    applied,
    circumstances,
    content_of,
    directory,
    file,
    machine,
)
from tests.plan.client_builders import ANNA, Machine, adding, entries_of
from tests.plan.client_builders import server as with_clients

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

EPOCH = datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
"""What a machine without a battery believes two minutes after its start."""

YEARS_OF_32_BITS = datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)
"""The first second that 32 bits do not hold (time_t)."""

EVE_OF_2050 = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
OVERFLOWN = datetime(2107, 1, 1, tzinfo=UTC)
"""About where the dates of FAT file systems end."""

IN_MAIN_CF = f"""\
smtpd_tls_cert_file = {SERVER}
smtpd_tls_key_file = {SERVER_KEY}
smtpd_tls_CAfile = {CA}
"""


def by_the_clock(now: datetime, facts: Facts | None = None, ledger: Ledger | None = None) -> Plan:
    """The guide's answers on a new machine, or another one."""
    return make_plan(answers(), facts or machine(), replace(circumstances(ledger), now=now))


def with_certificates(now: datetime) -> Facts:
    """A CA and a server's certificate of that time, in use."""
    authority = pki.ca(now=now)
    return machine(
        STOCK_MAIN + IN_MAIN_CF,
        "smtp inet n - y - - smtpd\n",
        directory(SERVER.parent),
        directory(SERVER_KEY.parent),
        file(CA, authority.pem()),
        file(CA_KEY, pki.key("ca").pem().reveal()),
        file(SERVER, pki.server(authority, now=now).pem()),
        file(SERVER_KEY, pki.key("server").pem().reveal()),
    )


def renewing(
    now: datetime, what: Renewable = Renewable.SERVER, *, force: bool = False, made: datetime = NOW
) -> Plan:
    request = RenewalRequest(what, force)
    return make_renewal_plan(request, with_certificates(made), replace(circumstances(), now=now))


def about_the_clock(plan: Plan) -> list[Finding]:
    return [each for each in plan.findings if "clock" in each.identifier]


def issued(plan: Plan) -> list[Issued]:
    return [entry for entry in entries_of(plan) if isinstance(entry, Issued)]


# --- in the past ----------------------------------------------------------------------------------


def test_in_1970_no_ca_is_made() -> None:
    (refused,) = by_the_clock(EPOCH).refusals

    assert refused.identifier == "clock-wrong"
    assert "this machine says it is 1970-01-01 00:02 UTC, which cannot be" in refused.message
    assert "Set the clock" in refused.remedy


def test_in_1970_a_ca_is_not_renewed_either() -> None:
    (refused,) = renewing(EPOCH, Renewable.AUTHORITY, force=True).refusals

    assert refused.identifier == "clock-wrong"


@pytest.mark.parametrize("now", [EPOCH, NOW - 2 * HOUR], ids=["1970", "an hour before the CA"])
def test_before_the_ca_counts_it_signs_nothing_and_the_clock_is_named(now: datetime) -> None:
    plans = [
        by_the_clock(now, with_certificates(NOW)),
        adding(ANNA, with_clients(), now=now),
        renewing(now, force=True),
        renewing(now, Renewable.SERVER_WITH_NEW_KEY),
    ]

    for plan in plans:
        assert issued(plan) == []
        assert any("clock" in refused.remedy for refused in plan.refusals)


def test_what_is_not_valid_yet_is_not_called_good_for_twenty_thousand_days() -> None:
    (found,) = renewing(EPOCH).findings

    assert (found.identifier, found.severity) == ("not-yet-valid", Severity.WARNING)
    assert "This machine says it is 1970-01-01 00:02; check its clock." in found.remedy


def test_whoever_is_to_be_kept_out_is_kept_out_at_any_time() -> None:
    server = Machine([ANNA])
    in_1970 = replace(circumstances(server.ledger), now=EPOCH)

    plan = make_client_plan(RevokeClient(ANNA), server.facts, in_1970)

    assert [type(entry) for entry in entries_of(plan)] == [Revoked]
    assert (plan.refusals, about_the_clock(plan)) == ((), [])


# --- in the future --------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [NOW, YEARS_OF_32_BITS], ids=["2026", "2038"])
def test_a_time_that_may_be_right_is_worth_no_word(now: datetime) -> None:
    assert about_the_clock(by_the_clock(now)) == []


def test_in_2107_it_is_said_that_what_is_made_does_not_count_elsewhere() -> None:
    plan = by_the_clock(OVERFLOWN)

    (found,) = about_the_clock(plan)
    assert found.severity is Severity.WARNING
    assert "this machine says it is 2107-01-01 00:00 UTC" in found.message


def test_in_2107_a_ca_that_has_expired_may_be_one_that_has_not() -> None:
    plan = by_the_clock(OVERFLOWN, with_certificates(NOW))

    assert issued(plan) == []
    refused = plan.refusals[0]
    assert "the CA certificate expired on 2036-01-13" in refused.message
    assert "Where it is not 2107-01-01 as this machine says, check its clock." in refused.remedy


# --- compared with the ledger ---------------------------------------------------------------------


def ledger_of(time: datetime) -> Ledger:
    """With one certificate that was issued then."""
    entry = Issued.of(pki.client(), Role.CLIENT, issuer=pki.ca(), at=time)
    return Ledger().with_issued(entry)


def test_a_clock_that_was_turned_back_is_noticed_by_what_was_issued_later() -> None:
    (found,) = about_the_clock(by_the_clock(NOW, ledger=ledger_of(NOW + 2 * DAY)))

    assert found.identifier == "clock-turned-back"
    assert "an entry of 2026-01-17 12:30" in found.message


def test_a_clock_that_is_corrected_by_a_moment_is_no_reason_for_a_word() -> None:
    assert about_the_clock(by_the_clock(NOW, ledger=ledger_of(NOW + HOUR))) == []


def test_a_revocation_counts_as_much_as_an_issue() -> None:
    ledger = ledger_of(NOW - DAY)
    revoked = ledger.with_revoked(pki.client().facts.serial, Reason.UNSPECIFIED, at=NOW + DAY)

    assert isinstance(revoked.entries[-1], Revoked)
    assert about_the_clock(by_the_clock(NOW, ledger=revoked)) != []


# --- dates of every kind --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now",
    [NOW, YEARS_OF_32_BITS, EVE_OF_2050 - 100 * DAY, EVE_OF_2050, EVE_OF_2050 + HOUR, OVERFLOWN],
    ids=str,
)
def test_what_a_plan_issues_counts_from_now_until_its_end(now: datetime, tmp_path: Path) -> None:
    plan = by_the_clock(now)
    authority, leaf = (load_certificate(content_of(plan, path)) for path in (CA, SERVER))

    for moment in (now, leaf.facts.not_after - timedelta(seconds=1)):
        assert not complaint_of_openssl(authority, leaf, directory=tmp_path, at=moment)
    assert complaint_of_openssl(authority, leaf, directory=tmp_path, at=leaf.facts.not_after + DAY)
    assert leaf.facts.not_after == now + 3650 * DAY


def test_a_certificate_of_2049_is_renewed_in_2050_by_the_same_ca(tmp_path: Path) -> None:
    made, now = EVE_OF_2050 - 300 * DAY, EVE_OF_2050 + DAY
    plan = renewing(now, made=made)

    new = load_certificate(content_of(plan, SERVER))
    assert new.facts.not_after == now + 397 * DAY
    assert not complaint_of_openssl(pki.ca(now=made), new, directory=tmp_path, at=now)


def test_a_second_plan_after_the_turn_of_2050_has_nothing_to_do() -> None:
    plan = by_the_clock(EVE_OF_2050)

    again = by_the_clock(EVE_OF_2050 + HOUR, applied(machine(), plan))

    assert again.changes == ()
    assert again.refusals == ()

"""What keeps a plan from having Postfix read its files again, whichever command made it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from pfwizard.cf.master_cf import MasterCf
from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import Version
from pfwizard.plan.plan import Plan, Reload
from pfwizard.plan.renewal.renewal import Renewable
from tests.plan import client_builders as clients
from tests.plan import renewals
from tests.plan.builders import BARE_MASTER, MASTER_CF, NOW, STOCK_MAIN, file, with_files
from tests.plan.server import test_installation as installations

BOTH = f"{BARE_MASTER}127.0.0.1:465 inet n - n - - smtpd\n465 inet n - n - - smtpd\n".encode()


SHOWN = (
    f"{STOCK_MAIN}smtpd_tls_cert_file = {installations.BESIDE}\n"
    f"smtpd_tls_key_file = {installations.KEY}\n"
)


def about_to_end(facts: Facts) -> Facts:
    """A Postfix that runs until its next reload, with which it meets both services."""
    return replace(
        with_files(facts, file(MASTER_CF, BOTH)),
        configuration=replace(facts.configuration, master=MasterCf.parse(BOTH)),
        postfix=replace(facts.postfix, version=Version(3, 5)),
    )


def adding() -> Plan:
    return clients.adding(clients.ANNA, about_to_end(clients.server()))


def revoking() -> Plan:
    with_anna = clients.Machine([clients.ANNA])
    return clients.revoking(clients.ANNA, about_to_end(with_anna.facts), with_anna.ledger)


def renewing(what: Renewable = Renewable.SERVER, now: datetime = renewals.NEARLY_OVER) -> Plan:
    return renewals.renewing(about_to_end(renewals.server()), what, now=now)


def resigning() -> Plan:
    now = NOW + timedelta(days=3600)
    return renewals.renewing(about_to_end(renewals.server()), Renewable.AUTHORITY, now=now)


def installing() -> Plan:
    in_use = installations.with_key(main_cf=SHOWN)
    return installations.installing(*installations.COMPLETE, facts=about_to_end(in_use))


def refusals(plan: Plan) -> list[str]:
    return [each.identifier for each in plan.refusals]


@pytest.mark.parametrize(
    "planned",
    [adding, revoking, renewing, resigning, installing],
    ids=["client add", "client revoke", "renew", "renew --ca", "install-certificate"],
)
def test_a_postfix_that_would_end_with_a_reload_is_not_asked_to(
    planned: Callable[[], Plan],
) -> None:
    plan = planned()

    assert any(isinstance(each, Reload) for each in plan.actions)
    assert refusals(plan) == ["port-shared"]


@pytest.mark.parametrize(
    "planned",
    [partial(renewing, Renewable.NEXT_KEY), partial(renewing, now=NOW)],
    ids=["a key for later", "nothing is due"],
)
def test_what_has_nothing_reloaded_is_not_refused(planned: Callable[[], Plan]) -> None:
    plan = planned()

    assert not any(isinstance(each, Reload) for each in plan.actions)
    assert refusals(plan) == []

"""Every server that knows passwords, behind Postfix, in the chroot jail and outside of it.

One machine each, which pfwizard brings from nothing to logins and back again, after a rehearsal in
which they log in already.
"""

from dataclasses import dataclass

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.mail_server import MailServer
from tests.real.sasl import courier, databases, directory, dovecot, saslauthd, stores
from tests.real.sasl.login_server import LoginServer, Provisioning

pytestmark = pytest.mark.machine

OLD, STABLE, CURRENT, NEXT = "bullseye", "bookworm", "trixie", "sid"
"""Postfix 3.5, 3.7, 3.10 and 3.11; smtpd is chrooted at first in all of them but the last."""

MOVED = 'chroot = "move-socket"\n'


@dataclass(frozen=True)
class Case:
    """``more`` are further answers below ``[sasl]``."""

    name: str
    provisioning: Provisioning
    suites: tuple[str, ...]
    ends_in_jail: bool
    more: str = ""


CASES = (
    Case("authdaemond", courier.authdaemond, (OLD, STABLE, CURRENT, NEXT), False),
    Case("saslauthd-pam", saslauthd.with_pam, (OLD, CURRENT, NEXT), False),
    Case("saslauthd-pam-moved", saslauthd.with_pam_moved, (STABLE,), True, MOVED),
    Case("saslauthd-shadow", saslauthd.with_shadow, (STABLE, NEXT), False),
    Case("saslauthd-shadow-moved", saslauthd.with_shadow, (OLD, CURRENT), True, MOVED),
    Case("sasldb", stores.sasldb, (OLD, STABLE, CURRENT, NEXT), False),
    Case("sqlite", stores.sqlite, (OLD, STABLE, CURRENT, NEXT), False),
    Case("dovecot", dovecot.dovecot, (OLD, STABLE, CURRENT), True),
    Case("dovecot", dovecot.dovecot, (NEXT,), False),
    Case("saslauthd-ldap", directory.saslauthd_with_ldap, (NEXT,), False),
    Case("saslauthd-ldap-moved", directory.saslauthd_with_ldap, (STABLE,), True, MOVED),
    Case("saslauthd-imap", saslauthd.with_imap, (STABLE,), False),
    Case("saslauthd-imap-moved", saslauthd.with_imap, (CURRENT,), True, MOVED),
    Case("ldapdb", directory.ldapdb, (OLD, STABLE, CURRENT, NEXT), False),
    Case("postgresql", databases.postgresql, (OLD, STABLE, CURRENT), True),
    Case("postgresql", databases.postgresql, (NEXT,), False),
    Case("mariadb", databases.mariadb_over_tcp, (STABLE,), True),
    Case("mariadb-localhost", databases.mariadb_by_its_socket, (STABLE,), False),
)


@pytest.mark.parametrize(
    ("case", "suite"),
    [
        pytest.param(case, suite, id=f"{case.name}-{suite}")
        for case in CASES
        for suite in case.suites
    ],
)
def test_the_right_password_logs_in_and_a_wrong_one_does_not(
    case: Case, suite: str, open_machine: OpenMachine
) -> None:
    machine = open_machine(Machine(SUITES[suite]))
    server = LoginServer.prepare(machine, case.provisioning, case.more)
    before = MailServer.of(machine)

    rehearsed = server.apply()

    assert rehearsed.unproven == {}
    assert rehearsed.logins == server.rehearsed_logins()
    assert bool(server.jailed()) == case.ends_in_jail
    assert server.logins() == server.expected_logins()
    assert server.failed_probes() == {}
    assert server.finds_nothing_to_do()

    server.roll_back()

    assert MailServer.of(machine) == before

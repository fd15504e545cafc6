"""A saslauthd that was killed: its socket is still there, and nobody listens on it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.fault import SMTPD_CONF
from tests.real.mail_server import MailServer
from tests.real.rehearsed_guide import RehearsedGuide

pytestmark = pytest.mark.machine

MUX = "/var/run/saslauthd/mux"

KILLED = """\
install -d /var/run/saslauthd
saslauthd -a shadow -n 1 -m /var/run/saslauthd
kill -KILL $(cat /var/run/saslauthd/saslauthd.pid)
"""

ASKING = {SMTPD_CONF: [("pwcheck_method: authdaemond", "pwcheck_method: saslauthd")]}


@pytest.fixture
def guide() -> Iterator[RehearsedGuide]:
    with ExitStack() as machines:
        guide = RehearsedGuide.on(policy.booted(Machine(SUITES["bookworm"]), machines))
        guide.machine.run(["sh", "-ec", KILLED])
        yield guide


def test_the_rehearsal_says_that_it_does_not_run(guide: RehearsedGuide) -> None:
    assert guide.machine.run(["test", "-S", MUX], check=False).returncode == 0
    before = MailServer.of(guide.machine)

    failures = guide.failures(edits=ASKING)

    dead = f"saslauthd does not run: nobody listens on its socket {MUX}"
    logins = [detail for probe, _, detail, _ in failures if probe == "login"]
    assert logins
    assert all(dead in detail for detail in logins), failures
    assert MailServer.of(guide.machine) == before

"""Dovecot and saslauthd beside the private Postfix: the live ones do not notice."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.sasl import dovecot, saslauthd
from tests.real.sasl.login_server import LoginServer, PasswordServer, Rehearsed, restart

pytestmark = pytest.mark.machine

# Everything by which a live daemon would notice another one: processes, sockets, state, and logs.
TRACES = """\
ps -e -o pid=,comm= | grep -w -E 'dovecot|anvil|log|config|auth|stats|saslauthd'
find /run/dovecot /run/saslauthd /var/lib/dovecot -printf '%p %y %i %s\\n' | sort
cat /var/lib/dovecot/instances
find /var/spool/postfix -name '*dovecot*' -o -name '*saslauthd*' -o -type s | sort
find /etc -newer /root/before -type f
tr -s ' ' </proc/net/tcp | cut -d' ' -f3,5 | grep ' 0A' | sort
wc -c /var/log/dovecot.log
"""

LOG = "log_path = /var/log/dovecot.log\ninfo_log_path = /var/log/dovecot.log\n"
PORT = "/etc/dovecot/conf.d/95-port.conf"
PORT_WITHOUT_A_NAME = "service doveadm {\n  inet_listener {\n    port = 24245\n  }\n}\n"


SASLAUTHD = "/usr/sbin/saslauthd"

Servers = tuple[Machine, dict[str, PasswordServer]]
"""The machine, and who knows the user's password on it."""


@dataclass(frozen=True)
class Live:
    """One that runs, and gets a new configuration by the plan."""

    name: str
    checker: str
    more: str = ""


CHECKERS = (
    Live("dovecot", "dovecot"),
    Live("saslauthd", "saslauthd"),
    Live("saslauthd-moved", "saslauthd", 'chroot = "move-socket"\n'),
)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with ExitStack() as machines:
        machine = policy.booted(Machine(SUITES["bookworm"]), machines)
        machine.start_postfix()
        machine.write("/etc/dovecot/conf.d/90-log.conf", LOG)
        machine.run(["sh", "-ec", saslauthd.START])
        restart(machine, "saslauthd")
        known = {"dovecot": dovecot.dovecot(machine), "saslauthd": saslauthd.with_shadow(machine)}
        yield machine, known


@pytest.mark.parametrize("live", CHECKERS, ids=lambda live: live.name)
def test_a_live_password_checker_does_not_notice_the_private_one(
    live: Live, servers: Servers
) -> None:
    machine, checkers = servers
    server = LoginServer.asking(machine, checkers[live.checker], live.more)
    machine.run(["touch", "/root/before"])
    before = machine.run(["sh", "-c", TRACES]).stdout

    rehearsed = Rehearsed.of(server.rehearsal())

    assert rehearsed.logins == server.rehearsed_logins()
    assert machine.run(["sh", "-c", TRACES]).stdout == before


def test_a_configuration_that_dovecot_cannot_read_is_a_failure(servers: Servers) -> None:
    machine, checkers = servers
    server = LoginServer.asking(machine, checkers["dovecot"])
    machine.write(PORT, "no_such_setting = yes\n")
    try:
        found = json.loads(server.rehearsal().stdout)["verification"]
    finally:
        machine.run(["rm", PORT])

    failed = [each for each in found if each["verdict"] == "fail"]
    assert [each["probe"] for each in failed] == ["login"]
    assert "the password checker cannot read its planned configuration" in failed[0]["detail"]
    assert PORT in failed[0]["detail"]


def test_without_the_private_one_it_is_told_why_and_all_else_is_rehearsed(
    servers: Servers,
) -> None:
    machine, checkers = servers
    server = LoginServer.asking(machine, checkers["dovecot"])
    machine.write(PORT, PORT_WITHOUT_A_NAME)
    try:
        found = json.loads(server.rehearsal().stdout)["verification"]
    finally:
        machine.run(["rm", PORT])

    skipped = [each for each in found if each["verdict"] == "skipped"]
    assert [each["probe"] for each in skipped] == ["login"]
    assert "Dovecot's service doveadm has a port without a name" in skipped[0]["detail"]
    assert "relay-stranger rehearsal:25" in {f"{each['probe']} {each['target']}" for each in found}


def test_one_that_ends_its_whole_process_group_does_not_end_the_rehearsal(servers: Servers) -> None:
    """As saslauthd does on SIGTERM before it is in the background (kill(2) of 0)."""
    machine, checkers = servers
    server = LoginServer.asking(machine, checkers["saslauthd"])
    machine.run(["mv", SASLAUTHD, f"{SASLAUTHD}.real"])
    machine.write(SASLAUTHD, "#!/bin/sh\nkill -TERM 0\n", 0o755)
    try:
        done = server.rehearsal()
    finally:
        machine.run(["mv", f"{SASLAUTHD}.real", SASLAUTHD])

    told = Rehearsed.of(done).unproven["login rehearsal"]
    assert told.startswith("the password checker cannot be tried before it goes live: ")

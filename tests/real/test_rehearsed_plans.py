"""Fifty good plans for servers of all kinds: the rehearsal of none of them raises a false alarm.

Those of every back end, on all machines, are rehearsed in tests/real/sasl.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.generated_plans import GoodPlan, good_plan
from tests.real.sasl import courier, dovecot, saslauthd, stores
from tests.real.sasl.login_server import PasswordServer

pytestmark = pytest.mark.machine

PROGRAM = (Path(__file__).parent / "rehearse_plans.py").read_text()

SEEDS = {"bookworm": range(25), "sid": range(25, 50)}

# A table of certificates by name, which only postmap(1) can make; and no name server but one that
# says at once that it is none, in the jail too.
FURNISHED = """\
cd /etc/postfix
snakeoil="/etc/ssl/private/ssl-cert-snakeoil.key /etc/ssl/certs/ssl-cert-snakeoil.pem"
echo "other.example.org $snakeoil" >sni
postmap -F "$(postconf -h default_database_type):sni"
echo nameserver 127.0.0.1 >/etc/resolv.conf
install -D -m 644 /etc/resolv.conf /var/spool/postfix/etc/resolv.conf
"""

PROBED = {
    *("answers", "tls", "name", "certificate", "old-tls"),
    *("auth-before-tls", "auth", "login", "login-refused", "password-checker"),
    *("relay-stranger", "relay-login", "delivery-stranger", "strange-certificate"),
}
"""What passes at least once: what nobody asks cannot fail."""


@dataclass(frozen=True)
class Found:
    """What came of one plan: why it was not rehearsed, if it was not, and what the probes saw."""

    plan: GoodPlan
    problem: str
    outcomes: Sequence[tuple[str, str, str, str]]

    def passed(self) -> set[str]:
        return {probe for probe, _, verdict, _ in self.outcomes if verdict == "pass"}

    def alarms(self) -> list[str]:
        problems = [self.problem] if self.problem else []
        failed = [each for each in self.outcomes if each[2] == "fail"]
        return problems + [f"{probe} {target}: {detail}" for probe, target, _, detail in failed]


def password_servers(machine: Machine) -> tuple[PasswordServer, ...]:
    """All run on one machine, and know the same password."""
    return (
        courier.authdaemond(machine),
        stores.sasldb(machine),
        stores.sqlite(machine),
        saslauthd.with_shadow(machine),
        dovecot.dovecot(machine),
    )


def rehearsed(machine: Machine, plans: Sequence[GoodPlan]) -> list[Found]:
    done = machine.run(
        ["python3", "-c", PROGRAM],
        input=json.dumps([asdict(plan) for plan in plans]),
        env=machine.python_paths(),
        timeout=600,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        Found(plan, each["problem"], each["outcomes"])
        for plan, each in zip(plans, told, strict=True)
    ]


@pytest.mark.parametrize("suite", SEEDS)
def test_no_good_plan_raises_a_false_alarm(suite: str, open_machine: OpenMachine) -> None:
    machine = open_machine(Machine(SUITES[suite]))
    machine.start_postfix()
    checkers = password_servers(machine)
    machine.run(["sh", "-ec", FURNISHED])
    stock = {
        path: machine.read(path).decode()
        for path in ("/etc/postfix/main.cf", "/etc/postfix/master.cf")
    }
    before = machine.snapshot(["/etc"])

    found = rehearsed(machine, [good_plan(seed, stock, checkers) for seed in SEEDS[suite]])

    assert {each.plan.seed: each.alarms() for each in found if each.alarms()} == {}
    assert {probe for each in found for probe in each.passed()} >= PROBED
    assert machine.snapshot(["/etc"]) == before

"""Where Postfix does not start for its addresses, check says so, and nowhere else."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines.machine import Machine
from tests.machines.policy import booted
from tests.machines.suites import SUITES

pytestmark = pytest.mark.machine

SETTINGS = [
    *("inet_interfaces=LocalHost", "inet_interfaces=[::1]", "inet_interfaces="),
    *("inet_interfaces=al", "inet_interfaces=192.0.2.77", "inet_interfaces=LOOPBACK-ONLY"),
    *("inet_interfaces=all,127.0.0.1", "inet_interfaces=127.0.0.1:25"),
    *("inet_interfaces=$myhostname, localhost", "inet_protocols=IPV4", "inet_protocols=ipv5"),
    *("inet_protocols=all,ipv4", "inet_protocols=ipv4 # for now"),
]

WITHOUT_IPV6 = ["inet_interfaces=localhost", "inet_protocols=ipv6", "inet_protocols=all"]

STARTS = "postfix start && sleep 0.2 && postfix status; status=$?; postfix stop; exit $status"


@pytest.fixture(scope="module", params=["bullseye", "sid"])
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    with ExitStack() as life:
        up = booted(Machine(SUITES[request.param]), life)
        up.run(["cp", "/etc/postfix/main.cf", "/root/main.cf"])
        yield up


def starts(machine: Machine, setting: str) -> bool:
    machine.run(["cp", "/root/main.cf", "/etc/postfix/main.cf"])
    machine.run(["postconf", "-e", setting])
    machine.run(["touch", "-d", "1 minute ago", "/etc/postfix/main.cf"])
    return machine.run(["sh", "-c", STARTS], check=False).returncode == 0


def is_told(machine: Machine) -> bool:
    findings = json.loads(machine.pfwizard_inside("check", "--json").stdout)["findings"]
    return any(each["id"].startswith("inet-") for each in findings)


@pytest.mark.parametrize("setting", SETTINGS)
def test_check_tells_where_postfix_does_not_start(machine: Machine, setting: str) -> None:
    assert is_told_where_it_fails(machine, setting)


@pytest.mark.parametrize("setting", WITHOUT_IPV6)
def test_check_tells_where_ipv6_is_switched_off(machine: Machine, setting: str) -> None:
    machine.run(["sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"])

    assert is_told_where_it_fails(machine, setting)


def is_told_where_it_fails(machine: Machine, setting: str) -> bool:
    return starts(machine, setting) is not is_told(machine)

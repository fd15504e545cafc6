"""What Postfix makes of its addresses, check says, and says nothing else."""

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

ONE_OF_ALL = ("127.0.0.1:465", "465")
THE_SAME = ("0.0.0.0:587", "submission")
APART = ("0.0.0.0:2525", "[::1]:2525")

STARTS = "postfix start && sleep 0.2 && postfix status; status=$?; postfix stop; exit $status"


# Prints which services greet sixteen clients, by address and port.
WHO_GREETS = """\
import json, socket
def greets(place):
    with socket.create_connection(place, timeout=20) as client:
        return client.makefile().readline().split()[1]
places = [(host, port) for host in ("127.0.0.1", "127.0.0.2") for port in (465, 587, 2525)]
print(json.dumps([sorted({greets(place) for _ in range(16)}) for place in places]))
"""


@pytest.fixture(scope="module", params=["bullseye", "sid"])
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    with ExitStack() as life:
        up = booted(Machine(SUITES[request.param]), life)
        up.run(["cp", "/etc/postfix/main.cf", "/etc/postfix/master.cf", "/root"])
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


@pytest.fixture
def without_ipv6(machine: Machine) -> Iterator[Machine]:
    switch = "echo {} >/proc/sys/net/ipv6/conf/all/disable_ipv6"
    machine.run(["sh", "-c", switch.format(1)])
    yield machine
    machine.run(["sh", "-c", switch.format(0)])


@pytest.mark.parametrize("setting", WITHOUT_IPV6)
def test_check_tells_where_ipv6_is_switched_off(without_ipv6: Machine, setting: str) -> None:
    assert is_told_where_it_fails(without_ipv6, setting)


def is_told_where_it_fails(machine: Machine, setting: str) -> bool:
    return starts(machine, setting) is not is_told(machine)


def test_check_tells_what_comes_of_two_services_on_one_port(machine: Machine) -> None:
    with_services(machine, *ONE_OF_ALL, *THE_SAME, *APART)

    told = told_of_ports(machine)

    if machine.run(["postfix", "start"], check=False).returncode != 0:
        assert told == {ONE_OF_ALL[0]: "port-taken-twice", THE_SAME[1]: "port-taken-twice"}
        return
    assert json.loads(machine.run(["python3", "-c", WHO_GREETS]).stdout) == [
        *([ONE_OF_ALL[0]], sorted(THE_SAME), [APART[0]]),
        *([ONE_OF_ALL[1]], sorted(THE_SAME), [APART[0]]),
    ]
    assert told == {ONE_OF_ALL[0]: "port-divided", THE_SAME[1]: "port-dealt-out"}
    machine.run(["postfix", "stop"])


def with_services(machine: Machine, *names: str) -> None:
    entries = (f"{name} inet n - n - - smtpd -o smtpd_banner={name}\n" for name in names)
    stock = machine.read("/root/master.cf")
    machine.run(["cp", "/root/main.cf", "/etc/postfix/main.cf"])
    machine.write("/etc/postfix/master.cf", stock + "".join(entries).encode())
    machine.run(["touch", "-d", "1 minute ago", "/etc/postfix/main.cf", "/etc/postfix/master.cf"])


def told_of_ports(machine: Machine) -> dict[str, str]:
    """The rules that tell something, by the service."""
    findings = json.loads(machine.pfwizard_inside("check", "--json").stdout)["findings"]
    about = [each for each in findings if each["id"].startswith("port-")]
    return {each["service"].removesuffix("/inet"): each["id"] for each in about}

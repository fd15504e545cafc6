"""What our reader says of options must be what the real smtpd makes of them.

postconf is no judge of everything: it only warns where the daemons die, and it reads some options
otherwise than they do. So each case here is a service of a real master, on a port of its own, and
its banner tells which options its smtpd has read.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.problem import Severity
from tests.cf.machines import machine_or_skip
from tests.machines.machine import Machine
from tests.machines.suites import SUITES

ARGUMENTS = {
    2001: "-o smtpd_banner=x",
    2002: "-osmtpd_banner=x",
    2003: "-vo smtpd_banner=x",
    2004: "-vosmtpd_banner=too",
    2005: "-o {smtpd_banner=x y}",
    2006: "-o { smtpd_banner = x  y }",
    2007: "-o smtpd_banner=x\n  -o { myhostname = y.example }\n# c\n\n -o {smtpd_banner =\n  z }",
    2008: "-o smtpd_banner=x -o smtpd_banner=y",
    2009: "-o smtpd_banner=a=b",
    2010: "-o smtpd_banner=${none?{a}:{b}}",
    2011: "-o {smtpd_banner=${none?{a}:{b c}}}",
    2012: "-o smtpd_banner=x --",
    2013: "-o smtpd_banner=\x0cx",
}
DEADLY = {
    2101: "-o smtpd_banner = x",
    2102: "-o smtpd_banner=x reject",
    2103: "-o{smtpd_banner=x} -o smtpd_banner",
    2104: "-o smtpd_banner=x -o",
    2105: "-o =x",
    2106: "-o smtpd_banner=x -- y",
}

GREETINGS = """\
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor

def greeting(port):
    with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
        try:
            return connection.makefile(errors="replace").readline().rstrip()
        except OSError:
            return ""

ports = json.load(sys.stdin)
with ThreadPoolExecutor(len(ports)) as clients:
    print(json.dumps(dict(zip(ports, clients.map(greeting, ports)))))
"""


def entry(port: int, arguments: str) -> str:
    return f"{port} inet n - n - - smtpd {arguments}\n"


MASTER_CF = "".join(entry(port, text) for port, text in {**ARGUMENTS, **DEADLY}.items())


@pytest.fixture(
    scope="module",
    params=[pytest.param(suite, marks=pytest.mark.machine, id=n) for n, suite in SUITES.items()],
)
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    with ExitStack() as life:
        yield machine_or_skip(life, request.param, log_to_file=True)


@pytest.fixture(scope="module")
def greetings(machine: Machine) -> Mapping[int, str]:
    """What a client of each port reads first; nothing where the daemon died."""
    stock = machine.read("/etc/postfix/master.cf")
    machine.write("/etc/postfix/master.cf", stock + MASTER_CF.encode())
    machine.run(["postfix", "start"])
    ports = json.dumps([*ARGUMENTS, *DEADLY])
    answer = machine.run(["python3", "-c", GREETINGS], input=ports).stdout
    return {int(port): line for port, line in json.loads(answer).items()}


@pytest.mark.parametrize("port", ARGUMENTS)
def test_smtpd_reads_the_options_that_we_read(greetings: Mapping[int, str], port: int) -> None:
    document = MasterCf.parse(MASTER_CF.encode())
    service = document.find(Endpoint("", port))
    assert service is not None
    banner = (service.option("smtpd_banner") or "").replace("${none?{a}:{b}}", "b")

    assert greetings[port] == f"220 {banner.replace('${none?{a}:{b c}}', 'b c')}"


@pytest.mark.parametrize("port", DEADLY)
def test_smtpd_dies_of_what_we_report(
    machine: Machine, greetings: Mapping[int, str], port: int
) -> None:
    problems = MasterCf.parse(entry(port, DEADLY[port]).encode()).problems()

    assert greetings[port] == ""
    assert problems
    assert problems[0].message in machine.mail_log()


def test_an_entry_without_problems_keeps_its_smtpd_alive(greetings: Mapping[int, str]) -> None:
    problems = MasterCf.parse(MASTER_CF.encode()).problems()

    alive = [port for port, line in greetings.items() if line]
    assert alive == list(ARGUMENTS)
    assert len([p for p in problems if p.severity is Severity.FATAL]) == len(DEADLY)

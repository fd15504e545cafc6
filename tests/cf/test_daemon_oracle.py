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
from tests.machines.machine import Machine
from tests.machines.policy import booted
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
        yield booted(Machine(request.param, log_to_file=True), life)


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


def test_no_smtpd_dies_without_a_problem(greetings: Mapping[int, str]) -> None:
    for port, arguments in {**ARGUMENTS, **DEADLY}.items():
        problems = MasterCf.parse(entry(port, arguments).encode()).problems()
        assert any(p.severity is Severity.FATAL for p in problems) == (greetings[port] == "")


REFUSED_BY_THE_MASTER = {
    "a private inet service": b"smtp inet - - y - - smtpd\n",
    "no number for wakeup": b"\n#\nsmtp inet n - y -? - smtpd\n",
    "a brace that is not closed": b"smtp inet n - y - - smtpd {a b\n",
    "text behind a brace": b"smtp inet n - y - - smtpd {a b}c\n",
    "no port": b"127.0.0.1: inet n - y - - smtpd\n",
    "a bracket that is not closed": b"[::1 inet n - y - - smtpd\n",
    "no command": b"smtp inet n - y - - -\n",
}


@pytest.fixture(scope="module")
def quiet_machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine whose master is not running. On later suites, what it says then is lost."""
    with ExitStack() as life:
        yield booted(Machine(SUITES["bullseye"], log_to_file=True), life)


@pytest.mark.machine
@pytest.mark.parametrize(
    "content", REFUSED_BY_THE_MASTER.values(), ids=REFUSED_BY_THE_MASTER.keys()
)
def test_the_master_refuses_what_we_report_in_the_same_words(
    quiet_machine: Machine, content: bytes
) -> None:
    log = log_of_start(quiet_machine, content)

    [problem, *_] = MasterCf.parse(content).problems()
    assert problem.severity is Severity.FATAL
    assert f"fatal: /etc/postfix/master.cf: line {problem.line}: {problem.message}" in log


@pytest.mark.machine
def test_the_master_warns_of_duplicates_in_the_same_words(quiet_machine: Machine) -> None:
    content = (
        b"smtp inet n - n - - smtpd\n25 inet n - n - - smtpd\n"
        b"[::1]:2525 inet n - n - - smtpd\n[0::1]:2525 inet n - n - - smtpd\n"
        b"x unix - n n - - smtp\nx unix y n n - - smtp\nx unix n n n - - smtp\n"
    )

    log = log_of_start(quiet_machine, content)

    quiet_machine.run(["postfix", "stop"])
    warnings = [line.split("warning: ")[1] for line in log.split("\n") if "duplicate" in line]
    assert [problem.message for problem in MasterCf.parse(content).problems()] == warnings
    assert len(warnings) == 3


def log_of_start(machine: Machine, master_cf: bytes) -> str:
    """What a start of Postfix logs. The log needs its daemon, so that one is always there."""
    postlogd = b"postlog unix-dgram n - n - 1 postlogd\n"
    machine.write("/etc/postfix/master.cf", master_cf + postlogd)
    machine.run(["sh", "-c", ": >/var/log/mail.log"])
    machine.run(["postfix", "start"], check=False)
    return machine.mail_log()

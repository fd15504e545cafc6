"""A Postfix that limits how often a client comes, this host too: what its probes cannot find out
is told, and takes no change back; what they find wrong does."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.sasl import courier
from tests.real.sasl.login_server import ADDRESS, ANSWERS_FILE, PASSWORD_FILE, LoginServer

pytestmark = pytest.mark.machine

WRONG_PASSWORD_FILE = "/root/wrong"

CONNECTIONS, LOGINS = "smtpd_client_connection_rate_limit", "smtpd_client_auth_rate_limit"
LIMITS = (CONNECTIONS, LOGINS)

IN_CLEAR = "smtpd_tls_auth_only = no"
WITHOUT_LOGINS = "smtpd_sasl_auth_enable = no"
"""Set by somebody, and changed back by the answers."""


@dataclass(frozen=True)
class Change:
    """What became of it, and the outcomes of its live proof by verdict."""

    status: int
    found: list[dict[str, str]]

    def of(self, verdict: str) -> list[dict[str, str]]:
        return [each for each in self.found if each["verdict"] == verdict]


@dataclass(frozen=True)
class Limited:
    """A server with logins where no client is exempt from limits."""

    machine: Machine

    def limit(self, name: str, number: int) -> None:
        """With counts that begin anew, and a setting that the answers change back."""
        others = [f"{each}=0" for each in LIMITS if each != name]
        self.machine.run(["postconf", "-e", f"{name}={number}", *others, IN_CLEAR])
        self.machine.postfix.stop()
        self.machine.postfix.start()

    def change(self, password_file: str = PASSWORD_FILE) -> Change:
        login = ("--user", ADDRESS, "--password-file", password_file)
        given = ("--answers", ANSWERS_FILE, "--rehearse", "never", "--json", *login)
        done = self.machine.pfwizard(*given)
        document: dict[str, Any] = json.loads(done.stdout)
        return Change(done.returncode, document["verification"])

    @property
    def is_changed(self) -> bool:
        return IN_CLEAR not in self.machine.read("/etc/postfix/main.cf").decode()


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def server(request: pytest.FixtureRequest) -> Iterator[Limited]:
    with ExitStack() as machines:
        machine = policy.booted(Machine(SUITES[request.param]), machines)
        machine.run(["postconf", "-e", "smtpd_client_event_limit_exceptions="])
        machine.start_postfix()
        LoginServer.asking(machine, courier.authdaemond(machine))
        machine.write(WRONG_PASSWORD_FILE, "wrong\n", 0o600)
        assert machine.pfwizard("--answers", ANSWERS_FILE).returncode == 0
        yield Limited(machine)


@pytest.mark.parametrize(("name", "number"), [(CONNECTIONS, 3), (LOGINS, 1)])
def test_a_change_stays_and_what_the_limit_hides_is_undecided_with_its_name(
    server: Limited, name: str, number: int
) -> None:
    server.limit(name, number)

    change = server.change()

    assert (change.status, server.is_changed) == (0, True)
    assert change.of("fail") == []
    undecided = [each for each in change.of("skipped") if "Error: too m" in each["detail"]]
    assert {each["target"].rpartition(":")[2].split()[0] for each in undecided} == {
        "25",
        "465",
        "587",
    }
    assert all(each["detail"].startswith("it could not be found out: ") for each in undecided)
    assert all(name in each["remedy"] for each in undecided)


def test_a_wrong_password_takes_the_change_back_though_only_one_is_tried(server: Limited) -> None:
    """No logins are offered before, in which it could be wrong, too."""
    server.machine.run(["postconf", "-e", WITHOUT_LOGINS])
    server.limit(LOGINS, 1)

    change = server.change(WRONG_PASSWORD_FILE)

    assert (change.status, server.is_changed) == (4, False)
    failed = [each for each in change.of("fail") if each["probe"] == "login"]
    assert failed
    assert all("535" in each["detail"] for each in failed)


def test_status_does_not_know_what_a_port_shows_that_lets_nobody_in_for_now(
    server: Limited,
) -> None:
    """Where TLS begins at once, the certificate comes before the reply of the limit."""
    server.limit(CONNECTIONS, 1)
    server.machine.pfwizard("status")

    done = server.machine.pfwizard("status", "--json")

    document = json.loads(done.stdout)
    shown = [each for each in document["certificates"] if each["role"] == "served"]
    assert done.returncode == 3
    assert {each["port"]: each["judgements"] for each in shown} == {
        25: ["limited"],
        587: ["limited"],
        465: ["ok"],
    }
    told = [each for each in document["findings"] if each["id"] == "limited"]
    assert len(told) == 2
    assert all("it greets with 421" in each["message"] for each in told)
    assert all(CONNECTIONS in each["remedy"] for each in told)

"""The only port for logins lets in nobody without a certificate of his own."""

import json

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import courier
from tests.real.sasl.login_server import ADDRESS, ANSWERS, ANSWERS_FILE, PASSWORD, PASSWORD_FILE

pytestmark = pytest.mark.machine

REQUIRING = (
    ANSWERS.replace("submission = true", 'smtps_client_certificates = "require"')
    .replace('scope = "everywhere"', 'scope = "submission"')
    .replace("[tls]", '[tls]\nca_file = "/etc/ssl/ca.crt"')
)

LOGIN = ("--user", ADDRESS, "--password-file", PASSWORD_FILE)

CLIENT = "anna@kernel-panic.it"
PAIR = f"/etc/ssl/private/clients/{CLIENT}/{CLIENT}"
OURS = ("--client-certificate", f"{PAIR}.crt", "--client-key", f"{PAIR}.key")


@pytest.fixture
def machine(open_machine: OpenMachine) -> Machine:
    """One where the change is live that was asked for together with a login."""
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.start_postfix()
    machine.write(ANSWERS_FILE, REQUIRING + courier.authdaemond(machine).answers, 0o600)
    machine.write(PASSWORD_FILE, f"{PASSWORD}\n", 0o600)
    done = machine.pfwizard("--answers", ANSWERS_FILE, *LOGIN)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "No login is proven: at " in done.stderr
    return machine


def verification(machine: Machine, *more: str) -> tuple[int, dict[str, str]]:
    """The exit status, and the verdict of each probe of port 465 on 127.0.0.1."""
    done = machine.pfwizard("verify", "--json", *LOGIN, *more)
    verdicts = {
        f"{each['probe']} {each['target']}".replace(" 127.0.0.1:465", ""): each["verdict"]
        for each in json.loads(done.stdout)["verification"]
    }
    return done.returncode, verdicts


def test_a_login_without_a_certificate_is_skipped_and_no_failure(machine: Machine) -> None:
    status, verdicts = verification(machine)

    assert (status, verdicts["login"]) == (0, "skipped")
    assert "fail" not in verdicts.values()


def test_with_a_certificate_the_login_is_made(machine: Machine) -> None:
    assert machine.pfwizard("client", "add", CLIENT).returncode == 0

    status, verdicts = verification(machine, *OURS)

    passed = {each for each, verdict in verdicts.items() if verdict == "pass"}
    assert status == 0, verdicts
    assert {"auth", "login PLAIN", "login-refused PLAIN", "login LOGIN"} <= passed


def test_a_wrong_password_does_not_log_in_with_a_certificate_either(machine: Machine) -> None:
    assert machine.pfwizard("client", "add", CLIENT).returncode == 0
    machine.write(PASSWORD_FILE, "wrong\n", 0o600)

    status, verdicts = verification(machine, *OURS)

    assert (status, verdicts["login PLAIN"]) == (2, "fail")

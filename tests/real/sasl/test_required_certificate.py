"""The only port for logins lets in nobody without a certificate of his own."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.sasl import courier
from tests.real.sasl.login_server import ADDRESS, ANSWERS, ANSWERS_FILE, PASSWORD, PASSWORD_FILE

pytestmark = pytest.mark.machine

REQUIRING = (
    ANSWERS.replace("submission = true", 'smtps_client_certificates = "require"')
    .replace('scope = "everywhere"', 'scope = "submission"')
    .replace("[tls]", '[tls]\nca_file = "/etc/ssl/ca.crt"')
)

LOGIN = ("--user", ADDRESS, "--password-file", PASSWORD_FILE)

WRONG_PASSWORD_FILE = "/root/wrong"
WRONG_LOGIN = ("--user", ADDRESS, "--password-file", WRONG_PASSWORD_FILE)

CLIENT = "anna@kernel-panic.it"
PAIR = f"/etc/ssl/private/clients/{CLIENT}/{CLIENT}"
OURS = ("--client-certificate", f"{PAIR}.crt", "--client-key", f"{PAIR}.key")

OTHERS = ("--client-certificate", "/root/other.pem")
OF_ANOTHER_CA = """\
openssl req -x509 -newkey rsa:2048 -nodes -keyout /root/other.key -out /root/other.crt -days 3 \
    -subj /CN=other
cat /root/other.crt /root/other.key >/root/other.pem
"""

IN_CLEAR = "smtpd_tls_auth_only = no"
"""Set by somebody, and changed back by the answers."""


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One where the change is live that was asked for together with a login, and then a client was
    given a certificate."""
    with ExitStack() as machines:
        machine = policy.booted(Machine(SUITES["bookworm"]), machines)
        machine.start_postfix()
        machine.write(ANSWERS_FILE, REQUIRING + courier.authdaemond(machine).answers, 0o600)
        machine.write(PASSWORD_FILE, f"{PASSWORD}\n", 0o600)
        machine.write(WRONG_PASSWORD_FILE, "wrong\n", 0o600)
        done = machine.pfwizard("--answers", ANSWERS_FILE, *LOGIN)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        assert "No login is proven: at " in done.stderr
        assert "--client-certificate FILE shows one, with pfwizard --answers FILE" in done.stderr
        assert machine.pfwizard("client", "add", CLIENT).returncode == 0
        yield machine


def verification(machine: Machine, *more: str) -> tuple[int, dict[str, str]]:
    """The exit status, and the verdict of each probe of port 465 on 127.0.0.1."""
    done = machine.pfwizard("verify", "--json", "--port", "465", *more)
    verdicts = {
        f"{each['probe']} {each['target']}".replace(" 127.0.0.1:465", ""): each["verdict"]
        for each in json.loads(done.stdout)["verification"]
    }
    return done.returncode, verdicts


def test_a_login_without_a_certificate_is_skipped_and_no_failure(machine: Machine) -> None:
    status, verdicts = verification(machine, *LOGIN)

    assert (status, verdicts["login"]) == (0, "skipped")
    assert "fail" not in verdicts.values()


def test_with_a_certificate_the_login_is_made(machine: Machine) -> None:
    status, verdicts = verification(machine, *LOGIN, *OURS)

    passed = {each for each, verdict in verdicts.items() if verdict == "pass"}
    assert status == 0, verdicts
    assert {"auth", "login PLAIN", "login-refused PLAIN", "login LOGIN"} <= passed


def test_a_wrong_password_does_not_log_in_with_a_certificate_either(machine: Machine) -> None:
    status, verdicts = verification(machine, *WRONG_LOGIN, *OURS)

    assert (status, verdicts["login PLAIN"]) == (2, "fail")


# --- a change -------------------------------------------------------------------------------------


def change(machine: Machine, *more: str) -> tuple[int, set[str]]:
    """The exit status, and the verdicts of the logins, rehearsed and with the change live."""
    machine.run(["postconf", "-e", IN_CLEAR])
    machine.postfix.reload()
    done = machine.pfwizard("--answers", ANSWERS_FILE, "--json", *more)
    return done.returncode, {
        f"{each['verdict']} {each['target']}"
        for each in json.loads(done.stdout)["verification"]
        if each["probe"] == "login"
    }


def test_a_change_shows_the_certificate_in_its_rehearsal_and_when_it_is_live(
    machine: Machine,
) -> None:
    status, logins = change(machine, *LOGIN, *OURS)

    places = ("rehearsal:465", "127.0.0.1:465", "[::1]:465")
    assert (status, logins) == (
        0,
        {f"pass {place} {mechanism}" for place in places for mechanism in ("LOGIN", "PLAIN")},
    )


def test_a_wrong_password_behind_the_certificate_ends_it_in_the_rehearsal(machine: Machine) -> None:
    status, logins = change(machine, *WRONG_LOGIN, *OURS)

    assert status == 1
    assert logins == {"fail rehearsal:465 LOGIN", "fail rehearsal:465 PLAIN"}
    assert IN_CLEAR in machine.read("/etc/postfix/main.cf").decode()


def test_a_certificate_of_another_ca_ends_the_change_in_the_rehearsal(machine: Machine) -> None:
    machine.run(["sh", "-ec", OF_ANOTHER_CA])

    assert change(machine, *LOGIN, *OTHERS) == (1, {"fail rehearsal:465"})
    assert IN_CLEAR in machine.read("/etc/postfix/main.cf").decode()

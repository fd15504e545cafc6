"""A login that failed before a change, too: it is told, and takes no change back."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.machines import policy
from tests.machines.machine import Completed, Machine
from tests.machines.suites import SUITES
from tests.real.sasl import courier
from tests.real.sasl.login_server import (
    ADDRESS,
    ANSWERS_FILE,
    PASSWORD,
    PASSWORD_FILE,
    LoginServer,
)

pytestmark = pytest.mark.machine

LOGIN = ("--user", ADDRESS, "--password-file", PASSWORD_FILE)

MORE_THAN_ALL = 80
"""Questions of the dialogue."""

IN_CLEAR = "smtpd_tls_auth_only = no"
"""Set by somebody, and changed back by the answers."""


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One where everything was set up for logins, and authdaemond has died since."""
    with ExitStack() as machines:
        machine = policy.booted(Machine(SUITES["bookworm"]), machines)
        machine.start_postfix()
        LoginServer.asking(machine, courier.authdaemond(machine))
        assert machine.pfwizard("--answers", ANSWERS_FILE, *LOGIN).returncode == 0
        machine.authdaemond.stop()
        yield machine


def change(machine: Machine, *more: str) -> Completed:
    machine.run(["postconf", "-e", IN_CLEAR])
    machine.postfix.reload()
    return machine.pfwizard("--answers", ANSWERS_FILE, *LOGIN, *more)


def test_a_password_checker_that_was_dead_before_takes_no_change_back(machine: Machine) -> None:
    done = change(machine, "--rehearse", "never")

    assert done.returncode == 0
    assert IN_CLEAR not in machine.read("/etc/postfix/main.cf").decode()
    told = "Not taken back for 127.0.0.1:465 PLAIN: that was so before the change, too: "
    assert told in done.stderr
    assert "authdaemond does not run" in done.stderr
    assert "Start authdaemond." in done.stderr
    assert "No login is proven: at " in done.stderr

    (entry,) = json.loads(machine.pfwizard("show", "2", "--json").stdout)["history"]
    (trial,) = entry["trials"]
    told_later = [each for each in trial["verification"] if each["probe"] == "password-checker"]
    assert told_later
    assert all(each["verdict"] == "skipped" for each in told_later)


def test_it_takes_none_back_in_the_dialogue_either(machine: Machine) -> None:
    machine.run(["postconf", "-e", IN_CLEAR])
    machine.postfix.reload()
    typed = ["begin", *[""] * MORE_THAN_ALL, "apply", ADDRESS, PASSWORD, "keep", ""]

    done = machine.pfwizard(
        *("--plain", "--load", ANSWERS_FILE, "--rehearse", "never"), input="\n".join(typed)
    )

    assert done.returncode == 0, done.stderr
    assert "that was so before the change, too" in done.stderr
    assert IN_CLEAR not in machine.read("/etc/postfix/main.cf").decode()


def test_the_rehearsal_stops_before_anything_is_changed(machine: Machine) -> None:
    done = change(machine)

    assert done.returncode == 1
    assert IN_CLEAR in machine.read("/etc/postfix/main.cf").decode()
    assert "authdaemond does not run" in done.stderr


def test_logins_that_do_not_work_with_what_is_new_take_it_back(machine: Machine) -> None:
    """Before, they are not offered at all."""
    machine.run(["postconf", "-e", "smtpd_sasl_auth_enable = no"])

    done = change(machine, "--rehearse", "never")

    assert done.returncode == 4
    assert "authdaemond does not run" in done.stderr

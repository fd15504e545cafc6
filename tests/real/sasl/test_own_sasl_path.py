"""A service whose passwords are checked as another file of Cyrus SASL says (smtpd_sasl_path)."""

import json

import pytest

from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import PASSWORD, USER, GuideMachine

pytestmark = pytest.mark.machine

SUBMISSION = """\
submission inet n - n - - smtpd
  -o smtpd_tls_auth_only=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sasl_path=other
  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject
"""

OTHER = f"pwcheck_method: authdaemond\nauthdaemond_path: {SOCKET}\nmech_list: PLAIN\n"


LOGIN = ("--user", USER, "--password-file", "/root/password")


@pytest.fixture
def guide(open_machine: OpenMachine) -> GuideMachine:
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.write("/etc/postfix/sasl/other.conf", OTHER)
    master_cf = machine.read("/etc/postfix/master.cf")
    machine.write("/etc/postfix/master.cf", master_cf + SUBMISSION.encode())
    machine.run(["gpasswd", "-a", "postfix", "courier"])
    machine.write("/root/password", f"{PASSWORD}\n", 0o600)
    return GuideMachine.prepare(machine)


def test_what_works_is_no_error_of_check(guide: GuideMachine) -> None:
    found = json.loads(guide.machine.pfwizard("check", "--json").stdout)["findings"]

    assert [each["id"] for each in found if each["severity"] not in ("note", "warning")] == []


def test_what_works_passes_the_verification(guide: GuideMachine) -> None:
    done = guide.machine.pfwizard("verify", "--json", *LOGIN)

    found = json.loads(done.stdout)["verification"]
    assert [each for each in found if each["verdict"] == "fail"] == []


def test_what_works_goes_on_with_another_checker_for_the_other_services(
    guide: GuideMachine,
) -> None:
    machine = guide.machine

    done = guide.pfwizard("--rehearse", "always", *LOGIN)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert machine.read("/etc/postfix/sasl/other.conf") == OTHER.encode()
    assert b"-o smtpd_sasl_path=other" in machine.read("/etc/postfix/master.cf")
    verified = machine.pfwizard("verify", "--json", "--port", "587", *LOGIN)
    found = json.loads(verified.stdout)["verification"]
    passed = {each["probe"] for each in found if each["verdict"] == "pass"}
    assert (verified.returncode, {"login", "password-checker"} <= passed) == (0, True)

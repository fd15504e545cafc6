"""``pfwizard check`` on real machines: what the packages install, and what the guide leaves."""

import json
from typing import Any

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

PITFALLS_OF_MAIN = """
smtpd_tls_security_level = may
smtpd_tls_protocols = >= TLSv1.2
smtpd_tls_cert_file = /etc/postfix/nowhere.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
virtual_alias_maps = nosuchtype:/etc/postfix/virtual
"""
PITFALLS_OF_MASTER = """
#submission inet n - y - - smtpd
  -o smtpd_tls_security_level=encrypt
smtps inet n - n - - smtpd
  -o smtpd_relay_restrictions=permit
"""

# Postfix's programs wait for files that have just been changed.
DATE_BACK = ["touch", "-d", "1 minute ago", "/etc/postfix/main.cf", "/etc/postfix/master.cf"]


def findings(machine: Machine) -> dict[str, list[dict[str, Any]]]:
    """By identifier."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in json.loads(machine.pfwizard("check", "--json").stdout)["findings"]:
        found.setdefault(each["id"], []).append(each)
    return found


@pytest.mark.parametrize("name", SUITES)
def test_what_the_package_installs_is_right_until_the_pitfalls_are_put_in(
    name: str, open_machine: OpenMachine
) -> None:
    machine = open_machine(Machine(SUITES[name]))
    machine.start_postfix()
    before = machine.run(["sh", "-c", "cd /etc/postfix && sha256sum main.cf master.cf"]).stdout

    stock = findings(machine)

    severe = [each for group in stock.values() for each in group if each["severity"] != "note"]
    assert [each["id"] for each in severe if each["id"] != "client-tls-file-missing"] == []
    assert machine.run(["sh", "-c", "cd /etc/postfix && sha256sum main.cf master.cf"]).stdout == (
        before
    )

    for path, text in (("main.cf", PITFALLS_OF_MAIN), ("master.cf", PITFALLS_OF_MASTER)):
        whole = f"/etc/postfix/{path}"
        machine.write(whole, machine.read(whole).rstrip(b"\n") + text.encode())
    machine.run(DATE_BACK)

    found = findings(machine)

    is_looked_at_inside = SUITES[name].runs_pfwizard_inside
    assert found.keys() >= {
        "auth-in-clear",
        "half-uncommented-service",
        "open-relay",
        "tls-file-missing",
        "tls-protocols-blank" if name != "bullseye" else "tls-protocols-invalid",
        *(["table-type-unavailable", "port-not-open"] if is_looked_at_inside else ()),
    }
    assert [each["service"] for each in found["open-relay"]] == ["smtps/inet"]
    assert machine.pfwizard("check").returncode == 2


def test_whoever_is_not_root_is_told_what_could_not_be_seen_and_the_rest_is_checked(
    open_machine: OpenMachine,
) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.write("/etc/postfix/sasl/smtpd.conf", b"sql_passwd: secret\n", 0o640)
    machine.start_postfix()
    main_cf = machine.read("/etc/postfix/main.cf")
    machine.write("/etc/postfix/main.cf", main_cf + b"smtpd_use_tls = yes\n")
    machine.run(DATE_BACK)
    command = ["python3", "-m", "pfwizard", "check"]
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    python = machine.python_paths()

    done = machine.run(as_nobody, check=False, env=python)
    document = json.loads(machine.run([*as_nobody, "--json"], check=False, env=python).stdout)

    (hidden,) = (each for each in document["findings"] if each["id"] == "not-root")
    assert "/etc/postfix/sasl/smtpd.conf" in hidden["message"]
    assert "/etc/sasldb2" in hidden["message"]
    assert hidden["message"] in done.stdout
    assert "obsolete-parameter" in {each["id"] for each in document["findings"]}
    assert done.returncode == 1

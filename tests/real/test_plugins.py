"""A machine without SASL plug-ins: what it really does, and that pfwizard stops before that."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import GuideMachine

pytestmark = pytest.mark.machine

REMOVE_PLUGINS = "rm /usr/lib/*/sasl2/libplain.so* /usr/lib/*/sasl2/liblogin.so*"


@pytest.fixture
def server(open_machine: OpenMachine) -> GuideMachine:
    server = GuideMachine.prepare(open_machine(Machine(SUITES["bookworm"])))
    server.machine.run(["sh", "-c", REMOVE_PLUGINS])
    return server


def test_without_any_plugin_it_refuses_and_mail_goes_on_coming_in(server: GuideMachine) -> None:
    before = server.machine.snapshot(["/etc"])

    done = server.pfwizard()

    assert done.returncode == 1
    assert "refusal: no SASL plug-in for PLAIN and LOGIN is installed" in done.stderr
    assert "apt-get install libsasl2-modules." in done.stderr
    assert server.machine.snapshot(["/etc"]) == before
    assert server.machine.postfix.greeting().startswith("220 ")


def test_smtpd_with_auth_and_without_any_mechanism_turns_everybody_away(
    server: GuideMachine,
) -> None:
    """The reason for the refusal, shown by hand."""
    server.machine.write("/etc/postfix/sasl/smtpd.conf", "mech_list: PLAIN LOGIN\n")
    server.machine.run(["postconf", "-e", "smtpd_sasl_auth_enable=yes"])
    server.machine.postfix.reload()

    with pytest.raises(AssertionError, match="no SASL authentication mechanisms"):
        server.machine.postfix.greeting()

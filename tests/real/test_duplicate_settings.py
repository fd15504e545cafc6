"""What main.cf says twice keeps no change back, on a Postfix that warns of it."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.guide_machine import GuideMachine

pytestmark = pytest.mark.machine

INSIDE = [
    pytest.param(suite, id=name) for name, suite in SUITES.items() if suite.runs_pfwizard_inside
]

DIFFERENT = ("mynetworks_style = subnet", "mynetworks_style = host")

THE_SAME = ("smtpd_sasl_auth_enable = no", "smtpd_sasl_auth_enable = no")
"""Which the guide's answers change."""


def appended(machine: Machine, lines: tuple[str, str]) -> None:
    """Postfix's programs wait for files that have just been changed: these look older."""
    script = (
        "printf '%s\\n' \"$@\" >>/etc/postfix/main.cf; touch -d '1 minute ago' /etc/postfix/main.cf"
    )
    machine.run(["sh", "-ec", script, "sh", *lines])


@pytest.mark.parametrize("suite", INSIDE, indirect=True)
@pytest.mark.parametrize("lines", [DIFFERENT, THE_SAME], ids=["different", "the same"])
def test_a_setting_that_stands_there_twice_keeps_no_change_back(
    machine: Machine, lines: tuple[str, str]
) -> None:
    appended(machine, lines)
    guide = GuideMachine.prepare(machine)

    assert guide.report()["result"] == "applied"

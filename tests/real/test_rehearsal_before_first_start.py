"""A Postfix that was never started can be rehearsed, and its queue stays as the package made it."""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.guide_machine import GuideMachine

pytestmark = pytest.mark.machine

# Up to bookworm the package makes it itself, so that nothing is missing there.
QUEUE_IS_MADE_BY_THE_FIRST_START = ("trixie", "sid")

REMOVE_WHAT_A_START_HAS_MADE = "cd /var/spool/postfix && rm -rf private public maildrop pid active"
TREE = "find /var/spool/postfix /var/lib/postfix -printf '%p %y %m %u:%g\\n' | sort"


@pytest.mark.parametrize("suite", QUEUE_IS_MADE_BY_THE_FIRST_START)
def test_a_postfix_that_was_never_started_is_rehearsed_and_nothing_of_it_is_made(
    suite: str, open_machine: OpenMachine
) -> None:
    guide = GuideMachine.install(open_machine(Machine(SUITES[suite])))
    guide.machine.run(["sh", "-ec", REMOVE_WHAT_A_START_HAS_MADE])
    before = guide.machine.run(["sh", "-c", TREE]).stdout

    document = guide.report("--dry-run", "--rehearse", "always")

    verdicts = {
        f"{each['probe']} {each['target']}": each["verdict"] for each in document["verification"]
    }
    assert "fail" not in verdicts.values()
    assert verdicts["answers rehearsal:25"] == "pass"
    assert guide.machine.run(["sh", "-c", TREE]).stdout == before

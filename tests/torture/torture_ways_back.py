"""The ways back over SSH, after a restart and from broken plans: at more points, and elsewhere.

The tests that are imported here run on another Postfix and another Python than in tests/real.
"""

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine, open_machine  # noqa: F401
from tests.real.guide_machine import GuideMachine
from tests.real.mail_server import MailServer, history
from tests.real.test_broken_plans import Server as Broken
from tests.real.test_broken_plans import (  # noqa: F401 - they are collected from here
    server_with_syslog,
    test_a_key_that_does_not_belong_to_the_certificate,
    test_a_main_cf_that_smtpd_dies_of,
    test_a_master_cf_that_the_master_ends_of,
    test_a_port_that_somebody_else_has_taken,
    test_a_service_that_takes_the_port_of_another,
)
from tests.real.test_postconf_beside import (  # noqa: F401
    guide,
    test_a_hundred_edits_beside_runs_of_every_kind,
    test_edits_of_every_kind_wait_and_are_not_lost,
)
from tests.real.test_restarts import Server as Restarted
from tests.real.test_restarts import (  # noqa: F401
    test_a_change_on_probation_is_taken_back,
    test_a_change_that_was_not_complete_is_taken_back,
    test_a_complete_change_stays_and_is_tidied_up,
    test_a_confirmed_change_stays,
    test_taking_back_goes_on_where_it_stood,
)
from tests.real.test_ssh import Remote, wait_for_words

pytestmark = pytest.mark.machine

STEPS = (
    "Asking Postfix to read the new files",
    "Keeping what is there now",
    "Writing the new files beside the old ones",
    "Making postfix a member of the group courier",
    "Putting the new files in place",
    "Letting Postfix check its configuration",
    "Reloading Postfix",
)
"""What a run says as it begins them."""


@pytest.fixture
def suite_name() -> str:
    """Of the imported tests."""
    return "trixie"


@pytest.fixture
def server(
    request: pytest.FixtureRequest,
    suite_name: str,
    open_machine: OpenMachine,  # noqa: F811
) -> Broken | Restarted:
    """Of the kind that the imported test was written for."""
    is_restarted = request.function.__module__.endswith("test_restarts")
    machine = open_machine(Machine(SUITES[suite_name], survives_reboot=is_restarted))
    mail_server = GuideMachine.prepare(machine)
    before = MailServer.of(machine)
    return Restarted(mail_server, before) if is_restarted else Broken(mail_server, before)


@pytest.mark.parametrize("tty", [True, False], ids=["terminal", "pipes"])
@pytest.mark.parametrize("suite_name", ["bookworm", "trixie"])
@pytest.mark.parametrize("step", STEPS)
def test_a_line_that_is_cut_when_a_step_begins(
    step: str,
    suite_name: str,
    tty: bool,
    open_machine: OpenMachine,  # noqa: F811
) -> None:
    mail_server = GuideMachine.prepare(open_machine(Machine(SUITES[suite_name])))
    mail_server.machine.start_sshd()
    remote = Remote(mail_server, MailServer.of(mail_server.machine))
    session = remote.applying("--confirm", "1", tty=tty)
    wait_for_words(session, step)

    session.cut()

    assert remote.when_all_is_over() == remote.before
    assert history(remote.machine).endswith("rolled back: it was not confirmed in time")

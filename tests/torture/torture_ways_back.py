"""The ways back over SSH, after a restart and from broken plans: at more points, and elsewhere.

The tests that are imported run here on another Postfix and another Python than in tests/real.
"""

from collections.abc import Callable, Mapping

import pytest

from tests.machines.machine import Machine
from tests.machines.suites import SUITES, Suite
from tests.real import test_broken_plans, test_restarts, test_systemd
from tests.real.conftest import OpenMachine, open_machine
from tests.real.guide_machine import GuideMachine
from tests.real.held_run import JOINED, STAGED, SWAPPED, Point
from tests.real.mail_server import MailServer, history
from tests.real.test_broken_plans import (
    test_a_key_that_does_not_belong_to_the_certificate,
    test_a_main_cf_that_smtpd_dies_of,
    test_a_master_cf_that_the_master_ends_of,
    test_a_port_that_somebody_else_has_taken,
    test_a_service_that_takes_the_port_of_another,
)
from tests.real.test_postconf_beside import (
    test_a_hundred_edits_beside_runs_of_every_kind,
    test_edits_of_every_kind_wait_and_are_not_lost,
)
from tests.real.test_restarts import (
    at_points,
    test_a_change_on_probation_is_taken_back,
    test_a_change_that_was_not_complete_is_taken_back,
    test_a_complete_change_stays_and_is_tidied_up,
    test_a_confirmed_change_stays,
    test_taking_back_goes_on_where_it_stood,
)
from tests.real.test_ssh import Remote, wait_for_words
from tests.real.test_systemd import (
    test_in_a_container_the_unit_is_passed_over,
    test_the_timer_leaves_a_confirmed_change_alone,
    test_when_the_whole_session_is_killed_the_timer_takes_the_change_back,
    test_with_nothing_left_to_do_the_unit_is_passed_over,
)

__all__ = [
    "open_machine",
    "test_a_change_on_probation_is_taken_back",
    "test_a_change_that_was_not_complete_is_taken_back",
    "test_a_complete_change_stays_and_is_tidied_up",
    "test_a_confirmed_change_stays",
    "test_a_hundred_edits_beside_runs_of_every_kind",
    "test_a_key_that_does_not_belong_to_the_certificate",
    "test_a_main_cf_that_smtpd_dies_of",
    "test_a_master_cf_that_the_master_ends_of",
    "test_a_port_that_somebody_else_has_taken",
    "test_a_service_that_takes_the_port_of_another",
    "test_edits_of_every_kind_wait_and_are_not_lost",
    "test_in_a_container_the_unit_is_passed_over",
    "test_taking_back_goes_on_where_it_stood",
    "test_the_timer_leaves_a_confirmed_change_alone",
    "test_when_the_whole_session_is_killed_the_timer_takes_the_change_back",
    "test_with_nothing_left_to_do_the_unit_is_passed_over",
]

pytestmark = pytest.mark.machine

TRIXIE = SUITES["trixie"]

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

Server = test_broken_plans.Server | test_restarts.Server | test_systemd.Server

PREPARED: Mapping[str, Callable[[Suite, OpenMachine], Server]] = {
    test_broken_plans.__name__: test_broken_plans.prepared,
    test_restarts.__name__: test_restarts.prepared,
    test_systemd.__name__: test_systemd.prepared,
}


@pytest.fixture
def server(
    request: pytest.FixtureRequest,
    open_machine: OpenMachine,
) -> Server:
    """Of the kind that the imported test was written for."""
    prepare = PREPARED.get(request.function.__module__, test_restarts.prepared)
    return prepare(TRIXIE, open_machine)


@pytest.fixture
def server_with_syslog(open_machine: OpenMachine) -> Server:
    return test_broken_plans.prepared(TRIXIE, open_machine, with_systemd=True)


@pytest.fixture
def guide(open_machine: OpenMachine) -> GuideMachine:
    return GuideMachine.prepare(open_machine(Machine(TRIXIE)))


@at_points(STAGED, JOINED, SWAPPED)
def test_a_change_is_taken_back_from_more_points(
    point: Point, server: test_restarts.Server
) -> None:
    test_a_change_that_was_not_complete_is_taken_back(server, point)


@pytest.mark.parametrize("tty", [True, False], ids=["terminal", "pipes"])
@pytest.mark.parametrize("suite_name", ["bookworm", "trixie"])
@pytest.mark.parametrize("step", STEPS)
def test_a_line_that_is_cut_when_a_step_begins(
    step: str,
    suite_name: str,
    tty: bool,
    open_machine: OpenMachine,
) -> None:
    mail_server = GuideMachine.prepare(open_machine(Machine(SUITES[suite_name])))
    mail_server.machine.start_sshd()
    remote = Remote(mail_server, MailServer.of(mail_server.machine))
    session = remote.applying("--confirm", "1", tty=tty)
    wait_for_words(session, step)

    session.cut()

    assert remote.when_all_is_over() == remote.before
    assert history(remote.machine).endswith("rolled back: it was not confirmed in time")

"""Programs that pfwizard runs are out of reach of the terminal's keys."""

import os
import signal
import sys

import pytest

from pfwizard.machine import programs


@pytest.mark.parametrize(
    "postconf",
    ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/pkg/sbin"],
)
def test_programs_are_found_where_each_platform_has_postconf(postconf: str) -> None:
    assert postconf in programs.ENVIRONMENT["PATH"].split(":")


def test_what_was_installed_from_ports_comes_before_what_the_system_has() -> None:
    path = programs.ENVIRONMENT["PATH"].split(":")

    assert max(map(path.index, ("/usr/local/sbin", "/usr/pkg/sbin"))) < path.index("/usr/sbin")


def test_a_program_is_not_in_the_process_group_that_ctrl_c_is_sent_to() -> None:
    asked = programs.run([sys.executable, "-c", "import os; print(os.getpgrp())"])

    assert int(asked.stdout) != os.getpgrp()


def test_a_daemon_that_keeps_its_output_open_is_not_waited_for() -> None:
    leaves_a_daemon = "echo started; sleep 60 & echo $! >&2"

    done = programs.run(["sh", "-c", leaves_a_daemon], time_limit=20)

    os.kill(int(done.stderr), signal.SIGKILL)
    assert (done.status, done.stdout) == (0, "started\n")

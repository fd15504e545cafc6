"""Machines in which systemd is the first process: units, timers and the journal are real."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines.boot import BOOT_ID
from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

# Two generations: an instance of a template owns Postfix's master, or the unit itself does.
UNIT_OF_THE_MASTER = {"bookworm": "postfix@-.service", "trixie": "postfix.service"}

BEFORE_POSTFIX = """\
[Unit]
Before=postfix.service postfix@-.service
[Service]
Type=oneshot
ExecStart=sh -c 'pgrep -x master >/root/found || echo none >/root/found'
[Install]
WantedBy=multi-user.target
"""

OWNER = """\
import sys
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
with Machine(SUITES["bookworm"], with_systemd=True) as machine:
    print(machine.namespaces.first_process, machine.namespaces.blueprint.cgroup, flush=True)
    sys.stdin.read()
"""


def with_systemd(suite: str) -> Machine:
    return Machine(SUITES[suite], with_systemd=True, survives_reboot=True)


@pytest.fixture(params=UNIT_OF_THE_MASTER)
def either(request: pytest.FixtureRequest, open_machine: OpenMachine) -> Machine:
    """A machine of each of the two generations in turn."""
    return open_machine(with_systemd(request.param))


@pytest.fixture
def machine(open_machine: OpenMachine) -> Machine:
    """A machine of one generation."""
    return open_machine(with_systemd("bookworm"))


def cgroup_of_the_master(machine: Machine) -> str:
    membership = machine.read(f"/proc/{machine.master_pid()}/cgroup").decode()
    return next(line for line in membership.splitlines() if line.startswith("0::"))


def test_systemd_has_started_everything(either: Machine) -> None:
    assert either.read("/proc/1/comm") == b"systemd\n"
    assert either.run(["systemctl", "is-system-running"]).stdout == "running\n"
    assert either.postfix.greeting().startswith("220 mail.kernel-panic.it ESMTP Postfix")


def test_a_unit_owns_postfix(either: Machine) -> None:
    unit = UNIT_OF_THE_MASTER[either.suite.name]

    assert cgroup_of_the_master(either).startswith("0::/system.slice/")
    assert cgroup_of_the_master(either).endswith(f"/{unit}")


def test_a_reload_by_its_unit_keeps_the_master(machine: Machine) -> None:
    master = machine.master_pid()
    machine.postfix.reload()

    assert machine.master_pid() == master
    assert machine.mail_log().count(" reload -- version") == 1


def test_a_stopped_postfix_is_started_by_its_unit(either: Machine) -> None:
    master = either.master_pid()
    either.postfix.stop()
    either.start_postfix()

    assert either.master_pid() != master
    assert cgroup_of_the_master(either).endswith(f"/{UNIT_OF_THE_MASTER[either.suite.name]}")


def test_authdaemond_is_restarted_with_its_users(machine: Machine) -> None:
    machine.start_authdaemond({"frank@kernel-panic.it": "correct horse battery"})

    answer = machine.authdaemond.ask("frank@kernel-panic.it", "correct horse battery")
    assert answer.endswith("\n.\n")


def test_a_timer_fires_when_its_time_has_come(machine: Machine) -> None:
    machine.run(["mkfifo", "/root/fired"])
    at_once = ["--on-active=10ms", "--timer-property=AccuracySec=1ms"]
    machine.run(["systemd-run", *at_once, "sh", "-c", "echo by a timer >/root/fired"])

    assert machine.run(["timeout", "90", "cat", "/root/fired"]).stdout == "by a timer\n"


def test_a_timer_does_not_survive_a_reboot(machine: Machine) -> None:
    machine.run(["systemd-run", "--unit=later", "--on-active=1h", "true"])
    assert "later.timer" in machine.run(["systemctl", "list-timers"]).stdout
    machine.reboot()

    assert "later.timer" not in machine.run(["systemctl", "list-timers"]).stdout


def test_a_unit_before_postfix_runs_first_at_boot(machine: Machine) -> None:
    machine.write("/etc/systemd/system/early.service", BEFORE_POSTFIX)
    machine.run(["systemctl", "enable", "early.service"])
    machine.reboot()

    assert machine.read("/root/found") == b"none\n"
    assert machine.postfix.greeting()


def test_the_journal_tells_the_boots_apart(machine: Machine) -> None:
    machine.run(["journalctl", "--sync"])
    machine.run(["journalctl", "--flush"])
    first = machine.read(f"/{BOOT_ID}").decode().strip().replace("-", "")
    machine.reboot()
    second = machine.read(f"/{BOOT_ID}").decode().strip().replace("-", "")
    listed = machine.run(["journalctl", "--list-boots"]).stdout

    assert listed.index(first) < listed.index(second)


def test_the_kernels_parameters_are_read_only(machine: Machine) -> None:
    options = machine.run(["findmnt", "-n", "-o", "OPTIONS", "/proc/sys"]).stdout

    assert options.startswith("ro,")


def test_a_cut_line_hangs_up_below_the_unit_of_sshd(machine: Machine) -> None:
    machine.start_sshd()
    session = machine.ssh(["sh", "-c", "cat /proc/self/cgroup; echo ready; cat"], tty=True)
    membership = list(iter(session.line, "ready"))
    session.cut()
    machine.run(["timeout", "90", "sh", "-c", "while pgrep -x cat; do :; done"])

    assert "0::/system.slice/ssh.service" in membership


def test_nothing_outlives_a_killed_owner(open_machine: OpenMachine) -> None:
    open_machine(Machine(SUITES["bookworm"], with_systemd=True))  # so that it can be had
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with owner:
        assert owner.stdout is not None
        number, cgroup = owner.stdout.readline().decode().split()
        end = os.pidfd_open(int(number))
        assert Path(cgroup, "init.scope").is_dir()
        owner.send_signal(signal.SIGKILL)
        assert select.select([end], [], [], 20)[0]
        os.close(end)
    open_machine(Machine(SUITES["bookworm"], with_systemd=True))

    assert not Path(cgroup).exists()
